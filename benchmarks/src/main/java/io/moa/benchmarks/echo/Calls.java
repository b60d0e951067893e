package io.moa.benchmarks.echo;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What the client saw in one window.
 *
 * @param perSecond calls answered within the window, per second of it
 * @param answered calls answered within the window
 * @param failed calls that failed, came back with other bytes, or were never answered
 * @param p50Micros half of the calls were quicker, in microseconds; the other percentiles likewise
 * @param lateP99Micros how late the open loop sent, 99th percentile; part of the latency already. 0 in a closed loop
 */
record Calls(
        double perSecond,
        long answered,
        long failed,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double maxMicros,
        double lateP99Micros) {

    /** Latencies above a minute count as a minute. */
    static final long HIGHEST_NANOS = 60_000_000_000L;

    /** Three significant digits: an error below 0.1 % of the value. */
    static Histogram histogram() {
        return new Histogram(HIGHEST_NANOS, 3);
    }

    static Calls of(long windowNanos, long answered, long failed, Histogram latencies, Histogram lateness) {
        return new Calls(
                answered * 1e9 / windowNanos,
                answered,
                failed,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                latencies.getValueAtPercentile(99.9) / 1e3,
                latencies.getMaxValue() / 1e3,
                lateness.getValueAtPercentile(99) / 1e3);
    }

    void write(Map<String, Object> fields) {
        fields.put("perSecond", perSecond);
        fields.put("answered", answered);
        fields.put("failed", failed);
        fields.put("p50", p50Micros);
        fields.put("p99", p99Micros);
        fields.put("p999", p999Micros);
        fields.put("max", maxMicros);
        fields.put("late", lateP99Micros);
    }

    static Calls read(Map<String, String> fields) {
        return new Calls(
                number(fields, "perSecond"),
                (long) number(fields, "answered"),
                (long) number(fields, "failed"),
                number(fields, "p50"),
                number(fields, "p99"),
                number(fields, "p999"),
                number(fields, "max"),
                number(fields, "late"));
    }

    private static double number(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the client did not report " + name);
        }
        return Double.parseDouble(value);
    }
}
