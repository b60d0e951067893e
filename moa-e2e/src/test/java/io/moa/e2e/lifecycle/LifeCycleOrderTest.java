package io.moa.e2e.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.server.health.HealthConfig;
import io.moa.testkit.CallAccount;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.Connection;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** In which order a server comes and goes, over sockets, with an orchestrator that asks. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class LifeCycleOrderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .connectTimeout(PATIENCE)
            .heartbeatLimit(PATIENCE)
            .closingAckTimeout(PATIENCE)
            .build();

    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final CallAccount account = new CallAccount();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Moa serverMoa = Moa.builder("counting")
            .transportConfig(PATIENT)
            .registry(new Recorded(registry, this::step))
            .build();
    private final Moa secondMoa =
            Moa.builder("counting").transportConfig(PATIENT).registry(registry).build();
    private final Moa clientMoa =
            Moa.builder("caller").transportConfig(PATIENT).registry(registry).build();
    private final Counting counting = new Counting("first", account);
    private volatile MoaServer server;

    @AfterEach
    void close() {
        clientMoa.close();
        serverMoa.close();
        secondMoa.close();
        registry.close();
    }

    /** What is so at the moment of a step. */
    private void step(String what) {
        MoaServer here = server;
        steps.add(
                here == null
                        ? what
                        : what + ", ready " + ask("/ready") + ", live " + ask("/live") + ", door "
                                + (doorIsOpen() ? "open" : "shut") + ", calls " + here.inFlight());
    }

    private int ask(String path) {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + server.healthAddress()
                                                    .orElseThrow()
                                                    .getPort() + path))
                                    .timeout(PATIENCE)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private boolean doorIsOpen() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private MoaServer start() {
        return start(HealthConfig.at(0));
    }

    private MoaServer start(HealthConfig health) {
        return MoaServer.builder(serverMoa)
                .health(health.withRequestLimit(PATIENCE))
                .closeOnShutdown(false)
                .export(Ledgered.class, counting)
                .start();
    }

    @Test
    void aServerThatLeavesIsNotReadyBeforeItRefusesAnything() throws Exception {
        server = start();
        assertThat(steps).containsExactly("register");
        assertThat(List.of(ask("/startup"), ask("/ready"), ask("/live"))).containsOnly(200);
        Connection line = clientMoa
                .transport()
                .connect(server.address(), clientMoa.self(), new Wanted("counting", "", List.of()))
                .get();
        CompletableFuture<Void> told = line.unusable().thenRun(() -> step("told"));
        try (MoaClient client = MoaClient.builder(clientMoa).build()) {
            Ledgered service = client.stub(Ledgered.class);
            long id = account.sent(false);
            CompletableFuture<Long> held = client.async(service, s -> s.held(id));
            Eventually.within(PATIENCE).until(() -> counting.entered.get() == 1, () -> "it does not run");
            try (MoaServer second = MoaServer.builder(secondMoa)
                    .closeOnShutdown(false)
                    .export(Ledgered.class, new Counting("second", account))
                    .start()) {
                CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
                told.get();
                Eventually.within(PATIENCE).until(() -> !doorIsOpen(), () -> "the door stays open");
                for (int i = 0; i < 100; i++) {
                    assertThat(service.who()).as("%s serves new calls", second).isEqualTo("second");
                }
                assertThat(ask("/ready")).isEqualTo(503);
                assertThat(ask("/live")).isEqualTo(200);
                assertThat(closing).isNotDone();
                counting.open();
                assertThat(held.get()).isEqualTo(id);
                account.ok(id, id);
                closing.get();
            }
        }
        assertThat(steps.get(1)).isEqualTo("offline, ready 503, live 200, door open, calls 1");
        assertThat(steps.get(2)).startsWith("told, ready 503, live 200, door ").endsWith(", calls 1");
        assertThat(steps.get(3)).isEqualTo("withdraw, ready 503, live 200, door shut, calls 0");
        assertThat(steps).hasSize(4);
        assertThat(ask("/live")).as("nobody answers any more").isZero();
        assertThat(account.verify().ok()).isEqualTo(1);
    }

    @Test
    void aServerThatIsOfflineServesOnAndComesBack() {
        server = start();
        try (MoaServer second = MoaServer.builder(secondMoa)
                        .closeOnShutdown(false)
                        .export(Ledgered.class, new Counting("second", account))
                        .start();
                MoaClient client = MoaClient.builder(clientMoa).build()) {
            Ledgered service = client.stub(Ledgered.class);
            Eventually.within(PATIENCE).until(() -> service.who().equals("first"), () -> "not called");
            server.offline();
            server.offline();
            assertThat(server.health().ready().reasons()).containsExactly("it was taken offline");
            assertThat(List.of(ask("/ready"), ask("/startup"), ask("/live"))).containsExactly(503, 200, 200);
            for (int i = 0; i < 100; i++) {
                assertThat(service.who()).as("%s", second).isEqualTo("second");
            }
            assertThat(doorIsOpen()).isTrue();
            server.online();
            assertThat(ask("/ready")).isEqualTo(200);
            Eventually.within(PATIENCE).until(() -> service.who().equals("first"), () -> "not called again");
            server.close();
            server.online(); // too late
        }
        assertThat(steps.stream().map(step -> step.split(",", 2)[0]))
                .containsExactly("register", "offline", "online", "offline", "withdraw");
        assertThat(steps.get(1)).startsWith("offline, ready 503");
    }

    @Test
    void aServerWhoseEventLoopIsBlockedSaysSoAndStillAnswersTheProbe() {
        server = start(HealthConfig.at(0).withStuckAfter(Duration.ofSeconds(1)));
        List<Executor> loops = serverMoa.transport().loops();
        assertThat(loops).isNotEmpty();
        CountDownLatch blocked = new CountDownLatch(1);
        loops.get(loops.size() - 1).execute(() -> {
            try {
                blocked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Eventually.within(PATIENCE).until(() -> ask("/live") == 503, () -> "it says that it lives");
        assertThat(server.health().live().reasons().get(0)).contains("event loops have not turned for 1000 ms");
        assertThat(ask("/ready")).as("whether it lives is another question").isEqualTo(200);
        blocked.countDown();
        Eventually.within(PATIENCE).until(() -> ask("/live") == 200, () -> "it does not recover");
        server.close();
    }

    /** Everything that an instance is to publish, by name. */
    @Test
    void anInstancePublishesAllThatItIs() {
        long before = System.currentTimeMillis();
        try (Moa moa = Moa.builder("shop").instance("uuid-1").registry(registry).build();
                MoaServer published = MoaServer.builder(moa)
                        .closeOnShutdown(false)
                        .weight(70)
                        .warmUp(Duration.ofSeconds(30))
                        .labels(Map.of("tag", "blue", "zone", "z1", "unit", "u1", "environment", "test"))
                        .metadata(Map.of("release", "7"))
                        .export(Ledgered.class, counting, io.moa.server.ExportConfig.DEFAULT.withVersion("2"))
                        .start()) {
            ServiceId service = new ServiceId(Ledgered.class.getName(), "", "2");
            Instance instance = registry.subscribe(service, any -> {})
                    .current()
                    .entries()
                    .get(0)
                    .instance();
            assertThat(instance).isEqualTo(published.instance());
            assertThat(instance.uuid()).isEqualTo("uuid-1");
            assertThat(instance.application()).isEqualTo("shop");
            assertThat(instance.addresses()).containsExactly(published.address());
            assertThat(instance.protocols()).containsExactly("moa/1");
            ServiceExport export = instance.exports().get(0);
            assertThat(export.service()).isEqualTo(service);
            assertThat(export.serializers()).isEqualTo(Set.of("hessian", "json"));
            assertThat(export.contract()).isNotEmpty();
            assertThat(instance.weight()).isEqualTo(70);
            assertThat(instance.warmUpMillis()).isEqualTo(30_000);
            assertThat(instance.startedAtEpochMillis()).isBetween(before, System.currentTimeMillis());
            assertThat(instance.labels())
                    .isEqualTo(Map.of("tag", "blue", "zone", "z1", "unit", "u1", "environment", "test"));
            assertThat(instance.metadata()).isEqualTo(Map.of("release", "7"));
        }
    }
}
