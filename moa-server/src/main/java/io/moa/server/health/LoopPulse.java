package io.moa.server.health;

import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Whether event loops turn. Each time it is asked it gives every loop that has answered the last time a tiny task, and looks
 * how long the others have owed theirs. So it never waits, and no loop has more than one of them. Safe for many threads.
 */
public final class LoopPulse {

    private static final class Loop {
        private final Executor executor;
        private volatile boolean owes;
        private volatile long askedNanos;

        Loop(Executor executor) {
            this.executor = executor;
        }
    }

    private final List<Loop> loops = new ArrayList<>();
    private final Ticker ticker;
    private final long limitNanos;

    /**
     * Looks at these loops.
     *
     * @param limit how long one may owe its answer
     */
    public LoopPulse(List<Executor> loops, Ticker ticker, Duration limit) {
        loops.forEach(each -> this.loops.add(new Loop(each)));
        this.ticker = ticker;
        this.limitNanos = limit.toNanos();
    }

    /** Whether one of them takes nothing any more, because its runtime was closed. */
    public boolean ended() {
        try {
            loops.forEach(each -> each.executor.execute(() -> {}));
            return false;
        } catch (RejectedExecutionException e) {
            return true;
        }
    }

    /** Why they do not turn, for people; null if they do, as far as is known. */
    public synchronized @Nullable String complaint() {
        long now = ticker.nanos();
        int stuck = 0;
        for (Loop loop : loops) {
            if (!loop.owes) {
                loop.owes = true;
                loop.askedNanos = now;
                try {
                    loop.executor.execute(() -> loop.owes = false);
                } catch (RejectedExecutionException e) {
                    return "its event loops have ended";
                }
            } else if (now - loop.askedNanos >= limitNanos) {
                stuck++;
            }
        }
        return stuck == 0
                ? null
                : stuck + " of " + loops.size() + " event loops have not turned for "
                        + Duration.ofNanos(limitNanos).toMillis() + " ms or longer: something blocks them";
    }
}
