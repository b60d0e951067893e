package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.PassedOver;
import io.moa.governance.rule.Rule;
import io.moa.governance.rule.RuleBook;
import io.moa.governance.rule.RuleReader;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tries rules on sampled calls: how they fare under the rules in force, and how they would with one rule more, another one or one less.
 *
 * <p>Each call comes to the limits and the breaker of its method first, where these are enforced at the caller, in the order of the times
 * at which the calls were made, and then is routed. Limits and breakers begin as new, both under the rules in force and under the others,
 * for nobody knows what was counted before the first sample. Limits that providers enforce are not judged: each counts the calls of all its callers.
 *
 * <p>Samples are routed under the policy of their method, so calls that must stay in their zone do, with the facts that they had. What a
 * policy adds to calls, a tag, a criticality or call keys, is a value that changes, and the route that would follow from it is not
 * foretold. A call key or an attachment of more
 * than {@value Sample#MAX_CHARS} characters is looked at as it was kept.
 *
 * <p>Immutable, safe for many threads.
 */
public final class DryRuns {

    private final Replay.Stage stage;
    private final long seed;

    /**
     * Dry runs of one process.
     *
     * @param trees the candidates of a service at present; null for a service that is not followed
     * @param targets as {@code trees}, of services to which rules lead calls, also of those that are not followed yet; null while nothing
     *     is known of one
     * @param policies what is decided about a sample's method by the rules of a book
     * @param seed what lots are drawn by
     */
    public DryRuns(
            Function<ServiceId, @Nullable RouteTree> trees,
            Function<ServiceId, @Nullable RouteTree> targets,
            BiFunction<RuleBook, Sample, AppliedPolicy> policies,
            long seed) {
        this.stage = new Replay.Stage(trees, targets, policies);
        this.seed = seed;
    }

    /**
     * What a rule would change.
     *
     * @param samples those that were made at the same moment in the order in which they were made
     * @param book the rules in force
     * @param id the rule's
     * @param plain its form; null for what would change if it were taken away
     * @throws IllegalArgumentException if it is no rule, saying all that is wrong with it; or if there is none to be taken away
     */
    public DryRun of(List<Sample> samples, RuleBook book, String id, @Nullable Object plain) {
        RuleBook after = plain == null ? without(book, id) : book.with(read(id, plain));
        Comparison comparison = new Comparison(new Replay(book, stage, seed), new Replay(after, stage, seed), samples);
        return new DryRun(
                id,
                plain == null ? "it would be taken away" : standing(after, id, comparison),
                samples.size(),
                comparison.calls(),
                comparison.deviations(),
                comparison.refusals(),
                comparison.values(),
                comparison.passedOver().stream().map(PassedOver::why).toList());
    }

    private static String standing(RuleBook after, String id, Comparison comparison) {
        String standing = after.standings().getOrDefault(id, "");
        if (!standing.startsWith("in force since")) {
            return standing;
        }
        if (comparison.passedOver().stream().noneMatch(each -> each.rule().id().equals(id))) {
            return "it would be in force here";
        }
        return comparison.deviations().isEmpty() && comparison.values().isEmpty()
                ? "it would be passed over"
                : "it would be in force here, but passed over for some methods";
    }

    private static Rule read(String id, Object plain) {
        List<String> faults = RuleReader.faults(id, plain);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("This is no rule: " + String.join("; ", faults));
        }
        return RuleReader.read(id, plain);
    }

    private static RuleBook without(RuleBook book, String id) {
        if (book.rules().stream().noneMatch(each -> each.id().equals(id))) {
            throw new IllegalArgumentException(
                    "There is no rule " + id + " in this process, which knows those of " + book.version());
        }
        return book.without(id);
    }
}
