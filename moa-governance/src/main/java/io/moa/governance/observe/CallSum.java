package io.moa.governance.observe;

import io.moa.internal.UntrustedText;
import io.moa.operations.MethodReport;

/** The calls of several seconds, or several methods, together. Not safe for threads. */
final class CallSum {

    private static final int MOST_CHARS = 300;

    long inFlight;
    long ended;
    long failed;
    long refused;
    long totalNanos;
    long longestNanos;
    final long[] took = new long[TookBuckets.COUNT];

    void add(CallSum other) {
        inFlight += other.inFlight;
        ended += other.ended;
        failed += other.failed;
        refused += other.refused;
        totalNanos += other.totalNanos;
        longestNanos = Math.max(longestNanos, other.longestNanos);
        for (int i = 0; i < took.length; i++) {
            took[i] += other.took[i];
        }
    }

    boolean isEmpty() {
        return inFlight == 0 && ended == 0 && refused == 0;
    }

    /** So many of a hundred calls took no longer. */
    private long percentileNanos(int percent) {
        long rank = (ended * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < took.length; i++) {
            seen += took[i];
            if (seen >= rank) {
                return Math.min(TookBuckets.longest(i), longestNanos);
            }
        }
        return longestNanos;
    }

    MethodReport report(String service, String method) {
        return new MethodReport(
                UntrustedText.cut(service, MOST_CHARS),
                UntrustedText.cut(method, MOST_CHARS),
                inFlight,
                ended,
                failed,
                refused,
                ended == 0 ? 0 : totalNanos / ended,
                percentileNanos(50),
                percentileNanos(99),
                longestNanos);
    }
}
