package io.moa.registry.combined;

import io.moa.invoke.Scheduler;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How long the first word waits for the other registries, so that nobody begins with the half of a list; used under the lock
 * of what is followed. An empty list is not told at all while a registry has not answered: it might be the one that knows.
 */
final class Patience {

    /** So long the first list waits for those registries that have not answered. */
    static final Duration LIMIT = Duration.ofMillis(500);

    private final CombinedRegistry registry;
    private final Runnable review;
    private Scheduler.@Nullable Timer timer;
    private long beganNanos;

    Patience(CombinedRegistry registry, Runnable review) {
        this.registry = registry;
        this.review = review;
    }

    /** Whether the first word may be told. */
    boolean enough(int silent, int members, boolean empty) {
        if (silent == 0) {
            end();
            return true;
        }
        if (silent == members || empty) {
            return false;
        }
        if (timer == null) {
            beganNanos = registry.ticker().nanos();
            try {
                timer = registry.scheduler().schedule(review, LIMIT.toNanos());
            } catch (RejectedExecutionException ended) {
                return true; // nobody will ask again
            }
            return false;
        }
        return registry.ticker().nanos() - beganNanos >= LIMIT.toNanos();
    }

    void end() {
        Scheduler.Timer waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
