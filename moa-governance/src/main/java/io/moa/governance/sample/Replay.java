package io.moa.governance.sample;

import io.moa.annotation.FailureMode;
import io.moa.annotation.ZoneChoice;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.outlier.Outcome;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.route.Elsewhere;
import io.moa.governance.route.Lots;
import io.moa.governance.route.Route;
import io.moa.governance.route.RouteStep;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.Fault;
import io.moa.governance.rule.FaultRule;
import io.moa.governance.rule.FaultTable;
import io.moa.governance.rule.PolicyRule;
import io.moa.governance.rule.Rule;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Routes sampled calls once more: by the rules of a book, among those who are candidates now, under the policy that the book makes of their
 * method. It is the walk of real calls, over a tree of its own, so that calls notice nothing of it.
 *
 * <p><b>The same chance.</b> Each rule draws for each call from a generator of its own, seeded by both. So of two books each rule that
 * stands in both draws the same lots, and what differs is what the rules differ in.
 *
 * <p>Not safe for threads.
 */
final class Replay {

    /**
     * Where the calls come from and go to.
     *
     * @param trees the candidates of a service at present, under any rules; null for a service that is not followed
     * @param targets as {@code trees}, of services to which rules lead calls; null while nothing is known of one
     * @param policies what is decided about a sample's method by the rules of a book
     * @param fit whether the methods of calls can return what rules answer
     */
    record Stage(
            Function<ServiceId, @Nullable RouteTree> trees,
            Function<ServiceId, @Nullable RouteTree> targets,
            BiFunction<RuleBook, Sample, AppliedPolicy> policies,
            AnswerFit fit) {}

    /** Whether the value of a rule, which has one in a book, fits a method. */
    private record Asked(String rule, ServiceId service, MethodId method) {}

    private static final long PER_SAMPLE = 0xbf58476d1ce4e5b9L; // any odd number whose bits are mixed

    private final RuleBook book;
    private final Stage stage;
    private final long seed;
    private final Elsewhere elsewhere = new Targets();
    private final Map<ServiceId, Optional<RouteTree>> trees = new HashMap<>();
    private final Map<ServiceId, Optional<RouteTree>> targets = new HashMap<>();
    private final Map<Sampled, AppliedPolicy> policies = new HashMap<>();
    private final Map<ServiceId, FaultTable> faults = new HashMap<>();
    private final Map<Asked, Optional<String>> misfits = new HashMap<>();

    // Who of a set may be called, by the one thing in a policy that decides it; sets of a tree are few.
    private final Map<ZoneChoice, Map<CandidateSet, Set<String>>> uuids = new EnumMap<>(ZoneChoice.class);

    Replay(RuleBook book, Stage stage, long seed) {
        this.book = book;
        this.stage = stage;
        this.seed = seed;
    }

    /** Where a call goes. */
    Fate fate(int place, Sample sample) {
        RouteTree tree = under(trees, stage.trees(), sample.service());
        if (tree == null) {
            return new Fate(Fate.Kind.UNKNOWN, Set.of(), Set.of(), "the service is not followed now", "");
        }
        Invocation call = call(sample);
        Lots lots = lots(place);
        Fault fault = faults.computeIfAbsent(sample.service(), book::faults).strike(call, drawing(place));
        if (fault == null) {
            return routed(tree, call, lots, "");
        }
        String held = fault.delayNanos() == 0
                ? ""
                : "held back " + Duration.ofNanos(fault.delayNanos()).toMillis() + "ms by " + ids(fault);
        FaultRule.Failure fail = fault.fail();
        return fail == null
                ? routed(tree, call, lots, held)
                : new Fate(injected(fail), Set.of(), Set.of(), ids(fault) + ": " + fail.name(), held);
    }

    private static Fate.Kind injected(FaultRule.Failure fail) {
        Outcome outcome = Outcome.of(Reply.failure(fail.status(), fail.executed(), ""));
        return outcome == Outcome.FAILED || outcome == Outcome.UNREACHABLE
                ? Fate.Kind.INJECTED
                : Fate.Kind.INJECTED_ANSWER;
    }

