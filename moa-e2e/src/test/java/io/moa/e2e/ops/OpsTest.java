package io.moa.e2e.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.ops.OpsException;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.server.MoaServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** D3 as an operator does it: real processes, an application that calls all the time, and versions that come, fail and go. */
@Timeout(240)
class OpsTest {

    private static final int AT_ONCE = 20;

    /** What is called. */
    @MoaService(name = "ops.Adding")
    @io.moa.annotation.Timeout(millis = 60_000)
    @FunctionalInterface
    public interface Adding {
        int next(int number);
    }

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private EmbeddedRedis redis;
    private ChildOps ops;
    private MoaClient client;
    private BuiltVersion first;
    private BuiltVersion second;

    private final AtomicInteger made = new AtomicInteger();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
    private volatile boolean over;
    private Thread caller;

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    @BeforeEach
    void begin() throws Exception {
        redis = keep(EmbeddedRedis.start());
        Path socket = folder.resolve("own").resolve("a.sock");
        keep(MoaServer.builder(keep(Moa.builder("adding").registry(redis.url()).build()))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .export(Adding.class, number -> number + 1)
                .start());
        client = keep(
                MoaClient.builder(keep(Moa.builder("web").registry(redis.url()).build()))
                        .mesh(MeshConfig.DEFAULT
                                .withMode(MeshMode.AUTO)
                                .withAgent(new Address.Unix(socket.toString()))
                                .withPings(
                                        Duration.ofMillis(100),
                                        Duration.ofMinutes(1),
                                        3) // it is the connection that is looked at
                                .withStayAway(Duration.ofMillis(200)))
                        .build());
        ops = keep(ChildOps.start(folder.resolve("o"), redis.url(), "web", socket));
        first = BuiltVersion.working(folder, "1");
        second = BuiltVersion.working(folder, "2");
    }

