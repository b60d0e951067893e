package io.moa.governance.balance;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Power of two choices: of two candidates drawn at random by weight, the one with less in flight per weight, and, if one takes much
 * longer than the other, with less waiting behind it. Nearly as good as asking all of them, at a constant price, and without the herding
 * of "the least loaded of all".
 *
 * <p><b>Latency</b> decides only where it differs by more than a factor of two and a millisecond: smaller differences are chance, and
 * whoever follows them sends everything to one of four equal servers. <b>Who warms up</b> never gets more than by lot.
 *
 * <p>Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001; for the latency
 * {@link PeakEwma}.
 */
final class P2cChooser implements Chooser {

    private static final double MUCH_LONGER = 2;
    private static final double LEAST_NANOS = 1_000_000;

    private final Candidate[] candidates;
    private final Lot lot;

    P2cChooser(Candidate[] candidates, Lot lot) {
        this.candidates = candidates;
        this.lot = lot;
    }

    @Override
    public int choose(long key, int turn, @Nullable Set<String> tried, long nowNanos) {
        int first = lot.draw();
        int second = lot.drawBeside(first);
        return secondIsBetter(candidates[first], candidates[second], tried, nowNanos) ? second : first;
    }

    /** Of equals the first is taken, which was drawn by weight: so idle instances share by weight. */
    private static boolean secondIsBetter(
            Candidate first, Candidate second, @Nullable Set<String> tried, long nowNanos) {
        int preferred = Objections.compare(first, second, tried, nowNanos);
        if (preferred != 0) {
            return preferred > 0;
        }
        if (second.warming() && !first.warming()) {
            return false;
        }
        int firstInFlight = first.load().inFlight();
        int secondInFlight = second.load().inFlight();
        double firstAtMost = first.load().mostLatencyNanos();
        double secondAtMost = second.load().mostLatencyNanos();
        if (Math.max(firstAtMost, secondAtMost) > LEAST_NANOS && firstAtMost >= 0 && secondAtMost >= 0) {
            double firstTakes = first.load().latencyNanos(nowNanos);
            double secondTakes = second.load().latencyNanos(nowNanos);
            if (differ(firstTakes, secondTakes)) {
                double firstCost = (firstInFlight + 1) * firstTakes * second.weight();
                double secondCost = (secondInFlight + 1) * secondTakes * first.weight();
                return secondCost < firstCost;
            }
        }
        return (long) secondInFlight * first.weight() < (long) firstInFlight * second.weight();
    }

    private static boolean differ(double one, double other) {
        double less = Math.min(one, other);
        double more = Math.max(one, other);
        return more > MUCH_LONGER * less && more - less > LEAST_NANOS;
    }
}
