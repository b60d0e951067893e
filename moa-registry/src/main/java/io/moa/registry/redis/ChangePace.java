package io.moa.registry.redis;

import java.time.Duration;

/**
 * How long changes of one list are gathered before it is looked at. A list that changes in every window for a while is looked at less
 * often, down to a third: it costs its followers less, and nobody waits for the one change among hundreds. Guarded by whoever uses it.
 */
final class ChangePace {

    private static final int WIDER_AFTER = 5;
    private static final int WIDEST = 3;

    private final long coalesceNanos;
    private long lookedNanos;
    private boolean looked;
    private int busy; // windows in a row after which the next change came at once

    ChangePace(Duration coalesce) {
        this.coalesceNanos = coalesce.toNanos();
    }

    /** How long to wait from a change on, the first since the last look. */
    long windowNanos(long nowNanos) {
        boolean atOnce = looked && nowNanos - lookedNanos < coalesceNanos;
        busy = atOnce ? Math.min(busy + 1, WIDER_AFTER * (WIDEST - 1)) : 0;
        return coalesceNanos * (1 + busy / WIDER_AFTER);
    }

    /** It is looked at. */
    void looked(long nowNanos) {
        looked = true;
        lookedNanos = nowNanos;
    }
}
