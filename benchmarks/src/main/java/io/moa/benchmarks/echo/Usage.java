package io.moa.benchmarks.echo;

import java.util.Map;

/**
 * What one process used in one window.
 *
 * @param windowNanos length of the window as this process saw it
 * @param cpuNanos processor time of the whole process
 * @param allocatedBytes allocated by all its threads
 * @param allocatedExact false if threads ended within the window and {@code allocatedBytes} is a lower bound
 * @param collections garbage collections
 * @param collectionMillis milliseconds they took
 * @param compilationMillis milliseconds of the just-in-time compiler's threads; much of it means too short a warm-up
 */
record Usage(
        long windowNanos,
        long cpuNanos,
        long allocatedBytes,
        boolean allocatedExact,
        long collections,
        long collectionMillis,
        long compilationMillis) {

    /**
     * Microseconds of processor time per call. Both are taken as rates, because the windows of the two processes begin and
     * end a message apart.
     */
    double cpuMicrosPerCall(double callsPerSecond) {
        return cpuNanos * 1e6 / windowNanos / callsPerSecond;
    }

    double allocatedBytesPerCall(double callsPerSecond) {
        return allocatedBytes * 1e9 / windowNanos / callsPerSecond;
    }

    /** Processors in use, on average. */
    double processors() {
        return (double) cpuNanos / windowNanos;
    }

    void write(Map<String, Object> fields) {
        fields.put("window", windowNanos);
        fields.put("cpu", cpuNanos);
        fields.put("allocated", allocatedBytes);
        fields.put("exact", allocatedExact);
        fields.put("collections", collections);
        fields.put("collectionMillis", collectionMillis);
        fields.put("compilationMillis", compilationMillis);
    }

    static Usage read(Map<String, String> fields) {
        return new Usage(
                number(fields, "window"),
                number(fields, "cpu"),
                number(fields, "allocated"),
                Boolean.parseBoolean(fields.get("exact")),
                number(fields, "collections"),
                number(fields, "collectionMillis"),
                number(fields, "compilationMillis"));
    }

    private static long number(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a process did not report " + name);
        }
        return Long.parseLong(value);
    }
}
