package io.moa.e2e.ops;

import io.moa.ops.OpsAddress;
import io.moa.ops.OpsClient;
import io.moa.ops.OpsException;
import io.moa.ops.TokenFile;
import io.moa.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An operations agent with a process of its own, and a folder. Closing ends it and its agent. */
final class ChildOps implements AutoCloseable {

    /** What no machine needs to start an agent. */
    static final int LONG_MILLIS = 60_000;

    private final Path folder;
    private final List<String> agentOptions;
    private final String registry;
    private final OpsClient client;
    private Process process;

    private ChildOps(Path folder, String registry, List<String> agentOptions) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.registry = registry;
        this.agentOptions = agentOptions;
        Path token = Files.writeString(tokenFile(), "0123456789abcdef0123456789abcdef");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        this.client = new OpsClient(OpsAddress.parse(address()), TokenFile.read(token));
        this.process = launch(LONG_MILLIS);
    }

    /** Starts one, and returns when it answers. */
    static ChildOps start(Path folder, String registry, String application, Path socket) throws IOException {
        ChildOps ops = new ChildOps(
                folder,
                registry,
                List.of(
                        "--registry",
                        registry,
                        "--application",
                        application,
                        "--at",
                        "unix:" + socket,
                        "--warm-up-millis",
                        "200"));
        ops.answers();
        return ops;
    }

    private Process launch(int startMillis) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.moa.cli.MoaCommand",
                "ops",
                "serve",
                "--dir",
                folder.resolve("ops").toString(),
                "--listen",
                address(),
                "--token-file",
                tokenFile().toString(),
                "--start-millis",
                Integer.toString(startMillis),
                "--java-option=-Xmx96m",
                "--java-option=-XX:+UseSerialGC",
                "--java-option=-XX:TieredStopAtLevel=1",
                "--java-option=-Dmoa.client.snapshots=off", // nothing is kept in the home of whoever builds
                "--"));
        command.addAll(agentOptions);
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("ops.log").toFile()))
                .redirectErrorStream(true)
                .start();
    }

    private void answers() {
        soon().until(() -> version() != null, () -> "the operations agent does not answer");
    }

    static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    String address() {
        return "unix:" + folder.resolve("o.sock");
    }

    Path tokenFile() {
        return folder.resolve("token");
    }

    String registry() {
        return registry;
    }

    OpsClient client() {
        return client;
    }

    /** Which runs; empty if none, null if it does not answer. */
    @Nullable
    String version() {
        try {
            return client.status().path("agent").path("version").asText("");
        } catch (OpsException away) {
            return null;
        }
    }

    /** Of the agent; 0 if none serves. */
    long servingPid() {
        try {
            var agent = client.status().path("agent");
            return agent.path("serving").asBoolean() ? agent.path("pid").asLong() : 0;
        } catch (OpsException away) {
            return 0;
        }
    }

    void install(BuiltVersion version) throws OpsException, InterruptedException {
        client.install(version.name(), version.archive().toUri().toString(), version.sha256(), "test");
    }

    /** As SIGKILL does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /**
     * Starts it again, and returns when it answers.
     *
     * @param startMillis how long a new agent may take
     */
    void again(int startMillis) throws IOException {
        process = launch(startMillis);
        answers();
    }

    @Override
    public void close() throws InterruptedException {
        long agent = servingPid();
        process.toHandle().destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("the operations agent does not end");
        }
        if (agent != 0 && ProcessHandle.of(agent).map(ProcessHandle::isAlive).orElse(false)) {
            ProcessHandle.of(agent).ifPresent(ProcessHandle::destroyForcibly);
            throw new AssertionError("its agent lives on");
        }
    }
}
