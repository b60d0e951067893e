package io.moa.discovery;

import java.util.function.Consumer;

/**
 * Where live rules and release settings come from. It is a channel of its own: no event of a registry can change rules,
 * and none of a rule source can change an instance list. The same promises as in {@link Registry} hold; the test of this
 * contract is {@code RuleSourceContract} in the test kit.
 */
public interface RuleSource extends AutoCloseable {

    /** What is in force now, as far as known. */
    RuleSet current();

    /**
     * Follows the rules.
     *
     * @param listener told first what is in force, before this method returns, then each change, in order and one at a
     *     time; it must not block
     * @return a handle that ends the following
     */
    Following subscribe(Consumer<RuleSet> listener);

    /**
     * Names the place where these rules are kept. What a process keeps of them on disk is used by a later one only if that
     * one's rules have the same place: rules of another place would hold there for ever, if nobody ever set one. So it is the
     * same in every process that was given the same place, from the beginning and whatever happens there; and it has neither
     * user nor password, as it stands in files and logs. It never waits.
     *
     * @return up to 10,000 characters; default empty for a source that cannot say, which goes on by what any other such one
     *     has told
     */
    default String place() {
        return "";
    }

    /**
     * Whether a place is this one, though it may have another name: rules on disk that are from there are used. It is true for
     * {@link #place()} itself, and never waits.
     *
     * @param named what {@link #place()} said in an earlier process, or in another one
     * @return default whether it is the same text
     */
    default boolean isPlace(String named) {
        return named.equals(place());
    }

    /**
     * Whether the rules are kept outside this process, so that clients and servers do well to keep on disk what was told.
     * Default true; false for rules in memory, which end with the process, and for a source that never has any. It never
     * changes and never waits.
     */
    default boolean outlivesProcess() {
        return true;
    }

    /** Ends everything begun here. Idempotent. */
    @Override
    void close();

    /** The following of the rules. */
    interface Following extends AutoCloseable {
        /** Ends it; the listener may be told once more while this runs, and not after. Idempotent. */
        @Override
        void close();
    }
}
