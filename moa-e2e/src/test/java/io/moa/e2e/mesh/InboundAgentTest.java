package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.MoaService;
import io.moa.annotation.RateLimit;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.CallScope;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshSetting;
import io.moa.mesh.MeshStep;
import io.moa.server.MoaServer;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Wanted;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A server's callers are served by its agent, and by itself again, and notice nothing. */
@org.junit.jupiter.api.Timeout(180)
class InboundAgentTest {

    /** It has none. */
    @ErrorCode("NONE")
    public static final class None extends Exception {
        private static final long serialVersionUID = 1L;

        public None(String message) {
            super(message);
        }
    }

    /** What is called. */
    @MoaService(name = "mesh.Shop")
    @Timeout(millis = 30_000)
    public interface Shop {
        int count(int number);

        String caller();

        byte[] echo(byte[] bytes);

        void none() throws None;

        @RateLimit(perSecond = 1, at = EnforcedAt.PROVIDER)
        int limited();

        int waits() throws InterruptedException;
    }

    private static final ServiceId SHOP = ServiceId.of("mesh.Shop");
    private static final String OWNER = "shop";

    @TempDir
    Path folder;

    private final AtomicInteger ran = new AtomicInteger();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private MeshStage stage;

    private final Shop shop = new Shop() {
        @Override
        public int count(int number) {
            ran.incrementAndGet();
            return number;
        }

        @Override
        public String caller() {
            return CallScope.current().caller().application();
        }

        @Override
        public byte[] echo(byte[] bytes) {
            return bytes;
        }

        @Override
        public void none() throws None {
            throw new None("nothing is left");
        }

        @Override
        public int limited() {
            return ran.incrementAndGet();
        }

        @Override
        public int waits() throws InterruptedException {
            entered.countDown();
            release.await();
            return ran.incrementAndGet();
        }
    };

    @BeforeEach
    void begin() {
        stage = new MeshStage(folder);
    }

    @AfterEach
    void end() throws Exception {
        release.countDown();
        stage.close();
    }

    private MoaServer server(MeshMode mode, MeshStep... steps) {
        MeshConfig config = MeshConfig.DEFAULT
                .withMode(mode)
                .withAgent(stage.agentAddress())
                .withPings(Duration.ofMillis(100), Duration.ofSeconds(10), 3)
                .withStayAway(Duration.ofMillis(200));
        return stage.keep(MoaServer.builder(stage.moa(OWNER))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .mesh(steps.length == 0 ? config : config.withSteps(steps))
                .export(Shop.class, shop)
                .start());
    }

    private AgentConfig config() {
        return AgentConfig.at(OWNER, stage.agentAddress())
                .withDrainLimit(Duration.ofSeconds(30))
                .withInbound(new AgentConfig.Inbound(new Address.Tcp("127.0.0.1", 0)));
    }

    private MoaClient consumer() {
        return stage.keep(MoaClient.builder(stage.moa("web")).withoutMesh().build());
    }

    private static void until(MoaServer server, Seat seat) {
        MeshStage.soon().until(() -> server.seat() == seat, server::describe);
    }

