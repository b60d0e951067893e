package io.moa.governance.gate;

/**
 * Counts calls that share one limit, and says when the next one's turn is. Moments are in parts of a nanosecond since some beginning, never
 * negative. Safe for many threads; the limit holds whatever the interleaving.
 */
interface Meter {

    /**
     * Takes the turn of one more call, if it does not have to wait for too long.
     *
     * @param now the present moment
     * @param mostWait 0 if it waits for nothing
     * @return the moment of its turn; or, if that is too far away and nothing was counted, the complement of the moment when it would be, which is negative
     */
    long take(Rate rate, long now, long mostWait);

    /** The moment at which a call's turn would be that comes now. Nothing is counted. */
    long next(Rate rate, long now);

    /** Another rate holds from now on: what was used stays used, but for what the new rate cannot owe. */
    default void changed(Rate rate, long now) {}

    /** How long it takes until nothing is used any more; 0 if nothing is. */
    long untilFree(long now);

    /** Forgets what was used; from now on it takes so long until nothing is, as far as the rate can owe that. */
    void owe(Rate rate, long now, long untilFree);

    /** One that has counted the same and goes on by itself. */
    Meter copy();
}
