package io.moa.governance.route;

import io.moa.discovery.Instance;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.rule.Condition;
import io.moa.governance.rule.Fact;
import io.moa.governance.rule.Percent;
import io.moa.governance.rule.RoutedRule;
import io.moa.governance.rule.Verdict;
import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes down what a walk does with one call; the walk decides, and this only listens. Not safe for threads. */
final class RouteTrace {

    private final Invocation call;
    private final List<RouteStep> steps = new ArrayList<>();

    RouteTrace(Invocation call) {
        this.call = call;
    }

    List<RouteStep> steps() {
        return steps;
    }

    void skipped(RoutedRule rule, @Nullable Condition unmet, RouteNode at) {
        if (unmet == null) {
            stay(rule, RouteStep.Outcome.IDLE, String.valueOf(rule.idle()), at);
            return;
        }
        String value = unmet.fact().of(call);
        stay(
                rule,
                unmet.test(call) == Verdict.UNKNOWN ? RouteStep.Outcome.NOT_KNOWN : RouteStep.Outcome.NOT_MATCHED,
                "it asks for " + unmet + ", and the call "
                        + (value == null ? "does not say" : "says " + unmet.shown(value)),
                at);
    }

    void stayed(RoutedRule rule, String why, RouteNode at) {
        stay(rule, RouteStep.Outcome.PASSED_OVER, why, at);
    }

    void redirected(RoutedRule rule, RouteNode at) {
        boolean all = rule.led().equals(Percent.ALL);
        stay(rule, RouteStep.Outcome.REDIRECTED, "to " + rule.target() + (all ? "" : ", " + shareOf(rule)), at);
    }

    /** Whose lot, or value, keeps it where it is. */
    void notLed(RoutedRule rule, RouteNode at) {
        stayed(rule, "it leads " + shareOf(rule) + ", to " + rule.target() + ", and this call is none of them", at);
    }

    private String shareOf(RoutedRule rule) {
        Fact sticky = rule.stickyTo(call);
        return rule.led() + " of the calls, " + (sticky == null ? "by lot" : "by the value of " + sticky);
    }

    void notOffered(RoutedRule rule, RouteNode at) {
        stay(
                rule,
                rule.refuses() ? RouteStep.Outcome.REFUSED : RouteStep.Outcome.PASSED_OVER,
                "nobody offers " + rule.target(),
                at);
    }

    void notServed(RoutedRule rule, RouteNode at) {
        stay(
                rule,
                RouteStep.Outcome.PASSED_OVER,
                "of " + rule.target() + " there is nobody whom it may call and who can be reached now",
                at);
    }

    void ended(RoutedRule rule, RouteStep.Outcome outcome, String why, RouteNode at) {
        stay(rule, outcome, why, at);
    }

    void narrowed(RoutedRule rule, int chosen, int destination, RouteNode at, RouteNode next) {
        Set<Instance> left = new HashSet<>();
        for (Candidate each : next.set().candidates()) {
            left.add(each.instance());
        }
        List<Instance> excluded = new ArrayList<>();
        for (Candidate each : at.set().candidates()) {
            if (!left.contains(each.instance())) {
                excluded.add(each.instance());
            }
        }
        add(rule, RouteStep.Outcome.LED, where(rule, chosen, destination), at.size(), next.size(), excluded);
    }

    private String where(RoutedRule rule, int chosen, int destination) {
        String to = "to " + rule.to(destination);
        if (rule.destinations() == 1) {
            return to;
        }
        Fact sticky = rule.stickyTo(call);
        return to + ", destination " + (destination + 1) + " of " + rule.destinations() + ", "
                + (chosen != destination
                        ? "as nobody, or nobody whom it may call and who is not ejected, is at destination "
                                + (chosen + 1)
                        : rule.share(destination) + " of " + rule.shares() + " calls, "
                                + (sticky == null ? "by lot" : "by the value of " + sticky));
    }

    void nobody(RoutedRule rule, boolean asked, boolean ejected, RouteNode at) {
        if (!asked) {
            stay(rule, RouteStep.Outcome.NOT_KNOWN, "it goes by the tag of the call, which has none", at);
        } else if (rule.refuses()) {
            add(rule, RouteStep.Outcome.REFUSED, "nobody is at " + all(rule), at.size(), 0, List.of());
        } else {
            String who = ejected ? "nobody whom it may call and who is not ejected is at " : "nobody is at ";
            stay(rule, RouteStep.Outcome.PASSED_OVER, who + all(rule), at);
        }
    }

    private static String all(RoutedRule rule) {
        return rule.destinations() == 1 ? rule.to(0).toString() : "any of its " + rule.destinations() + " destinations";
    }

    /** Belongs to the step of its rule, which was told of just before. */
    void mirrored(RoutedRule rule, @Nullable CandidateSet set) {
        RouteStep last = steps.get(steps.size() - 1);
        if (!last.rule().equals(rule.rule().id())) {
            throw new IllegalStateException("Nothing was told of " + rule + " before its copy");
        }
        steps.remove(steps.size() - 1);
        steps.add(new RouteStep(
                last.rule(),
                last.version(),
                last.outcome(),
                last.why()
                        + (set == null
                                ? "; nobody is there for a copy"
                                : "; a copy goes to one of " + set.candidates().size()),
                last.before(),
                last.after(),
                last.excluded()));
    }

    private void stay(RoutedRule rule, RouteStep.Outcome outcome, String why, RouteNode at) {
        int count = at.size();
        add(rule, outcome, why, count, count, List.of());
    }

    private void add(
            RoutedRule rule, RouteStep.Outcome outcome, String why, int before, int after, List<Instance> excluded) {
        steps.add(new RouteStep(rule.rule().id(), rule.version(), outcome, why, before, after, excluded));
    }
}
