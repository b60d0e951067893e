package io.moa.mesh;

import java.time.Duration;

/**
 * Whether calls go to an agent, decided by its signs of life. It is left at once, and gets calls again when it has answered some times in a row
 * and has been left alone for a while, which doubles each time it is left soon after its return: an agent that comes and goes does not take the
 * calls with it. Not safe for threads.
 */
final class AgentStanding {

    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();

    private final int goodPings;
    private final long shortestNanos;
    private boolean good;
    private boolean everGood;
    private int inARow;
    private long changedNanos;
    private long awayNanos;

    /** Of an agent of which nothing is known. */
    AgentStanding(MeshConfig config) {
        this.goodPings = config.goodPings();
        this.shortestNanos = config.stayAway().toNanos();
        this.awayNanos = shortestNanos;
    }

    boolean isGood() {
        return good;
    }

    /** It has given a sign of life. Whether calls go there from now on, and did not before. */
    boolean heard(long nowNanos) {
        inARow = Math.min(inARow + 1, goodPings);
        if (good || (everGood && (inARow < goodPings || nowNanos - changedNanos < awayNanos))) {
            return false;
        }
        good = true;
        everGood = true;
        changedNanos = nowNanos;
        return true;
    }

    /** It is gone, or says nothing. Whether calls went there until now. */
    boolean lost(long nowNanos) {
        inARow = 0;
        if (!good) {
            return false;
        }
        good = false;
        awayNanos = nowNanos - changedNanos < shortestNanos
                ? Math.min(Math.max(LONGEST_NANOS, shortestNanos), 2 * awayNanos)
                : shortestNanos;
        changedNanos = nowNanos;
        return true;
    }

    /** How long it gets no calls at least, whatever it says; 0 if it does, or may. */
    long awayForNanos(long nowNanos) {
        return good || !everGood ? 0 : Math.max(0, awayNanos - (nowNanos - changedNanos));
    }
}
