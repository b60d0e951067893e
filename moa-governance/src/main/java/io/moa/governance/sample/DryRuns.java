package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.PassedOver;
import io.moa.governance.rule.Rule;
import io.moa.governance.rule.RuleBook;
import io.moa.governance.rule.RuleReader;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
 * <p>What is said of calls for which drawn samples stand is an estimate: see {@link DryRun#calls()}.
 *
 * <p>Samples are routed under the policy of their method, so calls that must stay in their zone do, with the facts that they had. What a
 * policy adds to calls, a tag, a criticality or call keys, is a value that changes, and the route that would follow from it is not
 * foretold. A call key or an attachment of more
 * than {@value Sample#MAX_CHARS} characters is looked at as it was kept.
 *
 * <p>Immutable, safe for many threads.
 */
public final class DryRuns {

    private static final int MOST_REASONS = 3;
    private static final String IN_FORCE = "it would be in force here";

    private final Replay.Stage stage;
    private final long seed;

    /**
     * Dry runs of one process.
     *
     * @param trees the candidates of a service at present; null for a service that is not followed
     * @param targets as {@code trees}, of services to which rules lead calls, also of those that are not followed yet; null while nothing
     *     is known of one
     * @param policies what is decided about a sample's method by the rules of a book
     * @param fit whether the methods of calls can return what rules answer
     * @param seed what lots are drawn by
     */
    public DryRuns(
            Function<ServiceId, @Nullable RouteTree> trees,
            Function<ServiceId, @Nullable RouteTree> targets,
            BiFunction<RuleBook, Sample, AppliedPolicy> policies,
            AnswerFit fit,
            long seed) {
        this.stage = new Replay.Stage(trees, targets, policies, fit);
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
        Replay then = new Replay(after, stage, seed);
        Comparison comparison = new Comparison(new Replay(book, stage, seed), then, samples);
        String standing = plain == null ? "it would be taken away" : standing(after, id, comparison);
        return new DryRun(
                id,
                standing,
                samples.size(),
                comparison.calls(),
                comparison.deviations(),
                comparison.refusals(),
                comparison.values(),
                comparison.passedOver().stream().map(PassedOver::why).toList(),
                plain == null || !standing.equals(IN_FORCE) || comparison.isOtherwise()
                        ? List.of()
                        : noPart(samples, then, read(id, plain)));
    }

    /** Mistakes of names are the commonest ones, and a rule that meets nothing is no error. */
    private static List<String> noPart(List<Sample> samples, Replay then, Rule rule) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < samples.size(); i++) {
            counts.merge(then.part(i, samples.get(i), rule), 1, Integer::sum);
        }
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .limit(MOST_REASONS)
                .map(each -> each.getValue() + " x " + each.getKey())
                .toList();
    }

    private static String standing(RuleBook after, String id, Comparison comparison) {
        String standing = after.standings().getOrDefault(id, "");
        if (!standing.startsWith("in force since")) {
            return standing;
        }
        if (comparison.passedOver().stream().noneMatch(each -> each.rule().id().equals(id))) {
            return IN_FORCE;
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
