package io.moa.governance.observe;

import io.moa.invoke.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    private int @Nullable [] took; // for each place its classes; made with the first call that ends
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
        if (took == null) {
            took = new int[SIZE * TookBuckets.COUNT];
        }
        took[at * TookBuckets.COUNT + TookBuckets.of(tookNanos)]++;
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
            if (took != null) {
                Arrays.fill(took, at * TookBuckets.COUNT, (at + 1) * TookBuckets.COUNT, 0);
            }
        }
        latest = now;
        return at;
    }

    /** Whether nothing has happened for as long as it remembers. */
    synchronized boolean isIdle(long now) {
        return inFlight == 0 && now - latest >= SIZE;
    }

    RecentCalls.Named named() {
        return named;
    }

    /** The latest seconds that are over, together. */
    synchronized CallSum sum(long now, int seconds) {
        CallSum sum = new CallSum();
        sum.inFlight = inFlight;
        for (long each = now - 1; each >= now - seconds; each--) {
            int at = (int) Math.floorMod(each, (long) SIZE);
            if (second[at] != each) {
                continue;
            }
            sum.ended += ended[at];
            sum.failed += failed[at];
            sum.refused += refused[at];
            sum.totalNanos += total[at];
            sum.longestNanos = Math.max(sum.longestNanos, longest[at]);
            for (int i = 0; took != null && i < TookBuckets.COUNT; i++) {
                sum.took[i] += took[at * TookBuckets.COUNT + i];
            }
        }
        return sum;
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
