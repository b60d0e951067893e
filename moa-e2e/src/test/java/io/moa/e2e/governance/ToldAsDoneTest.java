package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
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
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final MemoryRuleStore rules = new MemoryRuleStore();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<MoaServer> servers = new ArrayList<>();
    private int marks = 50_000;
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        serve("one", Map.of());
        serve("two", Map.of("zone", "east"));
        client = keep(MoaClient.builder(moa("web")).zone("west").build());
        stock = client.stub(Stock.class);
        assertThat(stock.where("any")).isNotEmpty();
    }

    private Moa moa(String application) {
        return keep(Moa.builder(application)
                .eventLoops(1)
                .registry(registry)
                .rules(keep(new MemoryRuleSource(rules)))
                .build());
    }

    private void serve(String name, Map<String, String> labels) {
        servers.add(keep(MoaServer.builder(moa("stock"))
                .host("127.0.0.1")
                .labels(labels)
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
                        ExportConfig.DEFAULT.with("broken", PolicyKey.RATE_LIMIT, 77_777))
                .closeOnShutdown(false)
                .start()));
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    @AfterEach
    void end() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        registry.close();
    }

    /** Puts a rule that sets values, and waits until this client has heard of it. */
    private void policy(String id, String set) {
        put(id, "{\"kind\": \"policy\", \"service\": \"done.Stock\", " + set + "}");
    }

    private void put(String id, String text) {
        rules.putRule(id, text);
        // Rules come in the order of the changes, so whoever has heard of this one has heard of that.
        int mark = ++marks;
        rules.putRule(
                "mark",
                "{\"kind\": \"policy\", \"service\": \"done.Stock\", \"set\": {\"breaker-calls\": " + mark + "}}");
        soon().until(() -> client.describe(stock).contains("" + mark), () -> client.describe(stock));
    }

    private static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
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
        rules.removeRule("bbbb");
        soon().until(() -> !client.describe(stock).contains("12345ms"), () -> client.describe(stock));
        rules.removeRule("aaa");
        soon().until(() -> !client.describe(stock).contains("passed over"), () -> client.describe(stock));
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
        soon().until(() -> servers.get(1).describe().contains("123456"), servers.get(1)::describe);
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
}
