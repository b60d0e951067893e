package io.moa.governance.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Baggage;
import io.moa.invoke.Invocation;
import io.moa.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A service with candidates and rules, as tests of routes need them. The first four candidates are in the first tier, and the others in the
 * second. Not safe for threads; the trees are.
 */
final class RoutedStock {

    /** A process that says nothing of itself. */
    static final LocalProcess NOWHERE = new LocalProcess("self", "web", Map.of());

    private final FakeTicker ticker = new FakeTicker();
    private final Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
    private final OwnPause pause = new OwnPause(ticker.nanos());
    private final RandomGenerator chance = new Random(7);

    FakeTicker ticker() {
        return ticker;
    }

    /** Draws the lots of the trees. */
    RandomGenerator chance() {
        return chance;
    }

    CandidateSet set(List<Instance> instances) {
        return set(instances, ejections);
    }

    CandidateSet set(List<Instance> instances, Ejections ejections) {
        List<List<Candidate>> tiers = List.of(new ArrayList<>(), new ArrayList<>());
        for (Instance each : instances) {
            InstanceLoad load = new InstanceLoad(ejections.newcomer(each), pause);
            tiers.get(tiers.get(0).size() % 5 == 4 ? 1 : 0).add(new Candidate(each, 100, load, false));
        }
        return new CandidateSet(tiers, chance, ticker);
    }

    CandidateSet set(Instance... instances) {
        return set(List.of(instances));
    }

    RouteTree tree(LocalProcess process, Map<String, ?> rules, Instance... instances) {
        return new RouteTree(table(process, rules), set(instances), chance);
    }

    static RouteTable table(LocalProcess process, Map<String, ?> rules) {
        RuleBook book = RuleBook.none(process).next(1, rules);
        assertThat(book.bad()).isEmpty();
        return book.routes(RandomRules.SERVICE);
    }

    static Instance instance(String uuid, String... labels) {
        Instance.Builder instance =
                Instance.builder(uuid, "stock").addresses(List.of(new Address.Tcp("10.1.0." + uuid.length(), 9000)));
        for (int i = 0; i < labels.length; i += 2) {
            instance.label(labels[i], labels[i + 1]);
        }
        return instance.build();
    }

    static Map<String, Object> rule(Object... fields) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("kind", "route");
        rule.put("service", "shop.Stock");
        for (int i = 0; i < fields.length; i += 2) {
            rule.put((String) fields[i], fields[i + 1]);
        }
        return rule;
    }

    static List<Map<String, Object>> to(String trait, Object matcher) {
        return List.of(Map.of("where", Map.of(trait, matcher)));
    }

    static Map<String, Object> share(String trait, Object matcher, int share) {
        return Map.of("where", Map.of(trait, matcher), "share", share);
    }

    static Invocation call() {
        return RandomRules.call("count").build();
    }

    static Invocation tagged(@Nullable String tag) {
        return RandomRules.call("count").baggage(Baggage.EMPTY.withTag(tag)).build();
    }

    static Invocation customer(String id) {
        return RandomRules.call("count").callKeys(Map.of("customer", id)).build();
    }

    static Set<String> names(CandidateSet set) {
        return set.candidates().stream().map(each -> each.instance().uuid()).collect(Collectors.toSet());
    }

    static Set<String> names(Route route) {
        return names(((Route.To) route).candidates());
    }
}
