package io.moa.micrometer;

/**
 * How many series the meters of one client or one server have at most: names come from others, and each series stays in memory here and in
 * whatever collects it. What is beyond a limit is counted all the same, under the name {@code other}. Immutable.
 *
 * @param methods so many methods have series of their own, services together, and so many followed services; 0 to 100,000; default 1,000
 * @param callers so many calling applications are told apart at a server, those that came first; 0 to 100,000; default 100
 * @param pairs so many pairs of method and caller are; 0 to 1,000,000; default 10,000
 */
public record MeterLimits(int methods, int callers, int pairs) {

    /** 1,000 methods, 100 callers, 10,000 pairs of both. */
    public static final MeterLimits DEFAULT = new MeterLimits(1_000, 100, 10_000);

    public MeterLimits {
        check("methods", methods, 100_000);
        check("callers", callers, 100_000);
        check("pairs", pairs, 1_000_000);
    }

    private static void check(String what, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(what + " with meters of their own are 0 to " + most + ", not " + value);
        }
    }
}
