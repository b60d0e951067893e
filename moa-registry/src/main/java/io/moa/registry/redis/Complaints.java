package io.moa.registry.redis;

import io.moa.invoke.Ticker;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells failures to the log, one line a minute, and how many were left out since. Safe for many threads. */
final class Complaints {

    private static final Logger log = LoggerFactory.getLogger(Complaints.class);
    private static final long BETWEEN_NANOS = Duration.ofMinutes(1).toNanos();

    private final String where;
    private final Ticker ticker;

    // All guarded by this.
    private boolean told;
    private long toldAt;
    private int leftOut;
    private long lines;

    Complaints(String where, Ticker ticker) {
        this.where = where;
        this.ticker = ticker;
    }

    void tell(String what) {
        int more;
        synchronized (this) {
            long now = ticker.nanos();
            if (told && now - toldAt < BETWEEN_NANOS) {
                leftOut++;
                return;
            }
            told = true;
            toldAt = now;
            lines++;
            more = leftOut;
            leftOut = 0;
        }
        log.warn("{}: {}{}", where, what, more == 0 ? "" : " (" + more + " more since the last line)");
    }

    /** How many lines were logged. */
    synchronized long lines() {
        return lines;
    }
}
