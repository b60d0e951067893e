package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.OneWay;
import io.moa.annotation.RateLimit;
import io.moa.annotation.Retry;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.CallException;
import io.moa.invoke.CallScope;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshSetting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application hands its calls over to its agent, which governs them as the application's interface says. */
@org.junit.jupiter.api.Timeout(180)
class OutboundAgentTest {

    /** Nothing is left. */
    @ErrorCode("EMPTY")
    public static final class Empty extends Exception {
        private static final long serialVersionUID = 1L;

        private final int left;

        public Empty(String message, int left) {
            super(message);
            this.left = left;
        }
    }

    /** What a call is about. */
    public record Order(String item, int count) {}

    /** What is called. */
    @MoaService(name = "mesh.Stock")
    @Timeout(millis = 30_000)
    public interface Stock {
        Order reserve(Order order);

        byte[] echo(byte[] bytes);

        String who();

        void empty() throws Empty;

        @Idempotent
        @Retry(attempts = 3)
        int sometimes();

        @RateLimit(perSecond = 1, at = EnforcedAt.CALLER)
        int limited();

        @CircuitBreaker(minCalls = 3, openMillis = 600_000)
        int broken();

        @Timeout(millis = 300)
        int hang() throws InterruptedException;

        CompletableFuture<Integer> later();

        @Idempotent
        int slow() throws InterruptedException;

        int once() throws InterruptedException;

        @OneWay
        void told(int number);
    }

    /** It. */
    private class Shelf implements Stock {
        @Override
        public Order reserve(Order order) {
            ran.incrementAndGet();
            return new Order(order.item(), order.count() + 1);
        }

        @Override
        public byte[] echo(byte[] bytes) {
            return bytes;
        }

        @Override
        public String who() {
            CallScope scope = CallScope.current();
            return scope.caller().application() + " " + scope.caller().instance();
        }

        @Override
        public void empty() throws Empty {
            throw new Empty("nothing is left", 7);
        }

        @Override
        public int sometimes() {
            if (ran.incrementAndGet() % 3 != 0) {
                throw new IllegalStateException("not now");
            }
            return ran.get();
        }

        @Override
        public int limited() {
            return ran.incrementAndGet();
        }

        @Override
        public int broken() {
            ran.incrementAndGet();
            throw new IllegalStateException("broken");
        }

        @Override
        public int hang() throws InterruptedException {
            new CountDownLatch(1).await();
            return 0;
        }

        @Override
        public CompletableFuture<Integer> later() {
            return CompletableFuture.supplyAsync(() -> 42);
        }

        @Override
        public int slow() throws InterruptedException {
            int number = ran.incrementAndGet();
            gate.get().await();
            return number;
        }

        @Override
        public int once() throws InterruptedException {
            return slow();
        }

        @Override
        public void told(int number) {
            ran.addAndGet(number);
        }
    }

    @TempDir
    Path folder;

    private MeshStage stage;
    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicReference<CountDownLatch> gate = new AtomicReference<>(new CountDownLatch(0));

    @BeforeEach
    void open() {
        stage = new MeshStage(folder);
        stage.serve("stock", Stock.class, new Shelf());
    }

    @AfterEach
    void close() throws Exception {
        gate.get().countDown();
        stage.close();
    }

    private MoaClient meshed() {
        return stage.meshed(stage.client(MeshMode.ON));
    }

    @Test
    void callsGoByTheAgentWhichReadsNoBody() throws Exception {
        AgentProcess agent = stage.agent();
        MoaClient client = meshed();
        Stock stock = client.stub(Stock.class);
        assertThat(stock.reserve(new Order("nut", 3))).isEqualTo(new Order("nut", 4));
        byte[] large = new byte[1 << 20];
        large[77] = 7;
        assertThat(stock.echo(large)).isEqualTo(large);
        assertThat(stock.later().get()).isEqualTo(42);
        assertThatThrownBy(stock::empty)
                .isInstanceOfSatisfying(
                        Empty.class, thrown -> assertThat(thrown.left).isEqualTo(7))
                .hasMessage("nothing is left");
        stock.told(100);
        MeshStage.soon().until(() -> ran.get() == 101, () -> "" + ran);
        assertThat(agent.callsTaken()).isEqualTo(5);
        assertThat(client.mesh().callsByAgent()).isEqualTo(5);
        assertThat(client.toString())
                .contains("mesh on (the code): calls are governed by the agent at " + stage.agentAddress());
    }

    @Test
    void theServerSeesTheApplicationAndNotItsAgent() {
        stage.agent();
        MoaClient client = meshed();
        assertThat(client.stub(Stock.class).who()).startsWith("web ").doesNotContain("agent");
    }

