package io.moa.governance.rule;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What environments, units, lanes and load tests mean, said in the form of the users' rules, before which they stand: so a user's rule
 * chooses among those whom these leave, and an explanation has one kind of sentence.
 */
final class BuiltInRoutes {

    static final String PREFIX = "builtin.";

    private static final Map<String, Object> NONE = Map.of("present", false);

    /** In their order. */
    static final List<RouteRule> ALL = List.of(
            // Refused otherwise: a test that writes into the data of production is worse than one that fails.
            rule(
                    "environment",
                    Map.of(),
                    Map.of("label.environment", List.of("$caller", NONE)),
                    "refuse",
                    "calls stay in their environment"),
            rule(
                    "unit",
                    Map.of(),
                    Map.of("label.unit", List.of("$caller", NONE)),
                    "pass",
                    "calls stay in their unit if they can"),
            rule("lane", Map.of("tag", "*"), Map.of("label.tag", "$tag"), "pass", "calls with a tag go to its lane"),
            // Of a call that was led into its lane this would leave nobody, so it is passed over.
            rule("no-lane", Map.of(), Map.of("label.tag", NONE), "pass", "all others go to those without a tag"),
            rule(
                    "load-test",
                    Map.of("load-test", true),
                    Map.of("label.load-test", "true"),
                    "pass",
                    "load tests go to those that are there for them"),
            rule(
                    "no-load-test",
                    Map.of("load-test", false),
                    Map.of("label.load-test", List.of(Map.of("not", "true"), NONE)),
                    "pass",
                    "no other call goes to those"));

    /**
     * Rules that lead to those who are ejected rather than to others: a load test that breaks what is there for it must not come to all, nor
     * must all come to a lane where somebody tries something.
     */
    static final Set<String> STRICT = Set.of(PREFIX + "no-lane", PREFIX + "load-test", PREFIX + "no-load-test");

    private BuiltInRoutes() {}

    private static RouteRule rule(
            String name, Map<String, Object> when, Map<String, Object> where, String otherwise, String note) {
        return (RouteRule) RuleReader.readAny(
                PREFIX + name,
                Map.of(
                        "kind",
                        "route",
                        "service",
                        "*",
                        "when",
                        when,
                        "to",
                        List.of(Map.of("where", where)),
                        "otherwise",
                        otherwise,
                        "note",
                        note));
    }
}
