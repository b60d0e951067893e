package io.moa.governance.overload;

import java.time.Duration;

/**
 * How many calls may wait: as many as are served in the time that a call may wait, so that nobody waits much longer; twice those that run at
 * least. Who finds the queue full is refused at once, and not after having waited.
 *
 * <p>What is served while there is room for more says nothing of what could be: until the first time that calls wait, the most may.
 *
 * <p>Not safe for threads.
 */
public final class QueueLength {

    private final int most;
    private final double seconds;
    private double perSecond; // calls that are served; 0 if nobody knows

    /**
     * One that allows the most.
     *
     * @param most never more wait; 0 for nobody
     * @param longest how long a call may wait
     */
    public QueueLength(int most, Duration longest) {
        this.most = most;
        this.seconds = longest.toNanos() / 1e9;
    }

    /**
     * So many calls were served in a second, lately.
     *
     * @param full whether more would have been, had there been room; else only more than was known tells something
     */
    public void served(double callsPerSecond, boolean full) {
        perSecond = full ? callsPerSecond : perSecond == 0 ? 0 : Math.max(perSecond, callsPerSecond);
    }

    /**
     * How many may wait.
     *
     * @param running how many run at once
     */
    public int length(int running) {
        return perSecond == 0 ? most : (int) Math.min(most, Math.max(2L * running, Math.round(seconds * perSecond)));
    }
}
