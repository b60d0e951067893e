package io.moa.registry.watch;

/**
 * What became of a {@link Verdict}.
 *
 * @param result the outcome
 * @param scope of the first allowance that was used up, in the verdict's order; empty unless the result is
 *     {@link Result#FUSE}
 */
public record Written(Result result, String scope) {

    /** How a write ended. */
    public enum Result {
        /** The change was made, or had been made already. */
        APPLIED,
        /** Nothing was changed: the watcher has no lease, or does not hold the part under this fence. */
        STALE,
        /** Nothing was changed: too many were removed within the window. */
        FUSE,
        /** Nothing was changed: the instance is not registered, or, to be forgotten, not OFFLINE. */
        GONE
    }

    public static final Written APPLIED = new Written(Result.APPLIED, "");
    public static final Written STALE = new Written(Result.STALE, "");
    public static final Written GONE = new Written(Result.GONE, "");

    /** Refused because this scope has seen enough removals. */
    public static Written fuse(String scope) {
        return new Written(Result.FUSE, scope);
    }
}
