package io.moa.governance.balance;

import io.moa.discovery.Instance;
import io.moa.governance.outlier.Standing;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Picker;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
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
 *
 * <p>Immutable but for the instances' own load counters; safe for many threads.
 */
public final class P2cPicker implements Picker {

    /** Instances that this call has tried already; they are used again only when no other is left. */
    public static final Attributes.Key<Set<String>> TRIED = new Attributes.Key<>("tried instances");

    private static final double MUCH_LONGER = 2;
    private static final double LEAST_NANOS = 1_000_000;

    /** So many candidates are looked at for a good one before somebody less wanted is: the walk is on the call's way. */
    private static final int LOOKED_AT = 64;

    private final Candidate[] candidates;
    private final int[] cumulatedWeights;
    private final RandomGenerator chance;
    private final Ticker ticker;

    /**
     * Makes a picker over fixed candidates.
     *
     * @param candidates those that may be picked, each with a weight above 0; may be empty
     * @param chance where draws come from; must be safe for many threads
     * @param ticker tells how long ago a failure was
     */
    public P2cPicker(List<Candidate> candidates, RandomGenerator chance, Ticker ticker) {
        this.candidates = candidates.toArray(new Candidate[0]);
        this.cumulatedWeights = new int[this.candidates.length];
        int sum = 0;
        for (int i = 0; i < this.candidates.length; i++) {
            sum = Math.addExact(sum, this.candidates[i].weight());
            cumulatedWeights[i] = sum;
        }
        this.chance = chance;
        this.ticker = ticker;
    }

    /** Among whom it picks, for explanations and meters. */
    public List<Candidate> candidates() {
        return List.of(candidates);
    }

    @Override
    public @Nullable Lease pick(Invocation call) {
        if (candidates.length == 0) {
            return null;
        }
        long now = ticker.nanos();
        Set<String> tried = call.attributes().get(TRIED);
        int choice = choose(tried, now);
        int good = goodFrom(choice, tried, now); // where something speaks against both, somebody else may be better
        return lease(good >= 0 ? good : choice, now);
    }

    boolean isEmpty() {
        return candidates.length == 0;
    }

    Ticker ticker() {
        return ticker;
    }

    /** The index of the best candidate for a call that has tried these already; only if there is one at all. */
    int choose(@Nullable Set<String> tried, long now) {
        if (tried != null) {
            return untried(tried, now);
        }
        return candidates.length == 1 ? 0 : better(draw(-1), now);
    }

    /** Whether nothing speaks against a candidate: it was not tried, has not just failed, and is not ejected. */
    private boolean isGood(int choice, @Nullable Set<String> tried, long now) {
        Candidate candidate = candidates[choice];
        return (tried == null || !tried.contains(candidate.instance().uuid()))
                && !candidate.load().standing().isAvoided(now)
                && !candidate.load().suspect(now);
    }

    /** The index of a candidate against which nothing speaks; -1 if neither the best of two is one nor those beside it. */
    int chooseGood(@Nullable Set<String> tried, long now) {
        return goodFrom(choose(tried, now), tried, now);
    }

    private int goodFrom(int choice, @Nullable Set<String> tried, long now) {
        for (int i = 0; i < Math.min(candidates.length, LOOKED_AT); i++) {
            int next = (choice + i) % candidates.length;
            if (isGood(next, tried, now)) {
                return next;
            }
        }
        return -1;
    }

    Lease lease(int choice, long now) {
        Candidate chosen = candidates[choice];
        chosen.load().begin(now);
        return new CountedLease(chosen, now);
    }

    /** A retry is rare, so a plain walk is enough: the best candidate not tried yet, else the best of all. */
    private int untried(Set<String> tried, long now) {
        int best = -1;
        boolean bestTried = true;
        for (int i = 0; i < candidates.length; i++) {
            boolean isTried = tried.contains(candidates[i].instance().uuid());
            if (best < 0 || (bestTried && !isTried) || (bestTried == isTried && lighter(i, best, now) == i)) {
                best = i;
                bestTried = isTried;
            }
        }
        return best;
    }

    private int better(int first, long now) {
        int second = draw(first);
        return lighter(first, second, now);
    }

    /** A candidate drawn by weight, other than {@code except} (-1 for none). */
    private int draw(int except) {
        int total = cumulatedWeights[cumulatedWeights.length - 1];
        int skipFrom = except <= 0 ? 0 : cumulatedWeights[except - 1];
        int skip = except < 0 ? 0 : cumulatedWeights[except] - skipFrom;
        int point = chance.nextInt(total - skip);
        if (except >= 0 && point >= skipFrom) {
            point += skip;
        }
        int low = 0;
        int high = cumulatedWeights.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulatedWeights[middle] <= point) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The better of two; of equals the first, which was drawn by weight: so idle instances share by weight. */
    private int lighter(int a, int b, long now) {
        Candidate first = candidates[a];
        Candidate second = candidates[b];
        Standing firstStands = first.load().standing();
        Standing secondStands = second.load().standing();
        // Who was ejected comes back by one call, and would lose every comparison until then.
        if (firstStands.wantsTrial(now) || secondStands.wantsTrial(now)) {
            return firstStands.wantsTrial(now) ? a : b;
        }
        boolean firstAvoided = firstStands.isAvoided(now);
        if (firstAvoided != secondStands.isAvoided(now)) {
            return firstAvoided ? b : a;
        }
        boolean firstSuspect = first.load().suspect(now);
        if (firstSuspect != second.load().suspect(now)) {
            return firstSuspect ? b : a;
        }
        if (second.warming() && !first.warming()) {
            return a;
        }
        int firstInFlight = first.load().inFlight();
        int secondInFlight = second.load().inFlight();
        double firstAtMost = first.load().mostLatencyNanos();
        double secondAtMost = second.load().mostLatencyNanos();
        if (Math.max(firstAtMost, secondAtMost) > LEAST_NANOS && firstAtMost >= 0 && secondAtMost >= 0) {
            double firstTakes = first.load().latencyNanos(now);
            double secondTakes = second.load().latencyNanos(now);
            if (differ(firstTakes, secondTakes)) {
                double firstCost = (firstInFlight + 1) * firstTakes * second.weight();
                double secondCost = (secondInFlight + 1) * secondTakes * first.weight();
                return secondCost < firstCost ? b : a;
            }
        }
        long firstLoad = (long) firstInFlight * second.weight();
        long secondLoad = (long) secondInFlight * first.weight();
        return secondLoad < firstLoad ? b : a;
    }

    private static boolean differ(double one, double other) {
        double less = Math.min(one, other);
        double more = Math.max(one, other);
        return more > MUCH_LONGER * less && more - less > LEAST_NANOS;
    }

    private static final class CountedLease implements Lease {
        private final Candidate candidate;
        private final long begunNanos;

        CountedLease(Candidate candidate, long begunNanos) {
            this.candidate = candidate;
            this.begunNanos = begunNanos;
        }

        @Override
        public Instance instance() {
            return candidate.instance();
        }

        @Override
        public void settle(Reply reply, long nowNanos) {
            candidate.load().end(reply, begunNanos, nowNanos);
        }
    }
}
