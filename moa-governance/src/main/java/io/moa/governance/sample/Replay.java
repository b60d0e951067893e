package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.route.Lots;
import io.moa.governance.route.Route;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Routes sampled calls once more: by the rules of a book, among those who are candidates now. It is the walk of real calls, over a tree of its
 * own, so that calls notice nothing of it.
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
     * @param declared what is said of a sample's method without live rules
     */
    record Stage(Function<ServiceId, @Nullable RouteTree> trees, Function<Sample, MethodPolicy> declared) {}

    private static final long PER_SAMPLE = 0xbf58476d1ce4e5b9L; // any odd number whose bits are mixed

    private final RuleBook book;
    private final Stage stage;
    private final long seed;
    private final Map<ServiceId, RouteTree> trees = new HashMap<>();
    private final IdentityHashMap<CandidateSet, Set<String>> uuids = new IdentityHashMap<>(); // sets of a tree are few

    Replay(RuleBook book, Stage stage, long seed) {
        this.book = book;
        this.stage = stage;
        this.seed = seed;
    }

    /** Where a call goes. */
    Fate fate(int place, Sample sample) {
        RouteTree present = stage.trees().apply(sample.service());
        if (present == null) {
            return new Fate(Fate.Kind.UNKNOWN, Set.of(), Set.of(), "");
        }
        RouteTree tree = trees.computeIfAbsent(sample.service(), service -> present.with(book.routes(service)));
        Invocation call = sample.facts()
                .toCall(sample.service(), sample.method(), book.process().uuid(), Attributes.EMPTY, 0);
        return fate(tree.route(call, lots(place)));
    }

    /** Those of one walk: a rule draws perhaps twice, for its destination and for a copy. */
    Lots lots(int place) {
        Map<String, RandomGenerator> drawing = new HashMap<>();
        return rule -> drawing.computeIfAbsent(
                rule.rule().id(), id -> new SplittableRandom(seed + place * PER_SAMPLE + id.hashCode()));
    }

    Fate fate(Route route) {
        if (route instanceof Route.Denied denied) {
            return new Fate(
                    Fate.Kind.DENIED,
                    Set.of(),
                    Set.of(),
                    "rule " + denied.rule().rule().id() + ": " + denied.reason());
        }
        if (route instanceof Route.Answered answered) {
            return new Fate(
                    Fate.Kind.ANSWERED,
                    Set.of(),
                    Set.of(),
                    "rule " + answered.rule().rule().id() + ": " + answered.value());
        }
        if (route instanceof Route.Nobody nobody) {
            return new Fate(
                    Fate.Kind.REFUSED,
                    Set.of(),
                    Set.of(),
                    "rule " + nobody.rule().rule().id() + ", as it leaves nobody");
        }
        Route.To to = (Route.To) route;
        return new Fate(Fate.Kind.TO, uuids(to.candidates()), to.mirror() == null ? Set.of() : uuids(to.mirror()), "");
    }

    private Set<String> uuids(CandidateSet set) {
        return uuids.computeIfAbsent(set, any -> any.candidates().stream()
                .map(each -> each.instance().uuid())
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** What is decided about a call's method. */
    MethodPolicy policy(Sample sample) {
        return book.apply(
                sample.service(),
                sample.method().name(),
                sample.facts().caller(),
                stage.declared().apply(sample));
    }

    /** The values that differ between two policies. */
    static List<ValueChange> differences(MethodPolicy before, MethodPolicy after) {
        List<ValueChange> changes = new ArrayList<>();
        for (PolicyKey<?> key : PolicyKey.all()) {
            String was = text(before, key);
            String becomes = text(after, key);
            if (!was.equals(becomes)) {
                changes.add(new ValueChange(key.name(), was, becomes));
            }
        }
        return changes;
    }

    private static <T> String text(MethodPolicy policy, PolicyKey<T> key) {
        String text = String.valueOf(key.type().plain(policy.value(key)));
        return text.isEmpty() ? "none" : text;
    }
}
