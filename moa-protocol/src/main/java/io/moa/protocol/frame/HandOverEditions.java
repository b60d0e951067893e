package io.moa.protocol.frame;

/**
 * Which editions of the hand-over a process speaks: of its messages, and of the order in which they come. A release that needs another one speaks the one
 * before as well, so that agents are replaced by the next release and the one before. Immutable.
 *
 * @param lowest the oldest, at least 1
 * @param highest the newest, at least the oldest
 */
public record HandOverEditions(long lowest, long highest) {

    /** What this release speaks. */
    public static final HandOverEditions OWN = new HandOverEditions(1, 1);

    /** What {@link #common} says if there is none. */
    public static final long NONE = 0;

    public HandOverEditions {
        if (lowest < 1 || highest < lowest) {
            throw new IllegalArgumentException(
                    "Editions begin at 1 and do not run backwards: " + lowest + " to " + highest);
        }
    }

    /** Whether it is spoken. */
    public boolean has(long edition) {
        return edition >= lowest && edition <= highest;
    }

    /** The newest that both speak, or {@link #NONE}. */
    public long common(HandOverEditions other) {
        long newest = Math.min(highest, other.highest);
        return has(newest) && other.has(newest) ? newest : NONE;
    }

    /** For people, as in "editions 1 to 2". */
    @Override
    public String toString() {
        return lowest == highest ? "edition " + lowest : "editions " + lowest + " to " + highest;
    }
}
