package io.moa.governance.plan;

import org.jspecify.annotations.Nullable;

/**
 * Where a caller stands among the instances of the services that it calls. Immutable.
 *
 * @param uuid names the calling process; by it is decided which instances it calls if it calls only some
 * @param zone where it is, as the label {@link io.moa.discovery.Instance#ZONE} says it of instances; null if it is not known
 * @param subset how many instances of each service it calls, 1 to 100,000; 0, the default, for all
 */
public record Vantage(String uuid, @Nullable String zone, int subset) {

    /** It knows no zone, and calls all. */
    public static final Vantage ANYWHERE = new Vantage("", null, 0);

    private static final int MOST = 100_000;

    public Vantage {
        if (subset < 0 || subset > MOST) {
            throw new IllegalArgumentException("A subset is 0, for all, to 100000 instances, not " + subset);
        }
        if (zone != null && zone.isBlank()) {
            throw new IllegalArgumentException("A zone has a name; expected null where none is known");
        }
    }
}
