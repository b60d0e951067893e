package io.moa.governance.outlier;

/**
 * Whether this process stood still: stopped, paged out, collecting garbage. Whoever looks at the clock after that sees calls that
 * took too long and heartbeats that did not come, and none of it says anything of the peers. A timer must beat.
 *
 * <p>Safe for many threads; one beats.
 */
public final class OwnPause {

    /** How often to beat: 100 ms. */
    public static final long BEAT_NANOS = 100_000_000L;

    /** A beat that comes so late means that the process stood still: 500 ms. */
    public static final long LIMIT_NANOS = 500_000_000L;

    private volatile long beatNanos;
    private volatile long overNanos; // when the latest pause was over
    private volatile boolean paused; // ever

    /** It runs now. */
    public OwnPause(long nowNanos) {
        this.beatNanos = nowNanos;
    }

    /** It runs now; the timer says so every {@link #BEAT_NANOS}. */
    public void beat(long nowNanos) {
        if (nowNanos - beatNanos > LIMIT_NANOS) {
            overNanos = nowNanos;
            paused = true;
        }
        beatNanos = nowNanos;
    }

    /** Whether the process stood still at some time between then and now. */
    public boolean since(long thenNanos, long nowNanos) {
        // The end of a pause may be seen here before the timer sees it.
        return nowNanos - beatNanos > LIMIT_NANOS || (paused && thenNanos - overNanos <= 0);
    }
}
