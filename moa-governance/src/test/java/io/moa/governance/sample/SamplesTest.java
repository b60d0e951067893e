package io.moa.governance.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.moa.governance.gate.ConcurrencyGate;
import io.moa.governance.gate.GateFilter;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.rule.RandomRules;
import io.moa.invoke.Attributes;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Executed;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SamplesTest {

    private final FakeTicker ticker = new FakeTicker();

    private static Invocation call(String customer) {
        return RandomRules.call("reserve")
                .caller(new Caller("web", "p-1"))
                .callKeys(Map.of("customer", customer))
                .build();
    }

    private static List<String> customers(Samples samples) {
        return samples.all().stream()
                .map(each -> each.facts().callKeys().get("customer"))
                .toList();
    }

    @Test
    void theFirstCallsAreAllKept() {
        Samples samples = new Samples(3, new Random(1), ticker);
        assertThat(samples.all()).isEmpty();
        for (String each : List.of("a", "b", "c")) {
            samples.offer(call(each));
        }
        assertThat(customers(samples)).containsExactly("a", "b", "c");
    }

    @Test
    void oneCallOfManyTakesThePlaceOfTheOldestByChance() {
        Samples samples = new Samples(1_000, new Random(2), ticker);
        for (int i = 0; i < 1_000 + 40_000; i++) {
            samples.offer(call("" + i));
        }
        List<Integer> kept = customers(samples).stream().map(Integer::valueOf).toList();
        long late = kept.stream().filter(each -> each >= 1_000).count();
        assertThat(kept).hasSize(1_000);
        assertThat(late).as("of 40,000 each with a chance of 1 in 128").isBetween(240L, 390L);
        assertThat(kept.subList(0, 1_000 - (int) late))
                .as("of the first ones those that are younger than any that had to go")
                .isEqualTo(IntStream.range((int) late, 1_000).boxed().toList());
    }

    @Test
    void theOldestComesFirst() {
        Samples samples = new Samples(3, () -> 0L, ticker); // the lot falls on each call
        for (String each : List.of("a", "b", "c", "d")) {
            samples.offer(call(each));
        }
        assertThat(customers(samples)).containsExactly("b", "c", "d");
    }

    @Test
    void aSampleSaysForHowManyCallsItStandsAndWhenItsCallBegan() {
        Samples samples = new Samples(2, () -> 0L, ticker);
        for (String each : List.of("a", "b", "c")) {
            ticker.advance(Duration.ofMillis(7));
            samples.offer(call(each));
        }
        assertThat(samples.all()).extracting(Sample::calls).containsExactly(1, Samples.ONE_OF);
        assertThat(samples.all())
                .extracting(each -> each.beganNanos() - FakeTicker.DEFAULT_START_NANOS)
                .containsExactly(14_000_000L, 21_000_000L);
    }

    /** A call through what stands before the gates, and through those of a method. */
    private CompletableFuture<Reply> through(Samples samples, @Nullable Gate gate, CompletableFuture<Reply> provider) {
        Invocation call =
                gate == null ? call("a") : call("a").withAttributes(Attributes.EMPTY.with(MethodGate.KEY, gate));
        KeptCall kept = samples.offer(call);
        return new GateFilter(each -> each.attributes().get(MethodGate.KEY), new FakeScheduler(ticker), ticker)
                .apply(kept == null ? call : kept.watched(call), each -> provider);
    }

    @Test
    void aSampleTellsHowItsCallEndedForABreakerAndHowLongItTookAlsoWhereNothingLimitsIt() {
        Map<Reply, Ending.Kind> kinds = Map.of(
                new Reply.Value(Payload.EMPTY),
                Ending.Kind.SUCCESS,
                Reply.failure(Status.UNAVAILABLE, Executed.NO, "gone"),
                Ending.Kind.FAILURE,
                Reply.failure(Status.REJECTED, Executed.NO, "by the provider"),
                Ending.Kind.SUCCESS,
                Reply.failure(Status.OVERLOADED, Executed.NO, "by the provider"),
                Ending.Kind.NOT_USED);
        kinds.forEach((reply, kind) -> {
            Samples samples = new Samples(1, new Random(1), ticker);
            CompletableFuture<Reply> provider = new CompletableFuture<>();
            CompletableFuture<Reply> end = through(samples, null, provider);
            assertThat(samples.all().get(0).ending()).isEqualTo(new Ending(Ending.Kind.RUNNING, 0));
            ticker.advance(Duration.ofMillis(3));
            provider.complete(reply);
            assertThat(end).isCompletedWithValue(reply);
            assertThat(samples.all().get(0).ending()).as("of %s", reply).isEqualTo(new Ending(kind, 3_000_000));
        });
    }

    @Test
    void aCallThatItsLimitRefusesHasNoEndAndOneThatIsLetThroughGivesItsPlaceBack() {
        Samples samples = new Samples(3, new Random(1), ticker);
        ConcurrencyGate one = new ConcurrencyGate("a", 1);
        CompletableFuture<Reply> provider = new CompletableFuture<>();
        through(samples, one, provider);
        assertThat(through(samples, one, provider)).isDone();
        assertThat(samples.all())
                .extracting(each -> each.ending().kind())
                .containsExactly(Ending.Kind.RUNNING, Ending.Kind.REFUSED);
        provider.complete(new Reply.Value(Payload.EMPTY));
        assertThat(one.inFlight()).isZero();
        through(samples, one, provider);
        assertThat(samples.all())
                .extracting(each -> each.ending().kind())
                .containsExactly(Ending.Kind.SUCCESS, Ending.Kind.REFUSED, Ending.Kind.SUCCESS);
    }

    @Test
    void factsAreKeptAndLongTextsCut() {
        Samples samples = new Samples(1, new Random(1), ticker);
        samples.offer(RandomRules.call("reserve")
                .caller(new Caller("web", "p-1"))
                .callKeys(Map.of("customer", "x".repeat(64), "order", "y".repeat(65)))
                .baggage(new Baggage("gray", true, null, Criticality.SHEDDABLE, Map.of("region", "z".repeat(300))))
                .build());
        assertThat(samples.all().get(0).facts())
                .isEqualTo(new CallFacts(
                        "web",
                        "gray",
                        true,
                        Criticality.SHEDDABLE,
                        Map.of("customer", "x".repeat(64), "order", "y".repeat(64)),
                        Map.of("region", "z".repeat(64))));
    }

    @Test
    void factsAreWrittenAsTheyAreRead() {
        RandomRules random = new RandomRules(4);
        for (int i = 0; i < 1_000; i++) {
            CallFacts facts = CallFacts.of(random.call());
            assertThat(CallFacts.ofTexts(facts.toTexts())).isEqualTo(facts);
        }
    }

    @Test
    void aCallThatIsNotKeptAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Samples samples = new Samples(1, () -> -1L, ticker); // the lot never falls on a call
        Invocation call = call("a");
        for (int i = 0; i < 100_000; i++) {
            samples.offer(call);
        }
        long own = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(own);
        for (int i = 0; i < 100_000; i++) {
            samples.offer(call);
        }
        assertThat(threads.getThreadAllocatedBytes(own) - before)
                .as("bytes of 100,000 calls; the question itself takes some")
                .isLessThan(10_000);
    }

    @Test
    void threadsKeepWithoutLosingPlaces() throws Exception {
        Samples samples = new Samples(64, () -> 0L, ticker); // the lot falls on each call
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ends.add(threads.submit(() -> {
                    for (int j = 0; j < 10_000; j++) {
                        samples.offer(call("" + j));
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(samples.all()).hasSize(64);
    }

    @Test
    void theNumberOfPlacesIsChecked() {
        for (int wrong : new int[] {-1, 0, 100_001}) {
            assertThatThrownBy(() -> new Samples(wrong, new Random(1), ticker))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 100000");
        }
    }
}
