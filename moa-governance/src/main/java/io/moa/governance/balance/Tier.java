package io.moa.governance.balance;

import io.moa.annotation.Balancing;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Candidates of whom none is more wanted than another but for their weight, and the rules that hold however one of them is chosen: nobody
 * is called against whom something speaks if somebody is found of whom that is not so. The ways of choosing are made when they are first
 * used. Safe for many threads.
 */
final class Tier {

    private static final Balancing[] BALANCINGS = Balancing.values();

    /** So often a way of choosing may propose. */
    private static final int PROPOSALS = 8;

    /** So many neighbours of the last proposal are looked at besides: the walk is on the call's way. */
    private static final int LOOKED_AT = 64;

    private final Candidate[] candidates;
    private final RandomGenerator chance;
    private final AtomicReferenceArray<@Nullable Chooser> choosers = new AtomicReferenceArray<>(BALANCINGS.length);
    private volatile @Nullable Lot lot;

    /**
     * A tier.
     *
     * @param candidates at least one
     */
    Tier(Candidate[] candidates, RandomGenerator chance) {
        this.candidates = candidates;
        this.chance = chance;
    }

    int size() {
        return candidates.length;
    }

    Candidate candidate(int place) {
        return candidates[place];
    }

    /** The place of the candidate to call, though something may speak against it if nobody better was found. */
    int choose(Balancing balancing, long key, @Nullable Set<String> tried, long nowNanos) {
        if (candidates.length == 1) {
            return 0;
        }
        return choose(chooser(balancing), key, tried, nowNanos);
    }

    /** As {@link #choose}, and nobody's turn passes by it. */
    int look(Balancing balancing, long key, @Nullable Set<String> tried, long nowNanos) {
        return candidates.length == 1 ? 0 : choose(chooser(balancing).looking(), key, tried, nowNanos);
    }

    private int choose(Chooser chooser, long key, @Nullable Set<String> tried, long nowNanos) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        int proposed = 0;
        for (int turn = 0; turn < PROPOSALS; turn++) {
            int next = chooser.choose(key, turn, tried, nowNanos);
            if (next == Chooser.NOBODY) {
                return best;
            }
            proposed = next;
            int objections = objections(chooser, next, turn, tried, nowNanos);
            if (objections == Objections.NONE) {
                return next;
            }
            if (objections < least) {
                least = objections;
                best = next;
            }
        }
        int last = Math.min(candidates.length, LOOKED_AT);
        for (int i = 1; i < last; i++) {
            int next = (proposed + i) % candidates.length;
            int objections = objections(chooser, next, PROPOSALS, tried, nowNanos);
            if (candidates[next].warming()) {
                objections |= Objections.FULL; // nobody's share is to be a neighbour
            }
            if (objections == Objections.NONE) {
                return next;
            }
            if (objections < least) {
                least = objections;
                best = next;
            }
        }
        return best;
    }

    private int objections(Chooser chooser, int place, int turn, @Nullable Set<String> tried, long nowNanos) {
        int objections = Objections.to(candidates[place], tried, nowNanos);
        return objections == Objections.NONE && chooser.isFull(place, turn, nowNanos) ? Objections.FULL : objections;
    }

    private Chooser chooser(Balancing balancing) {
        Chooser known = choosers.get(balancing.ordinal());
        return known != null ? known : make(balancing);
    }

    /** One at a time: two schedules of turns would both be followed. */
    private synchronized Chooser make(Balancing balancing) {
        Chooser known = choosers.get(balancing.ordinal());
        if (known != null) {
            return known;
        }
        Chooser made =
                switch (balancing) {
                    case P2C -> new P2cChooser(candidates, lot());
                    case WEIGHTED_RANDOM -> new RandomChooser(lot());
                    case WEIGHTED_ROUND_ROBIN -> new RoundRobinChooser(candidates, chance);
                    case LEAST_IN_FLIGHT -> new LeastInFlightChooser(candidates, lot(), chance);
                    case CONSISTENT_HASH -> new HashChooser(candidates);
                };
        choosers.set(balancing.ordinal(), made);
        return made;
    }

    private Lot lot() {
        Lot known = lot;
        if (known == null) {
            known = new Lot(candidates, chance);
            lot = known;
        }
        return known;
    }
}
