package io.moa.benchmarks.faults;

import java.util.Map;

/**
 * What a client saw of its calls in one window. Times in microseconds from the moment the schedule named.
 *
 * @param usualP99 the median of the p99 of each 5 s
 * @param idempotentP999 the p99.9 of the calls of the idempotent method
 * @param failedIdempotent calls of the idempotent method that failed
 * @param failedUnexecuted calls of the other method that failed and certainly did not run
 * @param unknown calls of the other method that may have run
 * @param wrong answers to another call
 * @param notSent calls given up because too many were under way
 * @param longestStart how long the calling thread was held up at most by the start of a call
 * @param marked calls that a server answered that is marked
 * @param markedP99 their p99
 * @param unmarkedP99 that of the calls that others answered
 * @param lastFailed when the last call that failed was begun, in milliseconds since 1970 by its wall clock; 0 if none failed
 * @param wall what its wall clock showed, in milliseconds since 1970
 * @param twice calls of the other method that ran more than once; known at the end only
 */
record Seen(
        long sent,
        long answered,
        long failedIdempotent,
        long failedUnexecuted,
        long unknown,
        long wrong,
        long notSent,
        long p50,
        long p99,
        long usualP99,
        long idempotentP999,
        long max,
        long longestStart,
        long marked,
        long markedP99,
        long unmarkedP99,
        long cpuMillis,
        long threads,
        long heapKiB,
        long lastFailed,
        long wall,
        long twice) {

    static Seen read(Map<String, String> fields) {
        return new Seen(
                number(fields, "sent"),
                number(fields, "answered"),
                number(fields, "failedIdempotent"),
                number(fields, "failedUnexecuted"),
                number(fields, "unknown"),
                number(fields, "wrong"),
                number(fields, "notSent"),
                number(fields, "p50"),
                number(fields, "p99"),
                number(fields, "usualP99"),
                number(fields, "idempotentP999"),
                number(fields, "max"),
                number(fields, "longestStart"),
                number(fields, "marked"),
                number(fields, "markedP99"),
                number(fields, "unmarkedP99"),
                number(fields, "cpuMillis"),
                number(fields, "threads"),
                number(fields, "heapKiB"),
                number(fields, "lastFailed"),
                number(fields, "wall"),
                0);
    }

    private static long number(Map<String, String> fields, String name) {
        String text = fields.get(name);
        if (text == null) {
            throw new IllegalArgumentException("the client did not say " + name);
        }
        return Long.parseLong(text);
    }

    Seen withTwice(long number) {
        return new Seen(
                sent,
                answered,
                failedIdempotent,
                failedUnexecuted,
                unknown,
                wrong,
                notSent,
                p50,
                p99,
                usualP99,
                idempotentP999,
                max,
                longestStart,
                marked,
                markedP99,
                unmarkedP99,
                cpuMillis,
                threads,
                heapKiB,
                lastFailed,
                wall,
                number);
    }

    /** Calls of which nothing was heard, though their time was over. */
    long unended() {
        return sent - answered - failedIdempotent - failedUnexecuted - unknown - wrong;
    }

    /** Calls that did not end well, or not at all. */
    long failed() {
        return failedIdempotent + failedUnexecuted + unknown + wrong + notSent + unended();
    }
}
