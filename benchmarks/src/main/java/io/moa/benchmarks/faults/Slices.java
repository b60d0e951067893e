package io.moa.benchmarks.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Latencies of each five seconds by themselves. A machine that stands still for a moment spoils one of them and not the p99 of a whole
 * window, which would say more of the machine than of the fault. Safe for many threads.
 */
final class Slices {

    private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Recorder slice;
    private final List<Long> p99s = Collections.synchronizedList(new ArrayList<>());
    private long endNanos;
    private boolean begun;

    /**
     * Nothing yet.
     *
     * @param highest what may be recorded at most, in nanoseconds
     */
    Slices(long highest) {
        slice = new Recorder(highest, 3);
    }

    void record(long nanos) {
        slice.recordValue(nanos);
    }

    /** What time it is, told by one thread, before each call at least. */
    void at(long nowNanos) {
        if (!begun) {
            begun = true;
            endNanos = nowNanos + SLICE_NANOS;
        } else if (nowNanos - endNanos >= 0) {
            p99s.add(slice.getIntervalHistogram().getValueAtPercentile(99));
            endNanos += SLICE_NANOS;
        }
    }

    /**
     * The median of the p99 of each whole slice.
     *
     * @param all what was recorded, whose p99 it is if no slice is whole
     */
    long usualP99(Histogram all) {
        List<Long> sorted;
        synchronized (p99s) {
            sorted = new ArrayList<>(p99s);
        }
        if (sorted.isEmpty()) {
            return all.getValueAtPercentile(99);
        }
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
