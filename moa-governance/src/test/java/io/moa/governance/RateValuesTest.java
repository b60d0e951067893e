package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.RateShape;
import io.moa.governance.gate.RateGate;
import io.moa.governance.gate.RateTerms;
import io.moa.invoke.Admission;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rates that count callers, or values of a key, each by itself. */
class RateValuesTest {

    private static final int NAMES = 10_000; // that are told apart

    private final FakeTicker ticker = new FakeTicker();

    private static Invocation by(String application) {
        return RateGateTest.CALL.toBuilder()
                .caller(new Caller(application, "p-1"))
                .build();
    }

    private static int admitted(RateGate gate, Invocation call, int asked) {
        int admitted = 0;
        for (int i = 0; i < asked; i++) {
            admitted += gate.admit(call) instanceof Permit ? 1 : 0;
        }
        return admitted;
    }

    private RateGate perCaller(RateTerms terms) {
        return new RateGate("Stock count", terms.per("caller"), ticker);
    }

    @Test
    void eachCallerIsCountedByItselfAndThoseWhoDoNotSayWhoTheyAreTogether() {
        RateGate gate = perCaller(RateTerms.bucket(10, 3));
        assertThat(admitted(gate, by("web"), 9)).isEqualTo(3);
        assertThat(admitted(gate, by("app"), 9)).isEqualTo(3);
        assertThat(admitted(gate, RateGateTest.CALL, 9)).isEqualTo(3);
        assertThat(admitted(gate, RateGateTest.CALL.toBuilder().build(), 9)).isZero();
        assertThat(gate.values()).isEqualTo(3);
    }

    @Test
    void aRefusalSaysWhoseCallsWereTooManyAndWhenToComeAgainAndForgesNoLine() {
        RateGate gate = perCaller(RateTerms.bucket(10, 1));
        gate.admit(by("web\nINFO all is well"));
        assertThat(gate.admit(by("web\nINFO all is well"))).isInstanceOfSatisfying(Admission.Rejected.class, no -> {
            assertThat(no.reason())
                    .startsWith("Stock count is limited to 10 calls in a second, 1 at once, for each caller, in each"
                            + " process; this call counts for web")
                    .doesNotContain("\n");
            assertThat(no.retryAfterMillis()).isEqualTo(101);
        });
    }

    @ParameterizedTest
    @EnumSource(RateShape.class)
    void whoComesUnderAMillionNamesNeitherFillsTheHeapNorFreesHimselfNorAnybody(RateShape shape) {
        RateGate gate = perCaller(RateTerms.bucket(10, 3).shaped(shape));
        int first = admitted(gate, by("web"), 20);
        assertThat(first).isPositive();
        int strangers = 0;
        for (int i = 0; i < 1_000_000; i++) {
            strangers += gate.admit(by("stranger-" + i)) instanceof Permit ? 1 : 0;
        }
        assertThat(gate.values()).isLessThanOrEqualTo(NAMES);
        assertThat(strangers).as("one for each name, and a few for all others").isLessThan(NAMES + 20);
        assertThat(admitted(gate, by("web"), 20)).as("who was there before").isZero();
        assertThat(admitted(gate, by("stranger-1"), 20)).isLessThan(10);
        assertThat(gate.admit(by("stranger-999999")))
                .isInstanceOfSatisfying(Admission.Rejected.class, no -> assertThat(no.reason())
                        .endsWith("this call counts for stranger-999999 and all others beyond the first 10000"));
    }

    @Test
    void namesThatOwedNothingAnyMoreMakeRoomAndThoseThatOweDoNot() {
        RateGate gate = perCaller(RateTerms.bucket(1, 60));
        assertThat(admitted(gate, by("web"), 99)).isEqualTo(60);
        for (int i = 0; i < NAMES + 1; i++) {
            gate.admit(by("stranger-" + i));
        }
        assertThat(admitted(gate, by("newcomer"), 99))
                .as("with all who found no room")
                .isLessThan(60);
        ticker.advance(Duration.ofSeconds(30));
        assertThat(admitted(gate, by("web"), 99)).as("half of a minute's").isEqualTo(30);
        assertThat(admitted(gate, by("newcomer"), 99)).as("as before").isEqualTo(30);
        ticker.advance(Duration.ofMinutes(3));
        for (int i = 0; i < 5; i++) {
            gate.admit(by("regular-" + i));
            ticker.advance(Duration.ofSeconds(1));
        }
        assertThat(gate.values()).isLessThan(10);
        assertThat(admitted(gate, by("newcomer"), 99)).isEqualTo(60);
    }

    @Test
    void anotherRateHoldsForEveryNameAndForgetsNothing() {
        RateGate gate = perCaller(RateTerms.bucket(1, 10_000));
        assertThat(admitted(gate, by("web"), 20_000)).isEqualTo(10_000);
        gate.limit(RateTerms.bucket(1_000, 100).per("caller"));
        assertThat(admitted(gate, by("web"), 10)).isZero();
        ticker.advance(Duration.ofMillis(100));
        assertThat(admitted(gate, by("web"), 500)).isEqualTo(100);
    }

    @Test
    void callsAreCountedByTheValueOfTheirKeyAndWithoutItNotAtAll() {
        RateGate gate = new RateGate("Stock", RateTerms.bucket(10, 2).per("key:customer"), ticker);
        for (String customer : new String[] {"7", "8"}) {
            assertThat(admitted(
                            gate,
                            RateGateTest.CALL.toBuilder()
                                    .callKeys(Map.of("customer", customer))
                                    .build(),
                            9))
                    .isEqualTo(2);
        }
        assertThat(admitted(gate, RateGateTest.CALL, 99)).isEqualTo(99);
    }

    @Test
    void manyThreadsWithManyNamesLetNobodyHaveOneMore() throws Exception {
        RateGate gate = perCaller(RateTerms.bucket(1, 5));
        AtomicInteger admitted = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int thread = 0; thread < 8; thread++) {
                pool.execute(() -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    for (int i = 0; i < 20_000; i++) {
                        admitted.addAndGet(admitted(gate, by("name-" + i % 1_000), 1));
                    }
                });
            }
            go.countDown();
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(admitted).hasValue(5_000);
        assertThat(gate.values()).isEqualTo(1_000);
    }
}
