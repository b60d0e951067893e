package io.moa.cli;

import java.util.Locale;

/** Numbers as people read them in a narrow column. */
final class Figure {

    private Figure() {}

    /** So many in so many seconds, as a rate by the second. */
    static String rate(long count, int seconds) {
        double rate = (double) count / Math.max(1, seconds);
        return rate == 0 ? "0" : rate < 100 ? String.format(Locale.ROOT, "%.1f", rate) : "" + Math.round(rate);
    }

    /** A part of a whole; nothing failed only if it says 0. */
    static String share(long part, long whole) {
        if (part <= 0 || whole <= 0) {
            return "0%";
        }
        double percent = 100.0 * part / whole;
        return percent < 0.1
                ? "<0.1%"
                : percent < 10 ? String.format(Locale.ROOT, "%.1f%%", percent) : Math.round(percent) + "%";
    }

    /** A time, in the unit that suits it. */
    static String time(long nanos) {
        double micros = nanos / 1e3;
        if (micros < 999.5) {
            return Math.round(micros) + "us";
        }
        double millis = micros / 1e3;
        if (millis < 999.5) {
            return millis < 9.95 ? String.format(Locale.ROOT, "%.1fms", millis) : Math.round(millis) + "ms";
        }
        double seconds = millis / 1e3;
        return seconds < 99.95 ? String.format(Locale.ROOT, "%.1fs", seconds) : Math.round(seconds) + "s";
    }

    /** A number of bytes. */
    static String bytes(long bytes) {
        return bytes < 1024
                ? bytes + " B"
                : bytes < 1024 * 1024
                        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                        : String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024));
    }
}
