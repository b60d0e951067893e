package io.moa.testkit;

/**
 * What happens to the bytes of one direction, as one value, so that a pump sees either the old faults or the new. Zero means
 * "not at all" everywhere.
 */
record ChaosFaults(
        long delayNanos, long jitterNanos, int sliceBytes, long bytesPerSecond, int corruptEveryBytes, Flow flow) {

    /** Whether bytes go on. */
    enum Flow {
        /** They do. */
        ON,
        /** They are not read: the sender feels it. */
        STALLED,
        /** They are read and dropped: the sender feels nothing. */
        SWALLOWED
    }

    static final ChaosFaults NONE = new ChaosFaults(0, 0, 0, 0, 0, Flow.ON);

    /** Whether bytes wait for their time. */
    boolean timed() {
        return delayNanos > 0 || jitterNanos > 0 || bytesPerSecond > 0;
    }

    ChaosFaults withDelay(long nanos) {
        return new ChaosFaults(nanos, jitterNanos, sliceBytes, bytesPerSecond, corruptEveryBytes, flow);
    }

    ChaosFaults withJitter(long nanos) {
        return new ChaosFaults(delayNanos, nanos, sliceBytes, bytesPerSecond, corruptEveryBytes, flow);
    }

    ChaosFaults withSlice(int bytes) {
        return new ChaosFaults(delayNanos, jitterNanos, bytes, bytesPerSecond, corruptEveryBytes, flow);
    }

    ChaosFaults withBandwidth(long perSecond) {
        return new ChaosFaults(delayNanos, jitterNanos, sliceBytes, perSecond, corruptEveryBytes, flow);
    }

    ChaosFaults withCorruption(int everyBytes) {
        return new ChaosFaults(delayNanos, jitterNanos, sliceBytes, bytesPerSecond, everyBytes, flow);
    }

    ChaosFaults withFlow(Flow newFlow) {
        return new ChaosFaults(delayNanos, jitterNanos, sliceBytes, bytesPerSecond, corruptEveryBytes, newFlow);
    }
}
