package io.moa.governance.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.moa.governance.rule.RandomRules;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SamplesTest {

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
        Samples samples = new Samples(3, new Random(1));
        assertThat(samples.all()).isEmpty();
        for (String each : List.of("a", "b", "c")) {
            samples.offer(call(each));
        }
        assertThat(customers(samples)).containsExactly("a", "b", "c");
    }

    @Test
    void oneCallOfManyTakesThePlaceOfTheOldestByChance() {
        Samples samples = new Samples(1_000, new Random(2));
        for (int i = 0; i < 1_000 + 40_000; i++) {
            samples.offer(call("" + i));
        }
        List<Integer> kept = customers(samples).stream().map(Integer::valueOf).toList();
        long late = kept.stream().filter(each -> each >= 1_000).count();
        assertThat(kept).hasSize(1_000);
        assertThat(late).as("of 40,000 each with a chance of 1 in 128").isBetween(240L, 390L);
        assertThat(kept.subList(0, (int) late)).as("in place of the oldest").allMatch(each -> each >= 1_000);
    }

    @Test
    void factsAreKeptAndLongTextsCut() {
        Samples samples = new Samples(1, new Random(1));
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
        Samples samples = new Samples(1, () -> -1L); // the lot never falls on a call
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
        Samples samples = new Samples(64, () -> 0L); // the lot falls on each call
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
            assertThatThrownBy(() -> new Samples(wrong, new Random(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 100000");
        }
    }
}
