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
