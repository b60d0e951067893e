package io.moa.governance.route;

import io.moa.governance.balance.Candidate;
import io.moa.internal.UntrustedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a call is routed, told by the walk that routes it. Immutable, but for what is learnt of the candidates.
 *
 * @param steps what each rule did, in order; the last one may have ended the walk
 * @param leftOut which rules of the service are not in the table, by id, each with the reason
 * @param route what came of it
 */
public record RouteExplanation(List<RouteStep> steps, Map<String, String> leftOut, Route route) {

    public RouteExplanation {
        steps = List.copyOf(steps);
        leftOut = Map.copyOf(leftOut);
    }

    /** Of whom one is picked, the most wanted first, each with its weight; nobody if a rule ended the call. */
    public List<Candidate> candidates() {
        return route instanceof Route.To to ? to.candidates().candidates() : List.of();
    }

    /** A line for each step, and one for each candidate. */
    public String describe() {
        List<String> lines = new ArrayList<>();
        steps.forEach(step -> lines.add(step.toString()));
        leftOut.forEach((rule, why) -> lines.add(rule + ": left out, " + why));
        candidates().forEach(each -> lines.add("  " + each.instance() + ", weight " + each.weight()));
        return UntrustedText.joined(lines);
    }
}
