package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.protocol.serialize.RuleText;
import io.moa.server.ExportConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each kind of rule, and all that a rule can do, says in an explanation which rule it is, of which version, and what it does with a call. */
@Timeout(120)
class RuleOriginsTest {

    /** The service, of which rules know more methods than it has. */
    @MoaService(name = "origins.Stock")
    public interface Stock {
        int count();
    }

    private static final ServiceId STOCK = ServiceId.of("origins.Stock");

    /**
     * What a rule does with the calls of the method that is called as it is.
     *
     * @param fields of the rule, beside its kind and of what it speaks
     * @param told what the explanation says after the rule's name and version
     */
    private record Example(Map<String, Object> fields, String told) {}

    private static Map<String, Object> at(String name) {
        return Map.of("where", Map.of("label.name", name));
    }

    private static final Map<String, Example> EXAMPLES = Map.of(
            "rule policy",
            new Example(Map.of("set", Map.of("timeout", "7ms")), ""),
            "rule fault",
            new Example(
                    Map.of("delay", "1ms", "fail", Map.of("status", "OVERLOADED"), "percent", 10),
                    "strikes 10 % of such calls, by lot: 1ms, then OVERLOADED; it has struck 0 attempts"),
            "rule route",
            new Example(Map.of("to", List.of(at("one"))), "led, to {\"label.name\": \"one\"}"),
            "route narrow",
            new Example(Map.of("to", List.of(at("two"))), "led, to {\"label.name\": \"two\"}"),
            "route deny",
            new Example(Map.of("deny", "it is being counted"), "denied, "),
            "route answer",
            new Example(Map.of("answer", 7), "answered, "),
            "route redirect",
            new Example(Map.of("redirect", Map.of("service", "origins.Stock:2")), "redirected, to origins.Stock:2"),
            "route mirror",
            new Example(
                    Map.of(
                            "to",
                            List.of(at("one")),
                            "mirror",
                            Map.of("where", Map.of("label.name", "two"), "percent", 100)),
                    "led, to {\"label.name\": \"one\"}; a copy goes to one of 1"),
            "route sticky",
            new Example(
                    Map.of("to", List.of(at("one"), at("two")), "sticky", "key.customer"),
                    " of 2, 100 of 200 calls, by the value of key.customer"),
            "route otherwise",
            new Example(
                    Map.of("to", List.of(at("nobody")), "otherwise", "refuse"),
                    "refused, nobody is at {\"label.name\": \"nobody\"}"));

    @RegisterExtension
    final Processes processes = new Processes();

    private MoaClient client;

    @BeforeEach
    void start() {
        serve("one", "");
        serve("two", "");
        serve("three", "2");
        EXAMPLES.forEach((name, example) -> processes.rules().putRule(id(name), rule(name, example)));
        client = processes.client("web");
    }

    private void serve(String name, String version) {
        processes.serve("stock", server -> server.labels(Map.of("name", name))
                .export(Stock.class, () -> 1, ExportConfig.DEFAULT.withVersion(version)));
    }

    private static String id(String name) {
        return name.replace(' ', '-');
    }

    private static String method(String name) {
        return name.replace(' ', '_');
    }

    private static String rule(String name, Example example) {
        Map<String, Object> rule = new LinkedHashMap<>(example.fields());
        rule.put("service", STOCK.name());
        if (rule.containsKey("set")) {
            rule.put("kind", "policy");
            rule.put("method", method(name));
        } else {
            rule.put("kind", rule.containsKey("delay") ? "fault" : "route");
            rule.put("when", Map.of("method", method(name)));
        }
        return RuleText.write(rule);
    }

    private String explained(String name) {
        return client.explain(STOCK, method(name), CallFacts.ofTexts(Map.of("key.customer", "7")))
                .describe();
    }

    /** The one line in which a rule is named that does not say that it is about other calls. */
    private String line(String name) {
        return explained(name)
                .lines()
                .filter(line -> line.contains(id(name)) && !line.contains("not matched"))
                .findFirst()
                .orElse("");
    }

    @Test
    void eachSaysWhichItIsAndWhatItDoes() {
        assertThat(EXAMPLES.keySet()).isEqualTo(PolicyCatalogueTest.rules());
        EXAMPLES.forEach((name, example) -> {
            // Once the registry and the rules have told.
            soon().until(
                            () -> line(name).contains(example.told())
                                    && !line(name).isEmpty(),
                            () -> explained(name));
            assertThat(line(name))
                    .containsPattern(
                            name.equals("rule policy")
                                    ? "timeout +7ms +at the caller +live rule: rule rule-policy, revision [0-9]+$"
                                    : "^ +" + id(name) + " \\(revision [0-9]+\\): ");
        });
    }
}
