package io.moa.governance.route;

import io.moa.governance.balance.CandidateSet;
import io.moa.governance.rule.RoutedRule;
import org.jspecify.annotations.Nullable;

/** What the rules say of a call. Immutable. */
public sealed interface Route {

    /**
     * It goes to one of these.
     *
     * @param candidates of whom one is picked; empty only if the plan has nobody at all
     * @param mirror to one of whom a copy goes, whose reply is ignored; null for no copy, and never empty
     */
    record To(CandidateSet candidates, @Nullable CandidateSet mirror) implements Route {}

    /**
     * A rule refuses it.
     *
     * @param rule which
     * @param reason for people
     */
    record Denied(RoutedRule rule, String reason) implements Route {}

    /**
     * A rule leaves nobody, and wants it to be refused then.
     *
     * @param rule which
     * @param before how many there were
     */
    record Nobody(RoutedRule rule, int before) implements Route {}

    /**
     * A rule answers it, and nobody is called.
     *
     * @param rule which
     * @param value a plain value: null, a text, a number, a boolean, a list or a map of such
     */
    record Answered(RoutedRule rule, @Nullable Object value) implements Route {}
}
