package io.moa.governance.outlier;

import java.time.Duration;

/**
 * When an instance is ejected because of how calls to it end. Immutable.
 *
 * @param consecutive so many failures in a row eject; 1 to 1,000; default 5. A connection that broke, or could not be made, ejects at
 *     once
 * @param failurePercent so many of a hundred calls that fail eject, as an average over about 16 calls; 1 to 100; default 50
 * @param base how long the first ejection lasts; each further one twice as long; 10 ms to 1 h; default 1 s
 * @param longest how long one lasts at most; from {@code base} to 1 h; default 30 s
 * @param calm after so long in service one earlier ejection is forgotten; 100 ms to 24 h; default 30 s
 * @param maxPercent so many of a hundred usable instances are ejected at most; 0 to 100, 0 for never; default 50
 */
public record OutlierConfig(
        int consecutive, int failurePercent, Duration base, Duration longest, Duration calm, int maxPercent) {

    public static final OutlierConfig DEFAULT =
            new OutlierConfig(5, 50, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(30), 50);

    public OutlierConfig {
        range("consecutive", consecutive, 1, 1_000);
        range("failurePercent", failurePercent, 1, 100);
        range("maxPercent", maxPercent, 0, 100);
        range("base", base, Duration.ofMillis(10), Duration.ofHours(1));
        range("longest", longest, base, Duration.ofHours(1));
        range("calm", calm, Duration.ofMillis(100), Duration.ofHours(24));
    }

    private static void range(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " is " + min + " to " + max + ", not " + value);
        }
    }

    private static void range(String what, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(what + " is " + min + " to " + max + ", not " + value);
        }
    }

    /** So many of this number of usable instances may be ejected together; never all of them. */
    int most(int usable) {
        return Math.min(Math.max(0, usable - 1), usable * maxPercent / 100);
    }
}
