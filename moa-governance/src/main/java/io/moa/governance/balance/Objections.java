package io.moa.governance.balance;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What speaks against sending a call to a candidate: the same under every balancing, for a way of choosing says whom it would like and
 * not who is well. The greater the number, the more.
 */
final class Objections {

    /** Nothing does. */
    static final int NONE = 0;

    /** It has its part already, says the way of choosing: another one of its tier is called, and nobody of a later tier for that. */
    static final int FULL = 1;

    /** It has just failed. */
    static final int SUSPECT = 2;

    /** It is ejected, and nobody is wanted to try it. */
    static final int EJECTED = 4;

    /** This very call has tried it. */
    static final int TRIED = 8;

    private Objections() {}

    /** The sum of what speaks against a candidate. */
    static int to(Candidate candidate, @Nullable Set<String> tried, long nowNanos) {
        InstanceLoad load = candidate.load();
        int sum = NONE;
        if (load.suspect(nowNanos)) {
            sum += SUSPECT;
        }
        if (load.standing().isAvoided(nowNanos)) {
            sum += EJECTED;
        }
        if (tried != null && tried.contains(candidate.instance().uuid())) {
            sum += TRIED;
        }
        return sum;
    }

    /**
     * Whom of two to prefer before anything is said of how busy they are: less than 0 for the first, more than 0 for the second. Of two
     * against whom equally much speaks, it is the one that was ejected and is to be tried: it comes back by one call, and would lose every
     * other comparison until then.
     */
    static int compare(Candidate first, Candidate second, @Nullable Set<String> tried, long nowNanos) {
        int difference = to(first, tried, nowNanos) - to(second, tried, nowNanos);
        if (difference != 0) {
            return difference;
        }
        boolean tryFirst = first.load().standing().wantsTrial(nowNanos);
        boolean trySecond = second.load().standing().wantsTrial(nowNanos);
        return tryFirst == trySecond ? 0 : tryFirst ? -1 : 1;
    }
}