    private static String ids(Fault fault) {
        return "rule "
                + String.join(
                        " and rule ",
                        fault.by().stream().map(each -> each.rule().id()).toList());
    }

    /** Where the rules lead a call; {@code held} says for people what was done to it before. */
    private Fate routed(RouteTree tree, Invocation call, Lots lots, String held) {
        Route route = tree.route(call, lots);
        if (!(route instanceof Route.Redirected led)) {
            return fate(route, call, held);
        }
        String via = (held.isEmpty() ? "" : held + ", ") + "redirected to " + led.service() + " by rule "
                + led.rule().rule().id();
        RouteTree there = target(led.service());
        return there == null
                ? new Fate(Fate.Kind.UNKNOWN, Set.of(), Set.of(), "no registry has answered yet who offers that", via)
                : fate(there.route(led.lead(call, call.attributes()), lots), call, via);
    }

    private @Nullable RouteTree target(ServiceId service) {
        return under(targets, stage.targets(), service);
    }

    /** The candidates of a service as they are now, once, under the rules of this book. */
    private @Nullable RouteTree under(
            Map<ServiceId, Optional<RouteTree>> known,
            Function<ServiceId, @Nullable RouteTree> present,
            ServiceId service) {
        Optional<RouteTree> first = known.get(service);
        if (first == null) {
            RouteTree now = present.apply(service);
            first = now == null ? Optional.empty() : Optional.of(now.with(book.routes(service), elsewhere));
            known.put(service, first);
        }
        return first.orElse(null);
    }

    /** The services to which the rules of this book lead. */
    private final class Targets implements Elsewhere {
        @Override
        public boolean mayLeadTo(ServiceId service) {
            RouteTree there = target(service);
            return there == null || !there.isEmpty();
        }

        @Override
        public boolean isServing(ServiceId service, Invocation call) {
            RouteTree there = target(service);
            return there == null || there.isServing(call);
        }
    }

    /** What a rule of this book does with a call, for people: what keeps it from doing something, if so. */
    String part(int place, Sample sample, Rule rule) {
        if (!rule.isFor(sample.service())) {
            return "it is for " + rule.service().toPlain();
        }
        if (rule instanceof PolicyRule policy) {
            return policy.isFor(sample.method().name(), sample.facts().caller())
                    ? "what it sets holds already, or by a more particular rule"
                    : "it is for other methods or callers";
        }
        if (rule instanceof FaultRule) {
            String head = rule.id() + " (";
            return book.faults(sample.service()).explain(call(sample)).stream()
                    .filter(line -> line.startsWith(head) || line.startsWith(rule.id() + ": "))
                    .map(line -> line.substring(line.indexOf(": ") + 2)
                            .replaceFirst(", and the call says .*", ", and calls say otherwise")
                            .replaceFirst("; it has struck .*", ""))
                    .findFirst()
                    .orElse("it is not in force here");
        }
        RouteTree tree = under(trees, stage.trees(), sample.service());
        if (tree == null) {
            return "the service is not followed now";
        }
        return tree.explain(call(sample), lots(place)).steps().stream()
                .filter(step -> step.rule().equals(rule.id()))
                .findFirst()
                .map(step -> step.outcome() == RouteStep.Outcome.NOT_MATCHED
                        ? step.why().replaceFirst(", and the call says .*", ", and calls say otherwise")
                        : step.why())
                .orElse("a rule before it ends the walk, or it is not in force here");
    }

    private Invocation call(Sample sample) {
        return sample.facts()
                .toCall(
                        sample.service(),
                        sample.method(),
                        book.process().uuid(),
                        Attributes.EMPTY.with(MethodPolicy.KEY, applied(sample).policy()),
                        0);
    }

    /** Those of one walk: a rule draws perhaps twice, for its destination and for a copy. */
    Lots lots(int place) {
        Function<String, RandomGenerator> drawing = drawing(place);
        return rule -> drawing.apply(rule.rule().id());
    }

