package io.moa.registry.watch;

/**
 * How many removals a scope may see within {@link WatchStore#FUSE_WINDOW}, by all watchers together.
 *
 * @param scope a service as {@code ServiceId} writes it, or {@link #ALL}
 * @param limit 1 or more
 */
public record Allowance(String scope, int limit) {

    /** The scope of all instances; no service has this name. */
    public static final String ALL = "*:*";

    public Allowance {
        if (limit < 1) {
            throw new IllegalArgumentException("An allowance is 1 or more, not " + limit);
        }
    }
}
