package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.PATIENT;
import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.CallKey;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Instance;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.testkit.Shows;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Live rules change what callers and providers do, over sockets, while stubs live. */
@Timeout(120)
class LiveRulesTest {

    /** The service. */
    @MoaService(name = "ruled.Stock")
    public interface Stock {
        @Idempotent
        String where(@CallKey("item") String item);

        String slow(String item) throws InterruptedException;

        Count count(String item);

        /** How many there are. */
        record Count(String item, int number) {}
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final MemoryRuleStore rules = processes.rules();
    private final Map<String, AtomicInteger> counted = new ConcurrentHashMap<>();
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        serve("plain", Map.of());
        serve("gray", Map.of(Instance.TAG, "gray"));
        serve("west", Map.of(Instance.ZONE, "west"));
        client = processes.client("caller", more -> more.label(Instance.ZONE, "west"));
        stock = client.stub(Stock.class, PATIENT);
        assertThat(stock.where("any")).isNotEqualTo("gray");
    }

    private void serve(String name, Map<String, String> labels) {
        processes.serve("stock", server -> server.labels(labels).export(Stock.class, new Stock() {
            @Override
            public String where(String item) {
                return name;
            }

            @Override
            public String slow(String item) throws InterruptedException {
                Thread.currentThread().join(100);
                return name;
            }

            @Override
            public Count count(String item) {
                counted.computeIfAbsent(name, any -> new AtomicInteger()).incrementAndGet();
                return new Count(item, 1);
            }
        }));
    }

