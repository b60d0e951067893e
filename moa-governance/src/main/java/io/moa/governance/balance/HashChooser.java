package io.moa.governance.balance;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls with equal keys to the same candidate, as long as that is not far busier than the others.
 *
 * <h2>Where a key belongs</h2>
 *
 * Keys are hashed to one of {@value #SLOTS} slots, and a slot belongs to the candidate that wins a weighted rendezvous for it: each
 * candidate draws a number by the hash of the slot and its uuid, of an exponential distribution with its weight as the rate, and the
 * smallest wins. So each has its share by weight, with whatever weights; if one goes, its slots are spread over the others and no other
 * slot moves; if one comes, or becomes heavier, it takes its share from all. All callers who know the same list agree, and nothing is kept from
 * one plan to the next. A ring would need as many points as weights are fine, and its balance or its stability suffers when they are few
 * or their number changes; a Maglev table moves more than it must.
 *
 * <p>The winner of a slot is worked out when it is first asked for, which looks at all candidates, and is remembered with the plan if there
 * are more than {@value #FEW}. While somebody warms up, plans come several times a second, and keys move to him one after the other as his
 * weight grows, each of them once.
 *
 * <h2>If it cannot be that one</h2>
 *
 * The turn is hashed with the key, so the second choice of a key is the winner of another slot: it is the same for each call, and the keys of
 * one who is gone are spread over all others. It may be the first one again; then the third comes sooner. Who warms up has its own keys, and stands in for
 * others only where nobody else can.
 *
 * <h2>How busy is too busy</h2>
 *
 * A candidate takes no more than 1.25 times its fair share, by weight, of what is in flight at all candidates that are not ejected, rounded up,
 * and it may always have {@value #ALWAYS} in flight: where little is going on a share is less than one call. Beyond {@value #FEW} candidates
 * the sum is read at most once a millisecond.
 *
 * <p>Sources: D. G. Thaler, C. V. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM Transactions on Networking 6(1),
 * 1998, for the rendezvous; C. Schindelhauer, G. Schomaker, "Weighted Distributed Hash Tables", SPAA 2005, for its weights ("logarithmic
 * method"); V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018, for the bound.
 */
final class HashChooser implements Chooser {

    static final int SLOTS = 65_536;
    static final int FEW = 32;
    static final int ALWAYS = 8;

    private static final int SLOT_SHIFT = 48; // the upper 16 bits of a hash are its slot
    private static final long PER_TURN = 0x9e3779b97f4a7c15L; // any odd number whose bits are mixed
    private static final double BOUND = 1.25;
    private static final long SUM_NANOS = 1_000_000;

    private final Candidate[] candidates;

    // Sorted by weight: within one weight the greatest hash wins, and only the winners of weights are compared by
    // logarithm.
    private final long[] names;
    private final int[] places;
    private final int[] ends; // where each weight ends
    private final double[] weights;

    private final int[] winners; // place + 1, 0 if not worked out yet; empty for few. All threads write the same value
    private volatile long summedNanos;
    private volatile double perWeight = Double.NaN; // the bound on calls in flight, for each unit of weight

    HashChooser(Candidate[] candidates) {
        this.candidates = candidates;
        int count = candidates.length;
        Integer[] sorted = new Integer[count];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(sorted, Comparator.comparingInt(i -> candidates[i].weight()));
        this.names = new long[count];
        this.places = new int[count];
        int[] ending = new int[count];
        double[] weighing = new double[count];
        int classes = 0;
        for (int i = 0; i < count; i++) {
            places[i] = sorted[i];
            names[i] = TextHash.of(candidates[places[i]].instance().uuid());
            int weight = candidates[places[i]].weight();
            if (i == 0 || weight != weighing[classes - 1]) {
                weighing[classes++] = weight;
            }
            ending[classes - 1] = i + 1;
        }
        this.ends = Arrays.copyOf(ending, classes);
        this.weights = Arrays.copyOf(weighing, classes);
        this.winners = new int[count > FEW ? SLOTS : 0];
    }

    @Override
    public int choose(long key, int turn, @Nullable Set<String> tried, long nowNanos) {
        int slot = (int) (TextHash.mix(key + turn * PER_TURN) >>> SLOT_SHIFT);
        if (winners.length == 0) {
            return winner(slot);
        }
        int known = winners[slot];
        if (known == 0) {
            known = winner(slot) + 1;
            winners[slot] = known;
        }
        return known - 1;
    }

    private int winner(int slot) {
        long hash = TextHash.mix(slot + PER_TURN);
        int winner = 0;
        double least = Double.POSITIVE_INFINITY;
        int at = 0;
        for (int i = 0; i < ends.length; i++) {
            int best = at;
            long greatest = Long.MIN_VALUE;
            for (; at < ends[i]; at++) {
                long drawn = TextHash.mix(hash ^ names[at]);
                if (drawn + Long.MIN_VALUE >= greatest) { // as if there were no sign
                    greatest = drawn + Long.MIN_VALUE;
                    best = at;
                }
            }
            if (ends.length == 1) {
                return places[best];
            }
            double score = -Math.log(TextHash.fraction(greatest - Long.MIN_VALUE)) / weights[i];
            if (score < least) {
                least = score;
                winner = best;
            }
        }
        return places[winner];
    }

    @Override
    public boolean isFull(int place, int turn, long nowNanos) {
        Candidate candidate = candidates[place];
        if (turn > 0 && candidate.warming()) {
            return true;
        }
        int inFlight = candidate.load().inFlight();
        if (inFlight < ALWAYS || candidate.load().standing().wantsTrial(nowNanos)) {
            return false;
        }
        double bound = perWeight;
        if (candidates.length <= FEW || Double.isNaN(bound) || nowNanos - summedNanos >= SUM_NANOS) {
            bound = sum(nowNanos);
            summedNanos = nowNanos;
            perWeight = bound;
        }
        return inFlight >= Math.ceil(bound * candidate.weight());
    }

    private double sum(long nowNanos) {
        long inFlight = 1; // this call
        long weight = 0;
        for (Candidate each : candidates) {
            if (!each.load().standing().isAvoided(nowNanos)) {
                inFlight += each.load().inFlight();
                weight += each.weight();
            }
        }
        return weight == 0 ? 0 : BOUND * inFlight / weight;
    }
}
