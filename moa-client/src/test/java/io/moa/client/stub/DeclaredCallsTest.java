package io.moa.client.stub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.CallKey;
import io.moa.annotation.FailureMode;
import io.moa.annotation.Fallback;
import io.moa.annotation.Importance;
import io.moa.annotation.MoaService;
import io.moa.annotation.OnFailure;
import io.moa.annotation.OneWay;
import io.moa.annotation.RouteTag;
import io.moa.annotation.Timeout;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.CallException;
import io.moa.invoke.Criticality;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BodyPayload;
import io.moa.testkit.Shows;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a stub makes of a call by what is declared of its method, beside a method of which nothing is declared. No call leaves the client. */
class DeclaredCallsTest {

    /** A method for each thing that a stub decides. */
    @MoaService(name = "declared.Stock")
    public interface Stock {
        int plain(String item);

        @Timeout(millis = 300)
        int hasty(String item);

        @RouteTag("gray")
        int inLane(String item);

        @Importance(Criticality.SHEDDABLE)
        int unimportant(String item);

        int keyed(@CallKey("item") String item);

        @OnFailure(FailureMode.FAILSAFE)
        int failsafe(String item);

        @Fallback(method = "fromCache")
        int cached(String item);

        /** Answers for {@link #cached}. */
        default int fromCache(String item, Throwable why) {
            return item.length();
        }

        @Fallback(type = Endless.class)
        int estimated(String item);

        @Fallback("[1, 2]")
        List<Integer> listed(String item);

        @OneWay
        void note(String item);
    }

    /** A constant that its method cannot return. */
    @MoaService(name = "declared.Stock")
    public interface WrongStock {
        @Fallback("\"many\"")
        int count(String item);
    }

    /** A class and a constant, of which one can answer. */
    @MoaService(name = "declared.Stock")
    public interface TwiceStock {
        @Fallback(method = "none", value = "7")
        int count(String item);

        /** Answers for {@link #count}. */
        default int none(String item) {
            return 0;
        }
    }

    /** The same service in other bytes. */
    @MoaService(name = "declared.Stock", serializer = "json")
    public interface JsonStock {
        int plain(String item);
    }

    /** Has more of everything than anybody can count. */
    static final class Endless implements Stock {
        @Override
        public int plain(String item) {
            return Integer.MAX_VALUE;
        }

        @Override
        public int hasty(String item) {
            return plain(item);
        }

        @Override
        public int inLane(String item) {
            return plain(item);
        }

        @Override
        public int unimportant(String item) {
            return plain(item);
        }

        @Override
        public int keyed(String item) {
            return plain(item);
        }

        @Override
        public int failsafe(String item) {
            return plain(item);
        }

        @Override
        public int cached(String item) {
            return plain(item);
        }

        @Override
        public int estimated(String item) {
            return plain(item);
        }

        @Override
        public List<Integer> listed(String item) {
            return List.of();
        }

        @Override
        public void note(String item) {}
    }

    /** A call of which nothing but its arguments is of interest. */
    private interface Call {
        int on(Stock stock);
    }

    private static final Reply FAILED = Reply.failure(Status.UNAVAILABLE, Executed.NO, "nobody is there");

    private final List<Invocation> begun = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();

    @AutoClose
    private final StubStage stage = new StubStage((call, next) -> {
        begun.add(call);
        bodies.add(bodyOf(call));
        return CompletableFuture.completedFuture(FAILED);
    });

    private final Stock stock = stage.client.stub(Stock.class);

    private static String bodyOf(Invocation call) {
        ByteBuf body = ((BodyPayload) call.payload()).encoded(UnpooledByteBufAllocator.DEFAULT, 1_000);
        try {
            return body.toString(UTF_8);
        } finally {
            body.release();
        }
    }

    /** The call that a method becomes. */
    private Invocation begun(Call call) {
        int before = begun.size();
        assertThatThrownBy(() -> call.on(stock)).isInstanceOf(CallException.class);
        assertThat(begun).hasSize(before + 1);
        return begun.get(before);
    }

    private long timeOf(Invocation call) {
        return call.deadline().remainingNanos(stage.scheduler.ticker().nanos());
    }