    private Instance registered(MoaServer server) {
        try (var following = stage.registry.subscribe(SHOP, any -> {})) {
            return following.current().entries().stream()
                    .map(each -> each.instance())
                    .filter(each -> each.uuid().equals(server.instance().uuid()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Calls all the time, until it is closed; and what became of them. */
    private final class Load implements AutoCloseable {
        private final Semaphore places = new Semaphore(20);
        private final ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
        private final AtomicInteger made = new AtomicInteger();
        private final Thread caller;
        private volatile boolean over;

        Load(MoaClient client) {
            Shop stub = client.stub(Shop.class);
            caller = new Thread(() -> {
                while (!over) {
                    places.acquireUninterruptibly();
                    int number = made.incrementAndGet();
                    client.async(stub, c -> c.count(number)).whenComplete((value, thrown) -> {
                        places.release();
                        if (thrown != null || value != number) {
                            failed.add(thrown == null ? new AssertionError(number + " gave " + value) : thrown);
                        }
                    });
                }
            });
            caller.setDaemon(true);
            caller.start();
        }

        void more(int calls) {
            int from = made.get();
            MeshStage.soon().until(() -> made.get() >= from + calls, () -> made + " calls, failed " + failed);
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            caller.join();
            places.acquireUninterruptibly(20);
        }
    }

    @Test
    void callersAreServedByTheAgentUnderTheSameIdentityAndByTheServerAgain() throws Exception {
        MoaServer server = server(MeshMode.AUTO);
        Instance alone = registered(server);
        MoaClient consumer = consumer();
        Load load = new Load(consumer);
        try (load) {
            load.more(200);
            AgentProcess agent = stage.agent(config());
            until(server, Seat.LOCAL);
            load.more(500);
            Instance behind = registered(server);
            assertThat(behind.uuid()).isEqualTo(alone.uuid());
            assertThat(behind.addresses()).hasSize(1).isNotEqualTo(alone.addresses());
            assertThat(server.describe()).contains("callers are served by the agent at " + stage.agentAddress());
            MeshStage.soon()
                    .until(
                            () -> consumer.toString() != null
                                    && agent.describe().toString().contains("1 connections"),
                            () -> agent.describe().toString());
            assertThat(agent.describe().toString()).contains("serves the callers of shop#");
            stage.rules.putSetting(MeshSetting.NAME + "@" + OWNER, "off");
            until(server, Seat.DIRECT);
            load.more(500);
            assertThat(registered(server)).isEqualTo(alone);
            MeshStage.soon()
                    .until(() -> !agent.describe().toString().contains("serves the callers"), () -> agent.describe()
                            .toString());
        }
        assertThat(load.failed).isEmpty();
        assertThat(ran).hasValue(load.made.get());
    }

    @Test
    void whoEndsTheAgentLosesNoCall() throws Exception {
        MoaServer server = server(MeshMode.AUTO);
        Load load = new Load(consumer());
        try (load) {
            for (int i = 0; i < 3; i++) {
                AgentProcess agent = stage.agent(config());
                until(server, Seat.LOCAL);
                load.more(300);
                agent.close();
                assertThat(server.seat()).isEqualTo(Seat.DIRECT);
                load.more(300);
            }
        }
        assertThat(load.failed).isEmpty();
        assertThat(ran).hasValue(load.made.get());
    }

    /** Back and forth, each time as soon as it has arrived. */
    @Test
    void oneHundredTogglesUnderLoadLoseNoCall() throws Exception {
        MoaServer server = server(MeshMode.OFF);
        stage.agent(config());
        Load load = new Load(consumer());
        try (load) {
            for (int i = 0; i < 50; i++) {
                stage.rules.putSetting(MeshSetting.NAME, "on");
                until(server, Seat.LOCAL);
                load.more(20);
                stage.rules.putSetting(MeshSetting.NAME, "off");
                until(server, Seat.DIRECT);
                load.more(20);
            }
        }
        assertThat(load.failed).isEmpty();
        assertThat(ran).hasValue(load.made.get());
    }

    @Test
    void whoEndsTheServerBehindItsAgentLosesNoCall() throws Exception {
        MoaServer first = server(MeshMode.AUTO);
        AgentProcess agent = stage.agent(config());
        until(first, Seat.LOCAL);
        Load load = new Load(consumer());
        try (load) {
            load.more(300);
            MoaServer second = server(MeshMode.AUTO);
            until(second, Seat.LOCAL);
            load.more(300);
            first.close();
            load.more(300);
            assertThat(String.join("\n", agent.describe())).containsOnlyOnce("serves the callers");
        }
        assertThat(load.failed).isEmpty();
        assertThat(ran).hasValue(load.made.get());
    }

    @Test
    void gatesStandInTheAgentAndNotBehindIt() throws Exception {
        MoaServer server = server(MeshMode.AUTO);
        AgentProcess agent = stage.agent(config());
        until(server, Seat.LOCAL);
        Shop stub = consumer().stub(Shop.class);
        assertThat(stub.limited()).isOne();
        assertThatThrownBy(stub::limited)
                .isInstanceOfSatisfying(CallException.class, refused -> assertThat(refused.status())
                        .isEqualTo(Status.REJECTED));
        assertThat(ran).as("the second did not run").hasValue(1);
        assertThat(agent.seen()).isNotNull();
        assertThat(stub.caller())
                .as("as the caller is called, and not the agent")
                .isEqualTo("web");
        assertThat(stub.echo(new byte[100_000])).hasSize(100_000);
        assertThatThrownBy(stub::none).isInstanceOf(None.class).hasMessageContaining("nothing is left");
    }

    @Test
    void aClientOfRedisIsServedThere() {
        MoaServer server = server(MeshMode.AUTO);
        stage.agent(config());
        until(server, Seat.LOCAL);
        Address.Tcp at = (Address.Tcp) registered(server).addresses().get(0);
        try (Jedis jedis = new Jedis(at.host(), at.port())) {
            assertThat(jedis.get("{\"service\":\"mesh.Shop\",\"method\":\"count\",\"args\":[7]}"))
                    .isEqualTo("{\"result\":7}");
            assertThat(jedis.get("{\"service\":\"mesh.Shop\",\"method\":\"none\",\"args\":[]}"))
                    .contains("nothing is left");
            assertThat(jedis.get("{\"service\":\"mesh.Shop\",\"method\":\"count\",\"args\":[\"x\"]}"))
                    .contains("error");
        }
        assertThat(ran).hasValue(1);
    }

    @Test
    void nobodyComesInBehindTheAgent() throws Exception {
        MoaServer server = server(MeshMode.AUTO);
        stage.agent(config());
        until(server, Seat.LOCAL);
        try (var files = java.nio.file.Files.list(folder.resolve("own"))) {
            Path behind = files.filter(each -> each.toString().contains("behind"))
                    .findFirst()
                    .orElseThrow();
            Moa stranger = stage.moa(OWNER);
            for (String credential : List.of("", "guess")) {
                assertThatThrownBy(() -> stranger.transport()
                                .connect(
                                        new Address.Unix(behind.toString()),
                                        stranger.self(),
                                        new Wanted("", "", List.of(SHOP), credential))
                                .join())
                        .isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(ConnectFailedException.class)
                        .hasMessageContaining("for the agent of shop#");
            }
        }
    }

    @Test
    void aCallUnderWayIsAnsweredWhereItIs() throws Exception {
        MoaServer server = server(MeshMode.AUTO);
        stage.agent(config());
        until(server, Seat.LOCAL);
        MoaClient client = consumer();
        Shop stub = client.stub(Shop.class);
        CompletableFuture<Integer> longCall = client.async(stub, c -> {
            try {
                return c.waits();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        entered.await();
        stage.rules.putSetting(MeshSetting.NAME, "off");
        until(server, Seat.DIRECT);
        assertThat(stub.count(3)).isEqualTo(3);
        assertThat(longCall).isNotDone();
        release.countDown();
        assertThat(longCall.join()).isPositive();
    }

    @Test
    void anAgentWithoutADoorLeavesItToTheServer() {
        MoaServer server = server(MeshMode.ON);
        stage.agent(AgentConfig.at(OWNER, stage.agentAddress()));
        MeshStage.soon().until(() -> server.describe().contains("start it with --inbound HOST:PORT"), server::describe);
        assertThat(server.seat()).isEqualTo(Seat.DIRECT);
        assertThat(consumer().stub(Shop.class).count(1)).isOne();
    }

    @Test
    void onePortServesOneProcess() {
        AgentConfig config = AgentConfig.at(OWNER, stage.agentAddress())
                .withInbound(new AgentConfig.Inbound(new Address.Tcp("127.0.0.1", freePort())));
        stage.agent(config);
        MoaServer first = server(MeshMode.AUTO);
        until(first, Seat.LOCAL);
        MoaServer second = server(MeshMode.AUTO);
        MeshStage.soon()
                .until(
                        () -> second.describe().contains("several processes of a host need --inbound HOST:0"),
                        second::describe);
        first.close();
        until(second, Seat.LOCAL);
        assertThat(consumer().stub(Shop.class).count(1)).isOne();
    }

    private static int freePort() {
        try (var socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void whereItMayNotServeItselfItWaitsForItsAgent() throws Exception {
        MoaServer server = server(MeshMode.ON, MeshStep.AGENT);
        AgentProcess agent = stage.agent(config());
        until(server, Seat.LOCAL);
        assertThat(Map.of("served by agent", "yes"))
                .isEqualTo(registered(server).metadata());
        agent.close(); // it says so, and so the server serves until there is another one
        assertThat(server.seat()).isEqualTo(Seat.DIRECT);
        stage.agent(config());
        until(server, Seat.LOCAL);
    }
}
