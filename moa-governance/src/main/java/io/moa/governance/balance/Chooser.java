package io.moa.governance.balance;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One way of choosing among the two or more candidates of a tier. It proposes, again and again if need be; what speaks against a candidate is
 * weighed by {@link Tier}. No way proposes an instance that warms up more often than its weight says. Safe for many threads, and allocates
 * nothing.
 */
interface Chooser {

    /** There is no further proposal: all were looked at. */
    int NOBODY = -1;

    /**
     * The place of a candidate.
     *
     * @param key the hash of what the call is to be placed by; 0 where nothing is
     * @param turn how many were proposed for this call before, and were not good
     * @param tried whom the call has tried; null for nobody
     */
    int choose(long key, int turn, @Nullable Set<String> tried, long nowNanos);

    /** One that would choose as this one does now, and by which nothing changes; itself, if choosing changes nothing anyway. */
    default Chooser looking() {
        return this;
    }

    /**
     * Whether a candidate has its part of the calls already, where there is such a thing.
     *
     * @param turn when it was proposed
     */
    default boolean isFull(int place, int turn, long nowNanos) {
        return false;
    }
}
