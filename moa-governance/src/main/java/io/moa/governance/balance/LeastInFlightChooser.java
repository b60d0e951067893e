package io.moa.governance.balance;

import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The candidate with the fewest calls in flight by weight; of several such ones one by lot, by weight, so that many callers who see the
 * same do not do the same.
 *
 * <p>Up to {@value #LOOKED_AT} candidates are all looked at. Of more, {@value #DRAWN} are drawn by weight and the best of them is taken:
 * reading the counters of a thousand would cost more than it gains, since the fewest in flight among eight is rarely far from the fewest of
 * all (Mitzenmacher, as for {@link P2cChooser}).
 *
 * <p><b>Who warms up</b> has fewer calls in flight than the others for as long as it does, and would be chosen each time. So it is looked at
 * only when the lot names it first, and then it needs to be the best, too.
 */
final class LeastInFlightChooser implements Chooser {

    static final int LOOKED_AT = 64;
    static final int DRAWN = 8;

    private final Candidate[] candidates;
    private final Lot lot;
    private final RandomGenerator chance;
    private final boolean allWarm; // or none; then there is nobody to be protected from

    LeastInFlightChooser(Candidate[] candidates, Lot lot, RandomGenerator chance) {
        this.candidates = candidates;
        this.lot = lot;
        this.chance = chance;
        boolean all = true;
        for (Candidate each : candidates) {
            all &= each.warming();
        }
        this.allWarm = all;
    }

    @Override
    public int choose(long key, int turn, @Nullable Set<String> tried, long nowNanos) {
        if (candidates.length > LOOKED_AT) {
            return bestOfSome(tried, nowNanos);
        }
        // The second time whoever warms up is looked at like the others: nobody else is good.
        return turn > 1 ? NOBODY : bestOfAll(turn == 1, tried, nowNanos);
    }

    private int bestOfSome(@Nullable Set<String> tried, long nowNanos) {
        int best = lot.draw();
        for (int i = 1; i < DRAWN; i++) {
            int other = lot.draw();
            if ((allWarm || !candidates[other].warming()) && compare(other, best, tried, nowNanos) < 0) {
                best = other;
            }
        }
        return best;
    }

    private int bestOfAll(boolean warmingToo, @Nullable Set<String> tried, long nowNanos) {
        int drawn = lot.draw();
        int best = drawn;
        int equals = candidates[drawn].weight(); // of those that are as good as the best
        boolean drawnIsBest = true;
        for (int i = 0; i < candidates.length; i++) {
            if (i == drawn || passedBy(i, warmingToo)) {
                continue;
            }
            int difference = compare(i, best, tried, nowNanos);
            if (difference < 0) {
                best = i;
                equals = candidates[i].weight();
                drawnIsBest = false;
            } else if (difference == 0) {
                equals += candidates[i].weight();
            }
        }
        // The lot is by weight, so it is among the equals, too, if it has named one of them.
        return drawnIsBest ? drawn : oneOf(best, equals, drawn, warmingToo, tried, nowNanos);
    }

    /** One of those that are as good as the best, by lot, by weight. What changes meanwhile may make it another one, which is no harm. */
    private int oneOf(int best, int equals, int drawn, boolean warmingToo, @Nullable Set<String> tried, long nowNanos) {
        int point = chance.nextInt(equals);
        for (int i = best; i < candidates.length; i++) { // nobody before the best is as good
            if (i == drawn || passedBy(i, warmingToo) || (i != best && compare(i, best, tried, nowNanos) != 0)) {
                continue;
            }
            point -= candidates[i].weight();
            if (point < 0) {
                return i;
            }
        }
        return best;
    }

    private boolean passedBy(int place, boolean warmingToo) {
        return !warmingToo && !allWarm && candidates[place].warming();
    }

    private int compare(int one, int other, @Nullable Set<String> tried, long nowNanos) {
        Candidate first = candidates[one];
        Candidate second = candidates[other];
        int preferred = Objections.compare(first, second, tried, nowNanos);
        return preferred != 0
                ? preferred
                : Long.compare(
                        (long) first.load().inFlight() * second.weight(),
                        (long) second.load().inFlight() * first.weight());
    }
}
