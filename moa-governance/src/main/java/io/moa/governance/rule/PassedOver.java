package io.moa.governance.rule;

/**
 * A rule that is not applied to a method for which it is written, because what it says cannot be there. Immutable.
 *
 * @param rule what it says; nothing of that is applied but its limits
 * @param why a sentence that names rule, method and reason
 */
public record PassedOver(PolicyRule rule, String why) {

    /** The sentence. */
    @Override
    public String toString() {
        return why;
    }
}
