package io.moa.governance.route;

import io.moa.discovery.Instance;
import java.util.List;
import java.util.Locale;

/**
 * What one rule did with a call. Immutable.
 *
 * @param rule its id
 * @param version of which version it is, for people; empty for a built-in rule
 * @param outcome what came of it
 * @param why for people
 * @param before how many candidates there were
 * @param after how many were left
 * @param excluded who was not among them any more
 */
public record RouteStep(
        String rule, String version, Outcome outcome, String why, int before, int after, List<Instance> excluded) {

    /** What can come of a rule. */
    public enum Outcome {
        /** It does nothing in this process. */
        IDLE,
        /** It does not match the call. */
        NOT_MATCHED,
        /** The call lacks what the rule asks for. */
        NOT_KNOWN,
        /** It matches, and does nothing with this call: it would have left nobody, or leads other calls to another service. */
        PASSED_OVER,
        /** It led the call to a destination. */
        LED,
        /** It led the call to another service, where the steps after it are made. */
        REDIRECTED,
        /** It left nobody, and refused the call. */
        REFUSED,
        /** It refused the call. */
        DENIED,
        /** It answered the call. */
        ANSWERED
    }

    public RouteStep {
        excluded = List.copyOf(excluded);
    }

    /** One line, for people. */
    @Override
    public String toString() {
        return rule + (version.isEmpty() ? "" : " (" + version + ")") + ": "
                + outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ", " + why
                + (before == after ? "" : "; " + after + " of " + before + " candidates are left");
    }
}
