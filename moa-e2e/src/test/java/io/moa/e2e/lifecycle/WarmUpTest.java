package io.moa.e2e.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.CallAccount;
import io.moa.testkit.topology.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server that starts beside others that are warm, on fake time. */
class WarmUpTest {

    private static final int WARM = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration SLICE = Duration.ofSeconds(2);
    private static final int PER_SECOND = 1_000;

    @Test
    void aNewServersShareGrowsAndIsNeverMoreThanItsShare() {
        CallAccount account = new CallAccount(); // not looked at: the topology keeps its own
        for (int i = 0; i < 100_000; i++) {
            account.sent(true);
        }
        try (Topology town = Topology.of(7)) {
            List<Counting> warm = new ArrayList<>();
            for (int i = 0; i < WARM; i++) {
                warm.add(new Counting("warm", account));
                town.server("warm" + i)
                        .export(warm.get(i))
                        .takes(Duration.ofMillis(1), Duration.ofMillis(3))
                        .start();
            }
            int[] id = new int[1];
            town.client("caller").load(Ledgered.class, PER_SECOND, service -> service.again(id[0]++));
            town.advance(SLICE);
            Counting cold = new Counting("cold", account);
            town.server("cold")
                    .export(cold)
                    .takes(Duration.ofMillis(1), Duration.ofMillis(3))
                    .configure(server -> server.warmUp(WARM_UP))
                    .start();
            double full = 1.0 / (WARM + 1);
            List<Double> shares = new ArrayList<>();
            int slices = (int) (WARM_UP.toSeconds() / SLICE.toSeconds()) + 3;
            for (int slice = 0; slice < slices; slice++) {
                int before = cold.ran.get();
                int all = before + sum(warm);
                town.advance(SLICE);
                int mine = cold.ran.get() - before;
                double share = (double) mine / (cold.ran.get() + sum(warm) - all);
                double grown = Math.min(1, (slice + 1.0) * SLICE.toSeconds() / WARM_UP.toSeconds());
                double fair = grown / (WARM + grown); // at the end of the slice, so it is the most of all its moments
                // By weight alone it would be no more than fair; of two that are drawn the less busy one is taken, and
                // that
                // is the new one more often than not. It is drawn in at most twice its share.
                assertThat(share)
                        .as("slice %d of %s", slice, shares)
                        .isLessThan(fair * 1.5 + 0.01)
                        .isLessThan(full * 1.1);
                shares.add(share);
            }
            assertThat(shares.get(0)).isLessThan(full / 5).isGreaterThan(0);
            assertThat(shares.get(4)).isGreaterThan(shares.get(0) * 2).isLessThan(full * 0.8);
            assertThat(shares.subList(slices - 3, slices))
                    .allSatisfy(share -> assertThat(share).isBetween(full * 0.9, full * 1.1));
            town.settle();
            town.assertNoCallFailed();
        }
    }

    private static int sum(List<Counting> all) {
        return all.stream().mapToInt(one -> one.ran.get()).sum();
    }
}
