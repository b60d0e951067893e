package io.moa.client.explain;

import io.moa.Moa;
import io.moa.client.cluster.Cluster;
import io.moa.client.cluster.Clusters;
import io.moa.client.stub.DeclaredMethod;
import io.moa.client.stub.LiveMethods;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.gate.GateLook;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.plan.Plan;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.route.Route;
import io.moa.governance.route.RouteExplanation;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.Attributes;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Explains what would become of a call, by the walk and the choice that decide about real ones. Safe for many threads. */
public final class Explainer {

    private final Moa moa;
    private final Clusters clusters;
    private final LiveMethods methods;
    private final OverloadThrottle throttle;
    private final Function<Instance, String> way;

    /**
     * An explainer of one client.
     *
     * @param way which address of an instance is used, and why; empty for nothing to say
     */
    public Explainer(
            Moa moa,
            Clusters clusters,
            LiveMethods methods,
            OverloadThrottle throttle,
            Function<Instance, String> way) {
        this.throttle = throttle;
        this.moa = moa;
        this.clusters = clusters;
        this.methods = methods;
        this.way = way;
    }

    /**
     * What would become of a call; it begins to follow the service.
     *
     * @param method a name, or one with its parameter types, such as {@code reserve(java.lang.String)}
     * @throws IllegalArgumentException if that is no method, or the facts are none that a call can have
     */
    public CallExplanation explain(ServiceId service, String method, CallFacts facts) {
        RuleBook book = methods.book();
        MethodView view = view(book, service, method, facts);
        CallFacts whole = completed(facts, view.policy());
        Invocation call = call(service, view.method(), whole, view.policy());
        List<String> faults = methods.faults(service).explain(call);
        Cluster cluster = clusters.of(service);
        boolean answered =
                cluster.isAnswered(); // before the plan is taken, which may be from before the answer otherwise
        Plan plan = cluster.plan();
        RouteExplanation told = plan.explain(call);
        ServiceView asked = view(cluster, answered, plan, told);
        ServiceView there = null;
        if (told.route() instanceof Route.Redirected led) {
            call = led.lead(call, call.attributes());
            cluster = clusters.of(led.service());
            answered = cluster.isAnswered();
            plan = cluster.plan();
            told = plan.explain(call);
            there = view(cluster, answered, plan, told);
        }
        Chosen chosen = Chosen.of(told.route(), view.policy(), call);
        Candidate picked = chosen.picked();
        return new CallExplanation(
                described(book.process()),
                whole,
                book.revision(),
                book.version(),
                asked,
                there,
                told.route() instanceof Route.Answered by
                        ? answered(by, methods.misfit(service, view.method(), by.value()))
                        : end(told.route(), plan, call, chosen.isSomebody()),
                chosen.notes(),
                chosen.choices().stream().map(Choice::of).toList(),
                picked == null ? null : picked.instance(),
                chosen.together().stream().map(Candidate::instance).toList(),
                CandidateSet.balancing(call),
                view.with(faults),
                null);
    }

    private ServiceView view(Cluster cluster, boolean answered, Plan plan, RouteExplanation told) {
        return new ServiceView(
                cluster.service(),
                answered,
                cluster.summary(plan),
                cluster.known(plan, way),
                told.steps(),
                told.leftOut());
    }

    private MethodView view(RuleBook book, ServiceId service, String method, CallFacts facts) {
        DeclaredMethod declared = methods.declared(service, method);
        AppliedPolicy applied =
                book.applied(service, declared.name(), application(facts), declared.policy(), declared.form());
        MethodPolicy policy = applied.policy();
        Invocation asked = call(service, declared.method(), completed(facts, policy), policy);
        List<GateLook> gates = new ArrayList<>(declared.gates().apply(asked));
        GateLook heldBack = throttle.look(service, id(declared.method()), criticality(facts, policy));
        if (heldBack != null) {
            gates.add(heldBack);
        }
        return new MethodView(declared.method(), policy, applied.reasons(), gates, List.of(), declared.source());
    }

    private String application(CallFacts facts) {
        return facts.caller().isEmpty() ? moa.self().application() : facts.caller();
    }

    /** With what a stub adds to a call of which its caller says nothing. */
    private CallFacts completed(CallFacts facts, MethodPolicy policy) {
        return new CallFacts(
                application(facts),
                facts.tag().isEmpty() ? policy.value(PolicyKey.ROUTE_TAG) : facts.tag(),
                facts.loadTest(),
                criticality(facts, policy),
                facts.callKeys(),
                facts.attachments());
    }

    private static Criticality criticality(CallFacts facts, MethodPolicy policy) {
        Criticality said = facts.criticality();
        return said == null ? policy.value(PolicyKey.CRITICALITY) : said;
    }

    private static MethodId id(String method) {
        return method.endsWith(")") ? MethodId.parse(method) : new MethodId(method, "()");
    }

    private Invocation call(ServiceId service, String method, CallFacts facts, MethodPolicy policy) {
        return facts.toCall(
                service,
                id(method),
                moa.self().instance(),
                Attributes.EMPTY.with(MethodPolicy.KEY, policy),
                moa.ticker().nanos());
    }

    private static String end(Route route, Plan plan, Invocation call, boolean somebody) {
        if (route instanceof Route.Denied denied) {
            return "Refused by " + denied.rule().name() + ": " + denied.reason();
        }
        if (route instanceof Route.Nobody nobody) {
            return "Refused by " + nobody.rule().name() + ", " + nobody.why();
        }
        int left = ((Route.To) route).candidates().candidates().size();
        return somebody
                ? left + " of " + plan.usable() + " candidates are left"
                : "Nobody can be called: " + plan.whyNone(call);
    }

    private static String answered(Route.Answered answered, @Nullable String misfit) {
        return misfit == null
                ? "Answered by " + answered.rule().name() + "; nobody is called"
                : "To be answered by " + answered.rule().name()
                        + ", but such calls fail: the value does not fit the result of the method: " + misfit;
    }

    private static String described(LocalProcess process) {
        return process.application() + "@" + process.uuid() + ", labels " + new TreeMap<>(process.labels());
    }
}
