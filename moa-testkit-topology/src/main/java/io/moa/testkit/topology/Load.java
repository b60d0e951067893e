package io.moa.testkit.topology;

/**
 * Calls that a {@link ClientNode} goes on making. They are begun whether or not earlier ones have ended, as those of many
 * independent callers are.
 *
 * <p>Only for the thread of the topology; may be stopped from its tasks too.
 */
public final class Load {

    private static final long SECOND_NANOS = 1_000_000_000;

    private final Loop loop;
    private final Chance chance;
    private final long meanNanos;
    private final Runnable call;
    private boolean stopped;
    private long made;

    Load(Loop loop, Chance chance, int perSecond, Runnable call) {
        if (perSecond < 1 || perSecond > 100_000) {
            throw new IllegalArgumentException("A load is 1 to 100000 calls a second, not " + perSecond);
        }
        this.loop = loop;
        this.chance = chance;
        this.meanNanos = SECOND_NANOS / perSecond;
        this.call = call;
    }

    /** Waits between nothing and twice the mean, so that calls meet each moment of everything else. */
    void next() {
        loop.schedule(this::make, chance.nextLong(2 * meanNanos + 1));
    }

    private void make() {
        if (!stopped) {
            made++;
            call.run();
            next();
        }
    }

    /** Makes no more calls; those under way end in their own time. Idempotent. */
    public void stop() {
        stopped = true;
    }

    /** How many calls were made. */
    public long made() {
        return made;
    }

    @Override
    public String toString() {
        return "Load[" + made + " calls made" + (stopped ? ", stopped" : "") + "]";
    }
}
