package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.Rule;
import io.moa.governance.rule.RuleBook;
import io.moa.governance.rule.RuleReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tries rules on sampled calls: how they fare under the rules in force, and how they would with one rule more, another one or one less.
 *
 * <p>Samples are routed with the facts that they had. What a policy adds to calls that do not say it themselves, a tag or a
 * criticality, is a value that changes, and the route that would follow from it is not foretold. A call key or an attachment of more
 * than {@value Sample#MAX_CHARS} characters is looked at as it was kept.
 *
 * <p>Immutable, safe for many threads.
 */
public final class DryRuns {

    /** What is decided about all calls of a method by one application. */
    private record Decided(ServiceId service, String method, String caller) {}

    private final Replay.Stage stage;
    private final long seed;

    /**
     * Dry runs of one process.
     *
     * @param trees the candidates of a service at present; null for a service that is not followed
     * @param targets as {@code trees}, of services to which rules lead calls, also of those that are not followed yet; null while nothing
     *     is known of one
     * @param declared what is said of a sample's method without live rules
     * @param seed what lots are drawn by
     */
    public DryRuns(
            Function<ServiceId, @Nullable RouteTree> trees,
            Function<ServiceId, @Nullable RouteTree> targets,
            Function<Sample, MethodPolicy> declared,
            long seed) {
        this.stage = new Replay.Stage(trees, targets, declared);
        this.seed = seed;
    }

    /**
     * What a rule would change.
     *
     * @param book the rules in force
     * @param id the rule's
     * @param plain its form; null for what would change if it were taken away
     * @throws IllegalArgumentException if it is no rule, saying all that is wrong with it; or if there is none to be taken away
     */
    public DryRun of(List<Sample> samples, RuleBook book, String id, @Nullable Object plain) {
        RuleBook after = plain == null ? without(book, id) : book.with(read(id, plain));
        Replay now = new Replay(book, stage, seed);
        Replay then = new Replay(after, stage, seed);
        Map<Decided, List<ValueChange>> decided = new HashMap<>();
        List<Deviation> deviations = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            Fate before = now.fate(i, sample);
            Fate becomes = then.fate(i, sample);
            List<ValueChange> values = decided.computeIfAbsent(
                    new Decided(
                            sample.service(),
                            sample.method().toString(),
                            sample.facts().caller()),
                    any -> Replay.differences(now.policy(sample), then.policy(sample)));
            if (!before.equals(becomes) || !values.isEmpty()) {
                deviations.add(new Deviation(sample, before, becomes, values));
            }
        }
        String standing = plain == null
                ? "it would be taken away"
                : after.standings().getOrDefault(id, "").replaceFirst("^in force since.*", "it would be in force here");
        return new DryRun(id, standing, samples.size(), deviations);
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