    /** Who answers so many calls. */
    private Map<String, Integer> answers(Stock asked, int calls, String item) {
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            answers.merge(asked.where(item), 1, Integer::sum);
        }
        return answers;
    }

    @Test
    @Shows({"rule policy", "timeout"})
    void policyRuleHoldsForStubsThatLiveAlreadyAndIsTakenBackWithIt() {
        assertThat(client.describe(stock)).doesNotContain("live rule");
        rules.putRule(
                "hasty",
                "{\"kind\": \"policy\", \"service\": \"ruled.*\", \"method\": \"slow\", \"set\": {\"timeout\": \"20ms\"}}");
        soon().until(() -> client.describe(stock).contains("live rule: rule hasty"), () -> client.describe(stock));
        assertThatThrownBy(() -> stock.slow("any"))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("timed out");
        assertThat(client.stub(Stock.class, PATIENT).where("any"))
                .as("other methods go on")
                .isNotEmpty();
        rules.removeRule("hasty");
        soon().until(() -> !client.describe(stock).contains("live rule"), () -> client.describe(stock));
        assertThat(client.describe(stock)).contains("timeout").contains("30s");
    }

    @Test
    @Shows("rule policy")
    void limitByRuleHoldsAtTheProvider() {
        rules.putRule(
                "few",
                "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"method\": \"where\", \"set\": {\"rate-limit\": 1, \"attempts\": 1}}");
        soon().until(() -> client.describe(stock).contains("rule few"), () -> client.describe(stock));
        int refused = 0;
        for (int i = 0; i < 30; i++) {
            try {
                stock.where("any");
            } catch (CallException e) {
                assertThat(e.status()).isEqualTo(Status.REJECTED);
                assertThat(e.getMessage()).contains("limited to 1 call in a second");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    @Shows("rule policy")
    void anotherStubForgetsNothingOfALimitByRule() {
        rules.putRule(
                "few",
                "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"method\": \"where\","
                        + " \"set\": {\"breaker-failures\": 1, \"breaker-calls\": 1, \"breaker-open\": \"1h\", \"attempts\": 1}}");
        rules.putRule(
                "route",
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"when\": {\"method\": \"where\"},"
                        + " \"to\": [{\"where\": {\"label.zone\": \"nowhere\"}}], \"otherwise\": \"refuse\"}");
        soon().until(() -> client.describe(stock).contains("rule few"), () -> client.describe(stock));
        soon().until(
                        () -> String.valueOf(refusalOf(() -> stock.where("any")))
                                .contains("The breaker of"),
                        () -> "it is closed");
        Stock another = client.stub(Stock.class, PATIENT);
        assertThat(refusalOf(() -> another.where("any"))).contains("The breaker of");
        assertThat(refusalOf(() -> stock.where("any"))).contains("The breaker of");
    }

    @Test
    @Shows({"rule route", "route narrow"})
    void routeRuleNarrowsByCallKeyAndLabel() {
        rules.putRule(
                "books-west",
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"when\": {\"key.item\": \"book*\"},"
                        + " \"to\": [{\"where\": {\"label.zone\": \"$caller\"}}]}");
        soon().until(() -> answers(stock, 30, "bookend").equals(Map.of("west", 30)), () -> "not narrowed");
        // Whose first call took long is called again after a while.
        soon().until(
                        () -> answers(stock, 100, "pen").keySet().equals(Set.of("plain", "west")),
                        () -> "not both of those without a lane");
        assertThat(answers(client.with(stock, CallOptions.NONE.withTag("gray")), 30, "pen"))
                .as("the lane is built in")
                .isEqualTo(Map.of("gray", 30));
    }

    @Test
    @Shows({"rule route", "route deny"})
    void denyRuleRefusesWithItsReason() {
        rules.putRule(
                "no-books",
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"when\": {\"key.item\": \"book\", \"caller\": \"caller\"},"
                        + " \"deny\": \"books are being counted\"}");
        soon().until(() -> refusal("book") != null, () -> "nothing is refused");
        assertThat(refusal("book")).contains("no-books").contains("books are being counted");
        assertThat(refusal("pen")).isNull();
    }

    @Test
    @Shows("route answer")
    void ruleAnswersInTheFormOfTheMethod() {
        rules.putRule(
                "fixed",
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"when\": {\"method\": \"count\"},"
                        + " \"answer\": {\"item\": \"book\", \"number\": 7}}");
        soon().until(() -> stock.count("any").number() == 7, () -> "nothing is answered");
        assertThat(stock.count("any")).isEqualTo(new Stock.Count("book", 7));
        rules.putRule(
                "fixed",
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"when\": {\"method\": \"count\"},"
                        + " \"answer\": {\"number\": \"many\"}}");
        soon().until(() -> refusalOf(() -> stock.count("any")) != null, () -> "it still answers");
        assertThat(refusalOf(() -> stock.count("any"))).contains("fixed").contains("does not fit the result");
    }

    @Test
    @Shows("fallback-value")
    void ruleGivesAConstantToCallersOfAMethodThatFails() {
        rules.putRule(
                "away",
                "{\"kind\": \"fault\", \"service\": \"ruled.Stock\", \"when\": {\"method\": [\"count\", \"where\"]},"
                        + " \"fail\": {\"status\": \"INTERNAL\"}}");
        rules.putRule(
                "constant",
                "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"method\": \"count\","
                        + " \"set\": {\"fallback-value\": \"{\\\"item\\\": \\\"unknown\\\", \\\"number\\\": 0}\"}}");
        rules.putRule(
                "misfit",
                "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"method\": \"slow\", \"set\": {\"fallback-value\": \"[]\"}}");
        soon().until(() -> client.describe(stock).contains("rule constant"), () -> client.describe(stock));
        soon().until(() -> client.describe(stock).contains("rule misfit"), () -> client.describe(stock));
        assertThat(stock.count("any")).isEqualTo(new Stock.Count("unknown", 0));
        assertThat(client.async(stock, s -> s.count("any")).join()).isEqualTo(new Stock.Count("unknown", 0));
        assertThat(counted).as("nobody was called").isEmpty();
        assertThat(refusalOf(() -> stock.where("any"))).as("another method").contains("rule away");
        assertThat(client.describe(stock))
                .contains("Answered by fallback-value so far: 2 calls of this stub")
                .containsPattern(
                        "rule misfit, revision [0-9]+ is passed over for ruled.Stock slow: fallback-value: the value"
                                + " \\[] does not fit the result of the method");
    }

    @Test
    @Shows("fallback-last-good")
    void ruleGivesTheLastGoodAnswerToCallersOfAMethodThatFails() {
        rules.putRule(
                "remembers",
                "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"method\": \"count\", \"set\": {\"fallback-last-good\": \"1h\"}}");
        soon().until(() -> client.describe(stock).contains("rule remembers"), () -> client.describe(stock));
        stock.count("book");
        rules.putRule(
                "away",
                "{\"kind\": \"fault\", \"service\": \"ruled.Stock\", \"when\": {\"method\": \"count\"},"
                        + " \"fail\": {\"status\": \"INTERNAL\"}}");
        soon().until(() -> refusalOf(() -> stock.count("pen")) != null, () -> "it answers");
        assertThat(stock.count("book")).isEqualTo(new Stock.Count("book", 1));
        assertThat(client.describe(stock)).contains("Answered by fallback-last-good so far: 1 calls of this stub");
        rules.removeRule("remembers");
        soon().until(() -> !client.describe(stock).contains("rule remembers"), () -> client.describe(stock));
        assertThat(refusalOf(() -> stock.count("book"))).contains("rule away");
    }

    @Test
    @Shows("route mirror")
    void copiesGoAlongAndNobodyWaitsForThem() {
        rules.putRule(
                "copies",
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"when\": {\"method\": \"count\"},"
                        + " \"to\": [{\"where\": {\"label.zone\": \"west\"}}],"
                        + " \"mirror\": {\"where\": {\"label.tag\": \"gray\"}, \"percent\": 100}}");
        soon().until(
                        () -> {
                            stock.count("any");
                            return counted.containsKey("gray");
                        },
                        () -> "no copy");
        int before = counted.get("gray").get();
        assertThat(stock.count("any").number()).isOne();
        soon().until(() -> counted.get("gray").get() > before, () -> "no copy");
    }

    @Test
    @Shows("route sticky")
    void equalKeysGoToTheSameDestination() {
        rules.putRule(
                "halves",
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"when\": {\"method\": \"where\"}, \"priority\": 5,"
                        + " \"to\": [{\"where\": {\"label.zone\": \"west\"}, \"share\": 50},"
                        + " {\"where\": {\"label.zone\": {\"present\": false}}, \"share\": 50}], \"sticky\": \"key.item\"}");
        soon().until(
                        () -> {
                            Map<String, Integer> destinations = new TreeMap<>();
                            for (int item = 0; item < 20; item++) {
                                Map<String, Integer> answers = answers(stock, 5, "item-" + item);
                                if (answers.size() > 1) {
                                    return false;
                                }
                                answers.forEach((who, times) -> destinations.merge(who, 1, Integer::sum));
                            }
                            return destinations.size() == 2;
                        },
                        () -> "not sticky");
    }

    @Test
    @Shows("route otherwise")
    void ruleThatLeavesNobodyIsPassedOverUnlessItSaysOtherwise() {
        String nowhere =
                "{\"kind\": \"route\", \"service\": \"ruled.Stock\", \"to\": [{\"where\": {\"label.zone\": \"east\"}}]%s}";
        rules.putRule("east", String.format(nowhere, ""));
        rules.putRule("mark", "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"set\": {\"timeout\": \"9s\"}}");
        soon().until(() -> client.describe(stock).contains("rule mark"), () -> client.describe(stock));
        assertThat(stock.where("any")).isNotEmpty();
        rules.putRule("east", String.format(nowhere, ", \"otherwise\": \"refuse\""));
        soon().until(() -> refusalOf(() -> stock.where("any")) != null, () -> "nothing is refused");
        assertThat(refusalOf(() -> stock.where("any"))).contains("east");
    }

    private static String refusalOf(Runnable call) {
        try {
            call.run();
            return null;
        } catch (CallException e) {
            return e.getMessage();
        }
    }

    private String refusal(String item) {
        try {
            stock.where(item);
            return null;
        } catch (CallException e) {
            assertThat(e.status()).isEqualTo(Status.REJECTED);
            return e.getMessage();
        }
    }

    @Test
    void badRuleIsKeptOutAloneAndItsFormerVersionStays() {
        rules.putRule("one", "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"set\": {\"attempts\": 2}}");
        soon().until(() -> client.describe(stock).contains("rule one"), () -> client.describe(stock));
        rules.putRule("one", "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"set\": {\"attempts\": 99}}");
        rules.putRule("two", "{\"kind\": \"policy\", \"service\": \"ruled.Stock\", \"set\": {\"timeout\": \"7s\"}}");
        soon().until(() -> client.describe(stock).contains("rule two"), () -> client.describe(stock));
        assertThat(client.describe(stock)).contains("rule one");
    }
}
