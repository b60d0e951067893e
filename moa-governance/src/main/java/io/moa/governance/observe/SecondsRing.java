package io.moa.governance.observe;

import io.moa.invoke.Reply;
import java.util.ArrayList;
import java.util.List;

/** The seconds of one method, each over the one a minute before it. Safe for many threads, by a lock that is held for as long as it takes to count. */
final class SecondsRing {

    private static final int SIZE = RecentCalls.SECONDS;

    private final RecentCalls.Named named;

    // Guarded by this.
    private final long[] second = new long[SIZE]; // which one a place stands for
    private final long[] ended = new long[SIZE];
    private final long[] failed = new long[SIZE];
    private final long[] refused = new long[SIZE];
    private final long[] total = new long[SIZE];
    private final long[] longest = new long[SIZE];
    private long inFlight;
    private long latest;

    private volatile boolean removed;

    SecondsRing(RecentCalls.Named named, long now) {
        this.named = named;
        this.latest = now;
    }

    boolean isRemoved() {
        return removed;
    }

    void remove() {
        removed = true;
    }

    synchronized void began(long now) {
        inFlight++;
        latest = now;
    }

    synchronized void ended(long now, Reply reply, long tookNanos) {
        inFlight--;
        int at = at(now);
        ended[at]++;
        failed[at] += reply.hasFailed() ? 1 : 0;
        total[at] += tookNanos;
        longest[at] = Math.max(longest[at], tookNanos);
    }

    synchronized void refused(long now) {
        refused[at(now)]++;
    }

    /** The place of a second, emptied if it stands for an earlier one. */
    private int at(long now) {
        int at = (int) Math.floorMod(now, (long) SIZE);
        if (second[at] != now) {
            second[at] = now;
            ended[at] = 0;
            failed[at] = 0;
            refused[at] = 0;
            total[at] = 0;
            longest[at] = 0;
        }
        latest = now;
        return at;
    }

    /** Whether nothing has happened for as long as it remembers. */
    synchronized boolean isIdle(long now) {
        return inFlight == 0 && now - latest >= SIZE;
    }

    synchronized MethodMinute minute(long now) {
        List<CallSecond> seconds = new ArrayList<>(SIZE);
        for (long each = now; each > now - SIZE; each--) {
            int at = (int) Math.floorMod(each, (long) SIZE);
            seconds.add(
                    second[at] == each
                            ? new CallSecond(ended[at], failed[at], refused[at], total[at], longest[at])
                            : CallSecond.EMPTY);
        }
        return new MethodMinute(named.service(), named.method(), inFlight, seconds);
    }
}
