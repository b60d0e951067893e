package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.server.MoaServer;
import io.moa.testkit.CallAccount;
import io.moa.testkit.ChaosProxy;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** What the extension gives a test, and what it says when it cannot. */
class MoaExtensionTest {

    /** A service that asks another one. */
    @MoaService
    public interface Till {
        String offer(String item);
    }

    @Nested
    class ForEachTest {

        @RegisterExtension
        final MoaExtension moa = MoaExtension.builder()
                .export(new StockRoom())
                .exportCalling(Till.class, client -> {
                    Stock stock = client.stub(Stock.class);
                    return item -> stock.left(item) + " of " + item;
                })
                .build();

        @Stub
        private Stock stock;

        private int leftBefore;

        @BeforeEach
        void asksAlready(Stock parameter) {
            leftBefore = stock.left("tea") + parameter.left("tea");
        }

        @Test
        void fieldsAndParametersAreStubs(Till till) {
            assertThat(leftBefore).isEqualTo(200);
            assertThat(stock.take("tea", 3)).isEqualTo(97);
            assertThat(till.offer("tea")).isEqualTo("97 of tea");
            assertThat(moa.stub(Stock.class).left("tea")).isEqualTo(97);
        }

        @Test
        void everythingIsNewForTheNextTest() {
            assertThat(leftBefore).isEqualTo(200);
            assertThat(stock.take("tea", 4)).isEqualTo(96);
        }

        @Test
        void theRestIsThereToo(MoaClient client, MoaServer server, ChaosProxy network, CallAccount calls) {
            assertThat(client).isSameAs(moa.client());
            assertThat(server.port()).isPositive().isNotEqualTo(network.port());
            assertThat(network.accepted()).isEqualTo(1);
            assertThat(calls.tally().sent()).isEqualTo(2);
            assertThat(calls.tally().executions()).isEqualTo(2);
        }

        @Test
        void theNetworkCanBeBrokenOneWay() {
            moa.network().serverToClient().corrupt(1);
            CallException broken = catchThrowableOfType(CallException.class, () -> stock.take("tea", 2));
            assertThat(broken.executed()).isEqualTo(Executed.MAYBE);
            moa.network().heal();
            assertThat(stock.left("tea")).isEqualTo(98);
        }

        @Test
        void theRegistryCanBeWorkedOn() {
            moa.registry().offline(moa.server().instance().uuid());
            assertThatThrownBy(() -> stock.left("tea")).hasMessageContaining("taken offline by an operator");
            moa.registry().online(moa.server().instance().uuid());
            assertThat(stock.left("tea")).isEqualTo(100);
        }

        @Test
        void aServiceThatIsNotServedIsNamedWithThoseThatAre() {
            assertThatThrownBy(() -> moa.stub(Runnable.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("java.lang.Runnable is not served here")
                    .hasMessageContaining(Till.class.getName());
        }
    }

    @Nested
    class ForTheClass {

        static final StockRoom ROOM = new StockRoom();

        @RegisterExtension
        static final MoaExtension MOA = MoaExtension.builder()
                .export(Stock.class, ROOM)
                .configureClient(client -> client.filter((call, next) -> next.invoke(call)))
                .configureServer(server -> server.maxInFlightPerService(100))
                .build();

        @Test
        void oneServerServesEachTest(Stock stock) {
            usesIt(stock);
        }

        @Test
        void andEachFindsTheNetworkHealed(Stock stock) {
            usesIt(stock);
        }

        private void usesIt(Stock stock) {
            assertThat(stock.left("tea")).isEqualTo(100);
            assertThat(MOA.network().accepted()).isEqualTo(1);
            MOA.network().serverToClient().delay(Duration.ofMillis(1)).stall();
        }
    }

    @Nested
    class WithinTheProcess {

        @RegisterExtension
        final MoaExtension moa =
                MoaExtension.builder().export(new StockRoom()).inProcess().build();

        @Test
        void callsNeedNoSocket(Stock stock) {
            assertThat(stock.take("tea", 1)).isEqualTo(99);
            assertThat(moa.server().port()).isZero();
            assertThatThrownBy(moa::network).hasMessageContaining("leave out inProcess()");
        }
    }

    @Test
    void aStubOfWhatIsNotServedFailsTheTestWithASentence() {
        assertThat(failures(EmptyStub.class)).singleElement().satisfies(thrown -> assertThat(thrown)
                .hasMessageContaining("The field till with @Stub stays empty")
                .hasMessageContaining("served are [" + Stock.class.getName() + "]"));
    }

    static class EmptyStub {
        @RegisterExtension
        final MoaExtension moa = MoaExtension.serving(new StockRoom());

        @Stub
        Till till;

        @Test
        void runs() {}
    }

    @Test
    void aStubFieldThatIsFinalFailsTheTestWithASentence() {
        assertThat(failures(FinalStub.class)).singleElement().satisfies(thrown -> assertThat(thrown)
                .hasMessageContaining("is neither static nor final"));
    }

    static class FinalStub {
        @RegisterExtension
        final MoaExtension moa = MoaExtension.serving(new StockRoom());

        @Stub
        final Stock stock = null;

        @Test
        void runs() {}
    }

    @Test
    void callsThatDoNotBalanceFailTheTest() {
        assertThat(failures(Unbalanced.class)).singleElement().satisfies(thrown -> assertThat(thrown)
                .hasMessageContaining("executed twice 1"));
    }

    static class Unbalanced {
        @RegisterExtension
        final MoaExtension moa = MoaExtension.serving(new StockRoom());

        @Test
        void runsTwice(CallAccount calls, Stock stock) {
            stock.take("tea", 1);
            calls.executed(0);
        }
    }

    @Test
    void aLostBufferFailsTheTest() {
        assertThat(failures(Loses.class)).singleElement().satisfies(thrown -> assertThat(thrown)
                .hasMessageContaining("leaked"));
    }

    static class Loses {
        @RegisterExtension
        final MoaExtension moa = MoaExtension.serving(new StockRoom());

        @Test
        void losesOne() {
            ByteBufAllocator.DEFAULT.buffer(10);
        }
    }

    @Test
    void whatIsAskedForTooEarlyIsRefusedWithASentence() {
        MoaExtension moa = MoaExtension.serving(new StockRoom());
        assertThatThrownBy(moa::client)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must be in a static field");
        assertThatThrownBy(() -> MoaExtension.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("export(...) at least one service");
        assertThatThrownBy(() -> MoaExtension.serving("no service"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("implements no interface with @MoaService");
    }

    private static List<Throwable> failures(Class<?> testClass) {
        EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute();
        List<Throwable> thrown = new ArrayList<>();
        for (Event failed : results.testEvents().failed().list()) {
            failed.getPayload(TestExecutionResult.class)
                    .flatMap(TestExecutionResult::getThrowable)
                    .ifPresent(thrown::add);
        }
        return thrown;
    }
}