    @Test
    @Shows("timeout")
    void aCallHasAsMuchTimeAsIsSaid() {
        assertThat(timeOf(begun(s -> s.hasty("book"))))
                .isEqualTo(Duration.ofMillis(300).toNanos());
        assertThat(timeOf(begun(s -> s.plain("book"))))
                .isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    @Shows("route-tag")
    void aCallWithoutALaneGetsTheOneThatIsSaid() {
        assertThat(begun(s -> s.inLane("book")).baggage().tag()).isEqualTo("gray");
        assertThat(begun(s -> s.plain("book")).baggage().tag()).isNull();
    }

    @Test
    @Shows("criticality")
    void aCallIsAsImportantAsIsSaid() {
        assertThat(begun(s -> s.unimportant("book")).baggage().criticality()).isEqualTo(Criticality.SHEDDABLE);
        assertThat(begun(s -> s.plain("book")).baggage().criticality()).isEqualTo(Criticality.CRITICAL);
    }

    @Test
    @Shows("call-keys")
    void aCallCarriesTheKeysThatAreSaid() {
        assertThat(begun(s -> s.keyed("book")).callKeys()).isEqualTo(Map.of("item", "book"));
        assertThat(begun(s -> s.plain("book")).callKeys()).isEmpty();
    }

    @Test
    @Shows("serializer")
    void argumentsBecomeBytesAsIsSaid() {
        assertThatThrownBy(() -> stage.client.stub(JsonStock.class).plain("book"))
                .isInstanceOf(CallException.class);
        assertThat(bodies).containsExactly("[\"book\"]");
        begun(s -> s.plain("book"));
        assertThat(bodies.get(1)).contains("book").doesNotContain("[\"book\"]");
    }

    @Test
    @Shows("on-failure")
    void failsafeIsAnEmptyValueInsteadOfTheFailure() {
        assertThat(stock.failsafe("book")).isZero();
        assertThatThrownBy(() -> stock.plain("book")).hasMessageContaining("nobody is there");
    }

    @Test
    @Shows("fallback-method")
    void aMethodOfTheInterfaceAnswersWhenTheCallHasFailed() {
        assertThat(stock.cached("book")).isEqualTo(4);
        assertThatThrownBy(() -> stock.plain("book")).hasMessageContaining("nobody is there");
    }

    @Test
    @Shows("fallback-class")
    void aClassAnswersWhenTheCallHasFailed() {
        assertThat(stock.estimated("book")).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> stock.plain("book")).hasMessageContaining("nobody is there");
    }

    @Test
    @Shows("fallback-value")
    void aConstantAnswersWhenTheCallHasFailedWithAnObjectOfItsOwn() {
        List<Integer> first = stock.listed("book");
        assertThat(first).containsExactly(1, 2);
        first.add(3);
        assertThat(stock.listed("book")).containsExactly(1, 2);
        assertThat(stage.client.describe(stock)).contains("Answered by fallback-value so far: 2 calls of this stub");
        assertThatThrownBy(() -> stock.plain("book")).hasMessageContaining("nobody is there");
    }

    @Test
    void aConstantThatCanNeverAnswerIsAnErrorAtStart() {
        assertThatThrownBy(() -> stage.client.stub(WrongStock.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "WrongStock.count: fallback-value: the value \"many\" does not fit the result of the"
                                + " method: ")
                .hasMessageEndingWith("Said by annotation: @Fallback on WrongStock.count");
        assertThatThrownBy(() -> stage.client.stub(TwiceStock.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fallback-value and fallback-method: 7 has no effect, as fallback-method answers"
                        + " before it");
        assertThatThrownBy(() -> stage.client.stub(
                        Stock.class, StubConfig.ANNOTATED.with("plain", PolicyKey.FALLBACK_VALUE, "[1,")))
                .hasMessageContaining("fallback-value: expected a value as JSON");
        assertThatThrownBy(() -> stage.client.stub(
                        Stock.class, StubConfig.ANNOTATED.with("plain", PolicyKey.FALLBACK_VALUE, "[1,]")))
                .hasMessageStartingWith("Stock.plain: fallback-value: the value [1,] does not fit");
    }

    @Test
    @Shows("one-way")
    void aCallSaysThatNobodyWaitsForItsReply() {
        assertThat(begun(s -> {
                            s.note("book");
                            return 0;
                        })
                        .oneWay())
                .isTrue();
        assertThat(begun(s -> s.plain("book")).oneWay()).isFalse();
    }
}
