package io.moa.governance.overload;

import java.time.Duration;

/**
 * How many calls may wait: as many as are served in the time that a call may wait, so that nobody waits much longer; twice those that run at
 * least. Who finds the queue full is refused at once, and not after having waited.
 *
 * <p>What is served while there is room for more says nothing of what could be. So only the time counts in which calls waited, and until it
 * is a tenth of a second, lately, the most may: many calls that come together and are served soon are no overload.
 *
 * <p>It is told at regular moments, some hundred milliseconds apart, what happened since the last one. Not safe for threads.
 */
public final class QueueLength {

    private static final double KEPT = 0.7; // of what was counted, from step to step
    private static final double TELLING = 0.1; // seconds

    private final int most;
    private final double longest; // in seconds
    private double served; // while calls waited, lately
    private double seconds; // in which calls waited, lately

    /**
     * One that allows the most.
     *
     * @param most never more wait; 0 for nobody
     * @param longest how long a call may wait
     */
    public QueueLength(int most, Duration longest) {
        this.most = most;
        this.longest = longest.toNanos() / 1e9;
    }

    /**
     * A step.
     *
     * @param calls that were served while others waited
     * @param waited for how many seconds of this step there were some that waited
     */
    public void step(int calls, double waited) {
        served = served * KEPT + calls;
        seconds = seconds * KEPT + waited;
    }

    /** How many calls are served in a second while others wait; 0 if nobody knows. */
    public double perSecond() {
        return seconds < TELLING ? 0 : served / seconds;
    }

    /**
     * How many may wait.
     *
     * @param running how many run at once
     */
    public int length(int running) {
        return seconds < TELLING
                ? most
                : (int) Math.min(most, Math.max(2L * running, Math.round(longest * perSecond())));
    }

    /**
     * How many may wait of a burst.
     *
     * @param usual how many may else
     */
    int burst(int usual) {
        return (int) Math.min(most, (long) Bursts.LONGER * usual);
    }
}
