package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.CallKey;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.explain.CallExplanation;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where a call does not do what its rules seem to say, describe() and explain say what it does. */
@Timeout(120)
class ToldAsDoneTest {

    /** The service. */
    @MoaService(name = "done.Stock")
    public interface Stock {
        @Idempotent
        @io.moa.annotation.Timeout(millis = 30_000)
        String where(@CallKey("item") String item);

        @io.moa.annotation.Timeout(millis = 30_000)
        String broken(String item);
    }

    private static final ServiceId STOCK = ServiceId.of("done.Stock");

    @RegisterExtension
    final Processes processes = new Processes();

    private final MemoryRuleStore rules = processes.rules();
    private final List<MoaServer> servers = new ArrayList<>();
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        serve("one", Map.of());
        serve("two", Map.of("zone", "east"));
        client = processes.client("web", more -> more.zone("west"));
        stock = client.stub(Stock.class);
        assertThat(stock.where("any")).isNotEmpty();
        soon().until(() -> explained("where").rulesRevision() > 0, () -> "no rules are heard of");
    }

    private void serve(String name, Map<String, String> labels) {
        servers.add(processes.serve("stock", server -> server.labels(labels)
                .export(
                        Stock.class,
                        new Stock() {
                            @Override
                            public String where(String item) {
                                return name;
                            }

                            @Override
                            public String broken(String item) {
                                throw new IllegalStateException("broken");
                            }
                        },
                        ExportConfig.DEFAULT.with("broken", PolicyKey.RATE_LIMIT, 77_777))));
    }

    /** Puts a rule that sets values, and waits until this client has heard of it. */
    private void policy(String id, String set) {
        changed(() -> rules.putRule(id, "{\"kind\": \"policy\", \"service\": \"done.Stock\", " + set + "}"));
    }

    /** Changes rules, and waits until this client goes by them. */
    private void changed(Runnable change) {
        long before = explained("where").rulesRevision();
        change.run();
        soon().until(() -> explained("where").rulesRevision() > before, () -> explained("where")
                .describe());
    }

    private CallExplanation explained(String method) {
        return client.explain(STOCK, method, CallFacts.NONE);
    }

    @Test
    void aRuleWhoseCallKeyCannotBeReadIsPassedOverForTheMethodAndTheOthersHold() {
        policy("aaa", "\"set\": {\"call-keys\": {\"customer\": \"0.nosuch\"}, \"attempts\": 7}");
        policy("bbbb", "\"set\": {\"timeout\": \"12345ms\"}");
        assertThat(client.describe(stock))
                .contains("12345ms")
                .contains("rule aaa, revision ")
                .contains("is passed over for done.Stock where: call-keys: The call key customer of Stock.where is read"
                        + " as 0.nosuch, but java.lang.String has no record component nosuch");
        CallExplanation told = explained("where");
        assertThat(told.method().policy().timeout()).hasMillis(12_345);
        assertThat(told.method().policy().get(PolicyKey.CALL_KEYS).origin()).isEqualTo(Origin.ANNOTATION);
        assertThat(told.method().policy().attempts())
                .as("a rule is passed over with all that it says")
                .isEqualTo(3);
        assertThat(told.describe()).contains("rule aaa, revision ").contains("is passed over for done.Stock where");
        changed(() -> rules.removeRule("bbbb"));
        assertThat(client.describe(stock)).doesNotContain("12345ms");
        changed(() -> rules.removeRule("aaa"));
        assertThat(client.describe(stock)).doesNotContain("passed over");
        assertThat(stock.where("any")).isNotEmpty();
    }

    private int refused(int calls) {
        int refused = 0;
        for (int i = 0; i < calls; i++) {
            try {
                stock.where("any");
            } catch (CallException e) {
                assertThat(e.status()).isEqualTo(Status.REJECTED);
                refused++;
            }
        }
        return refused;
    }

    @Test
    void whatAProviderEnforcesIsToldThereAndWhoSaysSoHere() {
        policy(
                "there",
                "\"method\": \"where\", \"rollout\": {\"labels\": {\"zone\": \"east\"}}, \"set\": {\"rate-limit\": 123456}");
        soon().until(() -> servers.get(1).describe().contains("rule there"), servers.get(1)::describe);
        assertThat(servers.get(1).describe())
                .contains("labels {zone=east}")
                .contains("done.Stock where(java.lang.String)\n")
                .containsPattern("rate-limit +123456 +at the provider +live rule: rule there, revision ")
                .containsPattern("rate-limit +77777 +at the provider +code: ExportConfig for broken")
                .doesNotContain("attempts");
        assertThat(servers.get(0).describe()).contains("labels {}").doesNotContain("rule there");
        assertThat(explained("where").describe())
                .containsPattern("rate-limit +0 +at the provider +default")
                .contains("What is enforced at the provider is decided by the provider's own code, settings and rules");
        assertThat(client.describe(stock)).contains("above stands what this process knows of it");
    }

    @Test
    void aLimitForSomeCallersIsTheirsAndIsToldSo() {
        policy(
                "web",
                "\"callers\": [\"web\"], \"set\": {\"rate-limit\": 1, \"rate-burst\": 1, \"rate-limit-at\": \"caller\"}");
        assertThat(explained("where").describe())
                .containsPattern("rate-limit +1 +at the caller +live rule: rule web, revision ");
        assertThat(refused(30)).as("one in a second").isPositive();
        assertThat(servers.get(0).describe()).doesNotContain("rule web");
    }

    private static String refusalOf(Runnable call) {
        try {
            call.run();
            return "";
        } catch (CallException e) {
            return e.getMessage();
        }
    }

    @Test
    void anOpenBreakerIsToldBeforeTheRoute() {
        policy(
                "breaker",
                "\"set\": {\"breaker-failures\": 1, \"breaker-calls\": 1, \"breaker-open\": \"1h\", \"attempts\": 1}");
        assertThat(explained("broken").method().gates()).isEmpty();
        assertThat(explained("broken").describe()).contains("Picked now, by p2c: ");
        assertThatThrownBy(() -> stock.broken("any")).isInstanceOf(RuntimeException.class);
        for (int i = 0; i < 20; i++) {
            CallExplanation told = explained("broken");
            assertThat(told.method().refused()).isTrue();
            assertThat(told.describe())
                    .contains("refused: The breaker of done.Stock broken is open since 100 % of its calls failed")
                    .contains("Nobody is called now, as it is refused before it is routed; else picked by p2c: ")
                    .doesNotContain("Picked now");
        }
        assertThat(refusalOf(() -> stock.broken("any"))).contains("The breaker of done.Stock broken is open");
        assertThat(explained("where").method().gates()).as("another method").isEmpty();
    }

    @Test
    void aCallThatGoesToSeveralIsToldWithAllOfThem() {
        policy("all", "\"set\": {\"on-failure\": \"broadcast\"}");
        CallExplanation told = explained("where");
        assertThat(told.picked()).isNull();
        assertThat(told.together()).hasSize(2);
        assertThat(told.describe())
                .contains("Called now, all at once, as on-failure is broadcast:")
                .doesNotContain("Picked now");
        assertThat(stock.where("any")).isNotEmpty();
        policy("all", "\"set\": {\"on-failure\": \"forking\", \"forks\": 8}");
        assertThat(explained("where").together()).as("as many as there are").hasSize(2);
        policy("all", "\"set\": {\"on-failure\": \"failover\"}");
        assertThat(explained("where").together()).isEmpty();
        assertThat(explained("where").picked()).isNotNull();
    }

    @Test
    void whoIsInAnotherZoneIsNotSaidToBeLeftWhereTheZoneIsRequired() {
        serve("near", Map.of("zone", "west"));
        soon().until(() -> explained("where").choices().size() == 3, () -> explained("where")
                .describe());
        policy("near", "\"set\": {\"zone\": \"require\"}");
        CallExplanation told = explained("where");
        assertThat(told.choices())
                .singleElement()
                .satisfies(only -> assertThat(only.instance().labels()).containsEntry("zone", "west"));
        assertThat(told.describe())
                .contains("zone is require (live rule: rule near, revision ")
                .contains("1 of these 3 may be called, in zone west, where this process is");
        assertThat(stock.where("any")).isEqualTo("near");
        policy("near", "\"set\": {\"zone\": \"prefer\"}");
        assertThat(explained("where").choices()).hasSize(3);
        assertThat(explained("where").describe()).contains("those in zone west come first");
    }

    @Test
    void aHashByAKeyThatTheCallDoesNotHaveIsToldWithTheReason() {
        policy("hash", "\"set\": {\"load-balance\": \"consistent-hash\", \"hash-by\": \"nokey\"}");
        assertThat(explained("where").describe())
                .contains("load-balance is consistent-hash by the call key nokey, which this call does not have: it is"
                        + " placed by p2c")
                .contains("Picked now, by p2c: ");
        assertThat(client.explain(STOCK, "where", CallFacts.ofTexts(Map.of("key.nokey", "7")))
                        .describe())
                .doesNotContain("which this call does not have")
                .contains("Picked now, by consistent-hash: ");
    }

    @Test
    void eachValueIsExplainedWithItsOrigin() {
        for (PolicyKey<?> key : PolicyKey.all()) {
            if (key.isLive()) {
                String rule = "for-" + key;
                policy(rule, "\"method\": \"where\", \"set\": {\"" + key + "\": " + jsonOf(key) + "}");
                assertThat(explained("where").describe())
                        .containsPattern("(?m)^  " + key + " {2,}.* at the [a-z]+ +live rule: rule " + rule
                                + ", revision [0-9]+$");
                changed(() -> rules.removeRule(rule));
            }
        }
        String told = explained("where").describe();
        for (PolicyKey<?> key : PolicyKey.all()) {
            assertThat(told.lines().filter(line -> line.matches("  " + key + " {2,}.* at the .*")))
                    .as("%s", key)
                    .hasSize(1);
        }
        assertThat(told)
                .containsPattern("timeout +30s +at the caller +annotation: @Timeout on Stock.where")
                .containsPattern("forks +2 +at the caller +default");
    }

    /** A value of a key that is not its default, and that goes with the defaults of the others. */
    private static String jsonOf(PolicyKey<?> key) {
        return switch (key.name()) {
            case "timeout", "hedge-after", "breaker-window", "breaker-open" -> "\"7s\"";
            case "idempotent" -> "true";
            case "on-failure" -> "\"failfast\"";
            case "load-balance" -> "\"least-in-flight\"";
            case "zone" -> "\"prefer\"";
            case "criticality" -> "\"sheddable\"";
            case "call-keys" -> "{\"other\": \"0\"}";
            case "rate-limit-at", "quota-at", "concurrency-limit-at" -> "\"caller\"";
            case "rate-shape" -> "\"pacing\"";
            case "rate-wait", "rate-warm-up" -> "\"7s\"";
            case "rate-per" -> "\"caller\"";
            case "rate-exempt" -> "[\"console\"]";
            case "hash-by", "route-tag" -> "\"item\"";
            case "fallback-value" -> "\"\\\"seven\\\"\""; // JSON in a text
            default -> "7";
        };
    }
}