    private Function<String, RandomGenerator> drawing(int place) {
        Map<String, RandomGenerator> drawing = new HashMap<>();
        return rule ->
                drawing.computeIfAbsent(rule, id -> new SplittableRandom(seed + place * PER_SAMPLE + id.hashCode()));
    }

    /**
     * What has come of a call.
     *
     * @param call with the policy by which it goes
     * @param via which rule led it to another service before, for people; empty if none did
     */
    Fate fate(Route route, Invocation call, String via) {
        if (route instanceof Route.Denied denied) {
            return new Fate(
                    Fate.Kind.DENIED,
                    Set.of(),
                    Set.of(),
                    "rule " + denied.rule().rule().id() + ": " + denied.reason(),
                    via);
        }
        if (route instanceof Route.Answered answered) {
            return answered(answered, call, via);
        }
        if (route instanceof Route.Nobody nobody) {
            return new Fate(
                    Fate.Kind.REFUSED,
                    Set.of(),
                    Set.of(),
                    "rule " + nobody.rule().rule().id() + ", "
                            + (nobody.rule().target() == null ? "as it leaves nobody" : nobody.why()),
                    via);
        }
        return to((Route.To) route, call, via);
    }

    private Fate answered(Route.Answered answered, Invocation call, String via) {
        String rule = answered.rule().rule().id();
        Route.Redirected led = call.attributes().get(Route.Redirected.KEY);
        Asked asked = new Asked(rule, led == null ? call.service() : led.from(), call.method());
        Optional<String> misfit = misfits.computeIfAbsent(
                asked, any -> Optional.ofNullable(stage.fit().misfit(any.service(), any.method(), answered.value())));
        return misfit.isEmpty()
                ? new Fate(Fate.Kind.ANSWERED, Set.of(), Set.of(), "rule " + rule + ": " + answered.value(), via)
                : new Fate(
                        Fate.Kind.MISFIT,
                        Set.of(),
                        Set.of(),
                        "the value of rule " + rule + " does not fit the result of the method: " + misfit.get(),
                        via);
    }

    private Fate to(Route.To to, Invocation call, String via) {
        Set<String> instances = uuids(to.candidates(), call);
        if (instances.isEmpty()) {
            return new Fate(Fate.Kind.FAILED, Set.of(), Set.of(), whyNobody(to.candidates()), via);
        }
        CandidateSet copies = isOfSeveral(call) ? null : to.mirror();
        return new Fate(Fate.Kind.TO, instances, copies == null ? Set.of() : uuids(copies, call), "", via);
    }

    private static String whyNobody(CandidateSet left) {
        return left.isEmpty()
                ? "no instance can be called now"
                : "none of those who are left is in zone " + left.ownZone() + ", and zone = require allows no other";
    }

    /** Of a call that goes to several at once there is no copy. */
    private static boolean isOfSeveral(Invocation call) {
        MethodPolicy policy = policy(call);
        return policy.onFailure() == FailureMode.FORKING || policy.onFailure() == FailureMode.BROADCAST;
    }

    private static MethodPolicy policy(Invocation call) {
        return Objects.requireNonNull(call.attributes().get(MethodPolicy.KEY), "the policy of the call");
    }

    private Set<String> uuids(CandidateSet set, Invocation call) {
        return uuids.computeIfAbsent(policy(call).zone(), any -> new IdentityHashMap<>())
                .computeIfAbsent(set, any -> any.everybody(call).stream()
                        .map(each -> each.instance().uuid())
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** What is decided about a call's method. */
    AppliedPolicy applied(Sample sample) {
        return policies.computeIfAbsent(
                Sampled.of(sample), any -> stage.policies().apply(book, sample));
    }

    /** The values that differ between two policies. */
    static List<ValueChange> differences(MethodPolicy before, MethodPolicy after) {
        List<ValueChange> changes = new ArrayList<>();
        for (PolicyKey<?> key : PolicyKey.all()) {
            ValueChange change = ValueChange.of(key, before, after);
            if (!change.before().equals(change.after())) {
                changes.add(change);
            }
        }
        return changes;
    }
}
