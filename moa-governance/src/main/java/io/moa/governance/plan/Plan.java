package io.moa.governance.plan;

import io.moa.annotation.ZoneChoice;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.route.Route;
import io.moa.governance.route.RouteExplanation;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.RouteTable;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call needs to know of its service, compiled from one snapshot and the rules in force: on a call there is only match and pick.
 * Immutable; a change of either is a new plan.
 *
 * @param snapshot what it was compiled from
 * @param candidates the usable instances
 * @param usable how many there are, those that are called last among them
 * @param last who is called last, by uuid, each with the reason for people
 * @param passedOver who could be called and is not, by uuid, each with the reason
 * @param warming how many have less than their full weight because they warm up
 * @param routes which of the candidates a call may go to
 */
public record Plan(
        Snapshot snapshot,
        CandidateSet candidates,
        int usable,
        Map<String, String> last,
        Map<String, String> passedOver,
        int warming,
        RouteTree routes) {

    public Plan {
        last = Map.copyOf(last);
        passedOver = Map.copyOf(passedOver);
    }

    public ServiceId service() {
        return snapshot.service();
    }

    /** This plan with other rules. */
    public Plan with(RouteTable rules) {
        return new Plan(snapshot, candidates, usable, last, passedOver, warming, routes.with(rules));
    }

    /** What the rules say of an attempt: whom it may go to, that it goes on at another service, or that it goes to nobody. */
    public Route route(Invocation call) {
        return routes.route(call);
    }

    /** The choice for one attempt; null if there is no usable instance, or a rule lets the call go to none of them. */
    public @Nullable Lease pick(Invocation call) {
        return routes.route(call) instanceof Route.To to ? to.candidates().pick(call) : null;
    }

    /** How the rules decide about a call, step by step. */
    public RouteExplanation explain(Invocation call) {
        return routes.explain(call);
    }

    /** What is learnt of an instance that may be called, by its uuid; null if there is none. A walk over all of them. */
    public @Nullable InstanceLoad load(String uuid) {
        for (Candidate each : candidates.candidates()) {
            if (each.instance().uuid().equals(uuid)) {
                return each.load();
            }
        }
        return null;
    }

    /** Who stands badly because of how calls ended, by uuid, for people. */
    public Map<String, String> standings(long nowNanos) {
        Map<String, String> standings = new HashMap<>();
        for (Candidate each : candidates.candidates()) {
            String how = each.load().standing().describe(nowNanos);
            if (!how.isEmpty()) {
                standings.put(each.instance().uuid(), how);
            }
        }
        return standings;
    }

    /** Why there is no instance to pick for a call, for people: what the call asks for, or as {@link #whyNone()}. */
    public String whyNone(Invocation call) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        if (candidates.isEmpty() || policy == null || policy.zone() != ZoneChoice.REQUIRE) {
            return whyNone();
        }
        return "none of the " + usable + " usable instances of " + service() + " is in zone " + candidates.ownZone()
                + ", where this process is, and the policy zone = require ("
                + policy.get(PolicyKey.ZONE).source()
                + ") allows no other; start one there, or say zone = prefer";
    }

    /** Why there is no instance to pick, for people: what the registry knows, and what to check. */
    public String whyNone() {
        if (snapshot.isUnknown()) {
            return "no registry has answered yet about " + service()
                    + "; check that the registry is reachable from this process";
        }
        int registered = snapshot.entries().size();
        if (registered == 0) {
            return "no instance of " + service() + " is registered, says " + snapshot.source() + " (revision "
                    + snapshot.revision()
                    + "); check that a provider is running and that name, group and version are the same on both sides";
        }
        int offline = 0;
        int unreachable = 0;
        int weightless = 0;
        String passed = null; // one of them speaks for all
        for (Snapshot.Entry entry : snapshot.entries()) {
            if (entry.operator().offline()) {
                offline++;
            } else if (!entry.online()) {
                unreachable++;
            } else if (PlanCompiler.weightOf(entry) == 0) {
                weightless++;
            } else if (passed == null && passedOver.containsKey(entry.instance().uuid())) {
                passed = entry.instance() + " is "
                        + passedOver.get(entry.instance().uuid());
            }
        }
        return "of " + registered + " registered instances of " + service() + ", " + offline
                + " were taken offline by an operator, " + unreachable + " are not online, " + weightless
                + " have weight 0, and " + passedOver.size() + " are passed over"
                + (passed == null ? "" : " (" + passed + ")") + ", says " + snapshot.source() + " (revision "
                + snapshot.revision() + ")";
    }
}
