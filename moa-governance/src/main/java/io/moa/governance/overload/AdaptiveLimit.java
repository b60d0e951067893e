package io.moa.governance.overload;

/**
 * How many calls run at once. While the processors are not busy, as many as there are threads: calls that wait for others need them. When
 * the processors are busy and calls wait all the same, fewer, because more of them at once are only slower, each by the others. So it looks for
 * the smallest number that keeps the processors busy.
 *
 * <p>Processors may be busy with somebody else's work, and then fewer calls at once would be fewer calls in all. So a lower limit that serves
 * fewer calls than the one before is taken back, and not tried again for a while.
 *
 * <p>It is told at regular moments, some hundred milliseconds apart, what happened since the last one. Not safe for threads.
 */
public final class AdaptiveLimit {

    private static final double BUSY = 0.95;
    private static final double IDLE = 0.85;
    private static final int QUARTER = 4;
    private static final double GROWTH = 1.25;
    private static final double SMOOTHING = 0.2; // of what is served in a step
    private static final int STEPS_TO_JUDGE = 3; // of which the first still sees calls end that had begun before
    private static final int STEPS_OF_CAUTION = 50;
    private static final double SERVED_AS_WELL = 0.85; // and less by chance: two standard deviations of a count

    private final int least;
    private final int most;
    private double limit;

    private double served; // in a step in which calls waited, usually; 0 if nobody knows
    private double limitBefore; // of the step that is judged
    private double servedBefore; // in a step, usually
    private int servedSince; // in the steps that judge
    private int judged; // steps seen since; -1 if nothing is judged
    private int caution; // so many steps nothing is lowered

    /**
     * One that begins with the most.
     *
     * @param least at least so many run at once; at least 1
     * @param most at most so many; at least {@code least}
     */
    public AdaptiveLimit(int least, int most) {
        if (least < 1 || most < least) {
            throw new IllegalArgumentException(
                    "A limit lies between 1 and its most, not between " + least + " and " + most);
        }
        this.least = least;
        this.most = most;
        this.limit = most;
        this.judged = -1;
    }

    /** How many calls run at once. */
    public int limit() {
        return (int) limit;
    }

    /**
     * A step.
     *
     * @param busy which part of the processors that this process may use is in use, by whomever; 0 to 1, or NaN if nobody knows
     * @param waited whether a call had to wait, though there was a thread for it or all of them were in use
     * @param running how many ran at once at most
     * @param ended how many calls have ended
     */
    public void step(double busy, boolean waited, int running, int ended) {
        if (Double.isNaN(busy)) {
            limit = most;
            return;
        }
        caution = Math.max(0, caution - 1);
        if (judged >= 0 && !isJudged(waited && busy >= IDLE, ended)) {
            return;
        }
        served = !waited ? 0 : served == 0 ? ended : served + (ended - served) * SMOOTHING;
        if (!waited || busy < IDLE) {
            limit = Math.min(most, Math.max(limit + 1, limit * GROWTH));
        } else if (busy >= BUSY && caution == 0 && limit > least) {
            limitBefore = limit;
            servedBefore = served;
            servedSince = 0;
            judged = 0;
            limit = Math.max(least, Math.min(limit, running) / QUARTER);
        }
    }

    /** Whether it is known by now what the lower limit is worth; if it is worth less than the former one, that one is back. */
    private boolean isJudged(boolean scarce, int ended) {
        judged++;
        if (!scarce) { // nothing has to be judged
            judged = -1;
            return true;
        }
        servedSince += judged == 1 ? 0 : ended;
        if (judged < STEPS_TO_JUDGE) {
            return false;
        }
        judged = -1;
        int steps = STEPS_TO_JUDGE - 1;
        double tolerated = SERVED_AS_WELL * servedBefore - 2 * Math.sqrt(servedBefore / steps);
        if (servedSince / (double) steps < tolerated) {
            limit = limitBefore;
            caution = STEPS_OF_CAUTION;
        }
        return true;
    }
}