    @AfterEach
    void end() throws Exception {
        over = true;
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private void load() {
        Adding adding = client.stub(Adding.class);
        caller = new Thread(() -> {
            while (!over) {
                places.acquireUninterruptibly();
                int number = made.incrementAndGet();
                client.async(adding, each -> each.next(number)).whenComplete((value, thrown) -> {
                    places.release();
                    if (thrown != null) {
                        failed.add(thrown);
                    }
                });
            }
        });
        caller.setDaemon(true);
        caller.start();
    }

    private void more(int calls) {
        int from = made.get();
        ChildOps.soon().until(() -> made.get() >= from + calls, () -> made + " calls");
    }

    private void settled() throws InterruptedException {
        over = true;
        caller.join();
        places.acquireUninterruptibly(AT_ONCE);
    }

    private void meshed() {
        ChildOps.soon().until(() -> client.mesh().seat() == Seat.LOCAL, client::toString);
    }

    private JsonNode status() throws OpsException {
        return ops.client().status();
    }

    @Test
    void versionsComeAndGoUnderLoadAndNoCallFails() throws Exception {
        ops.install(first);
        ops.client().upgrade("1", false, "test");
        meshed();
        long switches = client.mesh().switches();
        load();
        more(300);
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        web.createContext("/2.zip", exchange -> {
            byte[] all = Files.readAllBytes(second.archive());
            exchange.sendResponseHeaders(200, all.length);
            exchange.getResponseBody().write(all);
            exchange.close();
        });
        web.start();
        keep(() -> web.stop(0));
        String url = "http://127.0.0.1:" + web.getAddress().getPort() + "/2.zip";

        assertThatThrownBy(() -> ops.client().install("2", url, first.sha256(), "test"))
                .hasMessageContaining("was not unpacked");
        assertThatThrownBy(() -> ops.client().upgrade("2", false, "test")).hasMessageContaining("2 is not installed");
        ops.client().install("2", url, second.sha256(), "test");
        ops.client().upgrade("2", false, "test");
        assertThat(ops.version()).isEqualTo("2");
        more(300);

        ops.install(
                BuiltVersion.broken(folder, "exits", "System.out.println(\"it does not want to\"); System.exit(3);"));
        assertThatThrownBy(() -> ops.client().upgrade("exits", false, "test"))
                .hasMessageContaining("has ended with exit code 3")
                .hasMessageContaining("it does not want to")
                .hasMessageContaining("Version 2 runs on");
        more(300);

        ops.client().rollback("test");
        assertThat(ops.version()).isEqualTo("1");
        more(300);
        settled();
        assertThat(failed).isEmpty();
        assertThat(client.mesh().switches()).as("the connection stayed").isEqualTo(switches);
        ChildOps.soon().until(() -> countedCalls() > 300, () -> "the agent tells of no calls");
        assertThat(status().path("agent").path("failed").asLong()).isZero();
        assertThat(status().path("restarts").asLong()).isZero();
        List<String> outcomes = new ArrayList<>();
        ops.client()
                .history()
                .path("changes")
                .forEach(each -> outcomes.add(each.path("what").asText() + " "
                        + each.path("version").asText() + " "
                        + each.path("outcome").asText() + " "
                        + each.path("by").asText()));
        assertThat(outcomes)
                .containsExactly(
                        "rollback 1 done test",
                        "upgrade exits failed test",
                        "install exits done test",
                        "upgrade 2 done test",
                        "install 2 done test",
                        "install 2 failed test",
                        "upgrade 1 done test",
                        "install 1 done test");
    }

    private long countedCalls() {
        try {
            return status().path("agent").path("calls").asLong();
        } catch (OpsException e) {
            return -1;
        }
    }

    @Test
    void whoIsKilledComesBackOrIsFoundAgain() throws Exception {
        ops.install(first);
        ops.install(second);
        ops.install(BuiltVersion.broken(folder, "hangs", "new java.util.concurrent.CountDownLatch(1).await();"));
        ops.client().upgrade("1", false, "test");
        long pid = ops.servingPid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        ChildOps.soon().until(() -> isAnother(ops.servingPid(), pid), () -> "it is not started again");
        assertThat(status().path("restarts").asLong()).isEqualTo(1);
        assertThat(status().path("failure").asText()).contains("process " + pid, "exit code 137");
        meshed();

        long living = ops.servingPid();
        load();
        more(300);
        ops.kill();
        more(300);
        assertThat(ProcessHandle.of(living)).get().matches(ProcessHandle::isAlive);
        ops.again(ChildOps.LONG_MILLIS);
        assertThat(ops.servingPid()).isEqualTo(living);
        assertThat(ops.version()).isEqualTo("1");

        // killed in the midst of an upgrade that never ends: the one that hangs is found and given up, the old one runs
        // on
        Thread asks = new Thread(() -> {
            try {
                ops.client().upgrade("hangs", false, "test");
            } catch (OpsException | InterruptedException killed) {
                Thread.currentThread().interrupt();
            }
        });
        asks.start();
        ChildOps.soon().until(() -> told().contains("is to take over"), () -> "the upgrade does not begin: " + told());
        ops.kill();
        ops.again(1_000);
        ChildOps.soon().until(() -> told().isEmpty(), () -> "the upgrade does not end: " + told());
        asks.interrupt();
        asks.join();
        assertThat(ops.client().history().path("changes").path(0).path("told").asText())
                .contains("did not take over within 1 s, and was killed", "Version 1 runs on, process " + living);
        ops.kill();
        ops.again(ChildOps.LONG_MILLIS);
        ops.client().upgrade("2", false, "test");
        assertThat(ops.version()).isEqualTo("2");
        settled();
        assertThat(failed).isEmpty();
        assertThat(ProcessHandle.of(living).filter(ProcessHandle::isAlive))
                .as("it ended after its calls")
                .isEmpty();
    }

    private static boolean isAnother(long serving, long before) {
        return serving != 0 && serving != before;
    }

    private String told() {
        try {
            return status().path("change").path("told").asText("");
        } catch (OpsException away) {
            return "no answer";
        }
    }
}
