package io.moa.e2e.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.ops.OpsAddress;
import io.moa.ops.OpsClient;
import io.moa.ops.OpsConfig;
import io.moa.ops.OpsProcess;
import io.moa.ops.TokenFile;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.server.MoaServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Six agents, of which the calls of one fail: the roll-out finds that by itself. */
@Tag("once")
@Timeout(240)
class RolloutStopsTest {

    private static final int INSTANCES = 6;
    private static final int FAILS = 2;

    /** It always fails. */
    @MoaService(name = "ops.Failing")
    @FunctionalInterface
    public interface Failing {
        int call();
    }

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile boolean over;

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    @AfterEach
    void end() throws Exception {
        over = true;
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private Path socket(int instance) {
        return folder.resolve("s" + instance).resolve("a.sock");
    }

    private OpsProcess ops(int instance, Path token, String registry) throws Exception {
        return keep(OpsProcess.start(
                new OpsConfig(
                        folder.resolve("o" + instance),
                        OpsAddress.parse("127.0.0.1:0"),
                        TokenFile.read(token),
                        List.of(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-Xmx64m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dmoa.client.snapshots=off"),
                        List.of(
                                "--registry",
                                registry,
                                "--application",
                                "web",
                                "--at",
                                "unix:" + socket(instance),
                                "--warm-up-millis",
                                "1"),
                        OpsConfig.START_LIMIT,
                        OpsConfig.END_LIMIT,
                        OpsConfig.LOG_BYTES),
                line -> {}));
    }

    private void failing(String registry) throws Exception {
        keep(MoaServer.builder(keep(Moa.builder("failing").registry(registry).build()))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .export(Failing.class, () -> {
                    throw new IllegalStateException("broken");
                })
                .start());
        MoaClient client = keep(
                MoaClient.builder(keep(Moa.builder("web").registry(registry).build()))
                        .mesh(MeshConfig.DEFAULT
                                .withMode(MeshMode.AUTO)
                                .withAgent(new Address.Unix(socket(FAILS).toString()))
                                .withPings(Duration.ofMillis(100), Duration.ofMinutes(1), 3)
                                .withStayAway(Duration.ofMillis(200)))
                        .build());
        ChildOps.soon().until(() -> client.mesh().seat() == Seat.LOCAL, client::toString);
        Failing stub = client.stub(Failing.class);
        Thread caller = new Thread(() -> {
            while (!over) {
                try {
                    stub.call();
                } catch (RuntimeException asIsExpected) {
                    continue;
                }
            }
        });
        caller.setDaemon(true);
        caller.start();
        keep(caller::join);
    }

    private record Ran(int code, String out) {}

    private Ran rollout(Path instances, Path token, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.moa.cli.MoaCommand",
                "ops",
                "rollout",
                instances.toString(),
                "--token-file",
                token.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out);
    }

    @Test
    void aRollOutStopsWhereCallsFailAndGoesBack() throws Exception {
        EmbeddedRedis redis = keep(EmbeddedRedis.start());
        Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef0123456789abcdef");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        BuiltVersion first = BuiltVersion.working(folder, "1");
        BuiltVersion second = BuiltVersion.working(folder, "2");
        List<OpsClient> clients = new ArrayList<>();
        List<String> lines = new ArrayList<>(List.of("# the instances"));
        for (int i = 0; i < INSTANCES; i++) {
            OpsAddress at = ops(i, token, redis.url()).address();
            clients.add(new OpsClient(at, TokenFile.read(token)));
            lines.add(at.toString());
        }
        Path instances = Files.write(folder.resolve("instances"), lines);
        Ran begun = rollout(
                instances,
                token,
                "--version",
                "1",
                "--from",
                first.archive().toString(),
                "--sha256",
                first.sha256(),
                "--batch",
                "6",
                "--pause",
                "0s");
        assertThat(begun.code()).as(begun.out()).isZero();
        failing(redis.url());

        Ran stopped = rollout(
                instances,
                token,
                "--version",
                "2",
                "--from",
                second.archive().toString(),
                "--sha256",
                second.sha256(),
                "--batch",
                "2,2,50%",
                "--pause",
                "5s",
                "--min-calls",
                "20",
                "--roll-back-on-stop",
                "--by",
                "release");
        assertThat(stopped.code()).as(stopped.out()).isEqualTo(1);
        assertThat(stopped.out())
                .contains("Batch 1 of 3: passed, " + clients.get(0))
                .contains("Batch 2 of 3: stopped, " + clients.get(FAILS) + ": 100.00 % of ")
                .contains("Stopped in batch 2 of 3: 4 of 6 were upgraded and sent back");
        for (int i = 0; i < INSTANCES; i++) {
            assertThat(clients.get(i).status().path("version").asText()).isEqualTo("1");
            assertThat(clients.get(i).history().path("changes").size()).isEqualTo(i < 4 ? 5 : 2);
        }
        assertThat(clients.get(0).history().path("changes").path(0).path("by").asText())
                .isEqualTo("release");
    }
}
