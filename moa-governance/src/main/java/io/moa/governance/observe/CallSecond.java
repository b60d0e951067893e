package io.moa.governance.observe;

/**
 * What became of the calls of a method that ended in one second. Immutable.
 *
 * @param ended how many
 * @param failed how many of them {@linkplain io.moa.invoke.Reply#hasFailed failed}
 * @param refused how many times a limit was in the way of a call
 * @param totalNanos how long those that ended took together
 * @param longestNanos how long the longest of them took; 0 if none ended
 */
public record CallSecond(long ended, long failed, long refused, long totalNanos, long longestNanos) {

    /** Nothing happened. */
    public static final CallSecond EMPTY = new CallSecond(0, 0, 0, 0, 0);

    /** This one and another together. */
    public CallSecond and(CallSecond other) {
        return new CallSecond(
                ended + other.ended,
                failed + other.failed,
                refused + other.refused,
                totalNanos + other.totalNanos,
                Math.max(longestNanos, other.longestNanos));
    }
}