    /** What annotations say holds there as it would here. */
    @Test
    void theAgentGovernsAsTheInterfaceSays() {
        stage.agent();
        Stock stock = meshed().stub(Stock.class);
        assertThat(stock.sometimes()).as("sent three times, by the agent").isEqualTo(3);
        ran.set(0);
        int refused = 0;
        for (int i = 0; i < 50; i++) {
            try {
                stock.limited();
            } catch (CallException e) {
                assertThat(e.status()).isEqualTo(Status.REJECTED);
                refused++;
            }
        }
        assertThat(refused).as("of 50 calls, with one a second").isPositive();
        assertThat(ran.get()).isEqualTo(50 - refused);
        ran.set(0);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(stock::broken).isInstanceOf(IllegalStateException.class);
        }
        for (int i = 0; i < 7; i++) {
            assertThatThrownBy(stock::broken)
                    .isInstanceOfSatisfying(CallException.class, open -> assertThat(open.status())
                            .isEqualTo(Status.REJECTED));
        }
        assertThat(ran.get()).as("calls before the breaker opened").isEqualTo(3);
        assertThatThrownBy(stock::hang).isInstanceOf(CallTimeoutException.class);
    }

    @Test
    void liveRulesHoldAtTheAgent() {
        AgentProcess agent = stage.agent();
        MoaClient client = meshed();
        Stock stock = client.stub(Stock.class);
        assertThat(stock.reserve(new Order("nut", 1)).count()).isEqualTo(2);
        stage.rules.putRule(
                "no-more", "{\"kind\":\"fault\",\"service\":\"mesh.Stock\",\"fail\":{\"status\":\"UNAVAILABLE\"}}");
        MeshStage.soon()
                .until(
                        () -> agent.client()
                                .explain(ServiceId.of("mesh.Stock"), "reserve", CallFacts.NONE)
                                .toString()
                                .contains("no-more"),
                        () -> "the rule has not come");
        assertThatThrownBy(() -> stock.reserve(new Order("nut", 1))).hasMessageContaining("no-more");
    }

    @Test
    void anAgentThatClosesOrComesLaterCostsNoCall() throws Exception {
        MoaClient client = stage.client(MeshMode.AUTO);
        Stock stock = client.stub(Stock.class);
        assertThat(stock.reserve(new Order("nut", 1)).count()).isEqualTo(2);
        assertThat(client.mesh().seat()).isEqualTo(Seat.DIRECT);
        for (int i = 0; i < 3; i++) {
            AgentProcess agent = stage.agent();
            stage.meshed(client);
            List<CompletableFuture<Order>> calls = new ArrayList<>();
            for (int n = 0; n < 200; n++) {
                int count = n;
                calls.add(client.async(stock, s -> s.reserve(new Order("nut", count))));
                if (n == 100) {
                    agent.close();
                }
            }
            for (int n = 0; n < 200; n++) {
                assertThat(calls.get(n).get().count()).isEqualTo(n + 1);
            }
            assertThat(agent.callsTaken()).isPositive();
            stage.direct(client);
        }
        assertThat(ran.get()).isEqualTo(601);
    }

    @Test
    void theModeChangesUnderLoadAndNoCallIsLost() throws Exception {
        stage.agent();
        MoaClient client = meshed();
        Stock stock = client.stub(Stock.class);
        List<CompletableFuture<Order>> calls = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            int count = i;
            if (i % 20 == 0) {
                boolean off = i % 40 == 0;
                client.mesh().set(new MeshSetting(off ? MeshMode.OFF : MeshMode.ON, "the test"));
                if (!off) {
                    stage.meshed(client);
                }
            }
            calls.add(client.async(stock, s -> s.reserve(new Order("nut", count))));
        }
        for (int i = 0; i < 2_000; i++) {
            assertThat(calls.get(i).get().count()).isEqualTo(i + 1);
        }
        assertThat(ran.get()).isEqualTo(2_000);
        assertThat(client.mesh().callsByAgent()).isBetween(1L, 1_999L);
    }

    @Test
    void anAgentOfAnotherApplicationIsNotTaken() {
        stage.agent(AgentConfig.at("other", stage.agentAddress()));
        MoaClient client = stage.client(MeshMode.ON);
        MeshStage.soon().until(() -> client.toString().contains("other"), client::toString);
        assertThat(client.mesh().seat()).isEqualTo(Seat.DIRECT);
        assertThat(client.stub(Stock.class).reserve(new Order("nut", 1)).count())
                .isEqualTo(2);
    }

    @Test
    void twoAgentsDoNotListenAtOnePlace() {
        stage.agent();
        assertThatThrownBy(stage::agent)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an agent is there already");
    }

    /** Rules are the operators': one setting in the store moves the calls of a process, and back. */
    @Test
    void aLiveSettingMovesTheCallsAndALocalOffStandsAboveIt() {
        AgentProcess agent = stage.agent();
        MoaClient client = stage.client(MeshMode.OFF);
        Stock stock = client.stub(Stock.class);
        stage.rules.putSetting("moa.mesh@web", "on");
        stage.meshed(client);
        assertThat(stock.reserve(new Order("nut", 1)).count()).isEqualTo(2);
        assertThat(agent.callsTaken()).isEqualTo(1);
        assertThat(client.toString()).contains("mesh on (live setting moa.mesh@web)");
        stage.rules.putSetting("moa.mesh@web", "off");
        stage.direct(client);
        assertThat(stock.reserve(new Order("nut", 1)).count()).isEqualTo(2);
        stage.rules.removeSetting("moa.mesh@web");
        stage.rules.putSetting("moa.mesh", "on 100%");
        stage.meshed(client);
        stage.rules.putSetting("moa.mesh", "perhaps");
        assertThat(stock.reserve(new Order("nut", 1)).count()).isEqualTo(2);
        assertThat(client.mesh().seat())
                .as("what cannot be read changes nothing")
                .isEqualTo(Seat.LOCAL);

        MoaClient not = stage.client(
                MeshMode.ON, Moa.builder(MeshStage.APPLICATION).release(ReleaseSettings.of(Map.of("moa.mesh", "off"))));
        MoaClient moved = stage.client(MeshMode.OFF);
        stage.rules.putSetting("moa.mesh", "on");
        stage.meshed(moved);
        assertThat(not.mesh().setting().toString()).isEqualTo("off (setting moa.mesh)");
    }

    @Test
    void aModeThatIsNoneIsRefusedAndNamesItsPlace() {
        assertThatThrownBy(() -> MeshMode.parse("yes", "system property moa.mesh"))
                .hasMessage("system property moa.mesh is off, auto or on, not \"yes\"");
    }
}
