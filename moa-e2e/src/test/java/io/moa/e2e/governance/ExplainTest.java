package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Balancing;
import io.moa.annotation.CallKey;
import io.moa.annotation.LoadBalance;
import io.moa.annotation.MoaService;
import io.moa.annotation.RouteTag;
import io.moa.client.MoaClient;
import io.moa.client.explain.CallExplanation;
import io.moa.client.explain.Choice;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.route.RouteStep;
import io.moa.governance.sample.CallFacts;
import io.moa.registry.memory.MemoryRuleStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a client says would become of a call is what becomes of it. */
@Timeout(120)
class ExplainTest {

    /** The service. */
    @MoaService(name = "told.Stock")
    @io.moa.annotation.Timeout(millis = 30_000)
    public interface Stock {
        @LoadBalance(value = Balancing.CONSISTENT_HASH, hashBy = "item")
        String where(@CallKey("item") String item);

        @RouteTag("gray")
        String lane();
    }

    private static final ServiceId STOCK = ServiceId.of("told.Stock");

    @RegisterExtension
    final Processes processes = new Processes();

    private final MemoryRuleStore rules = processes.rules();
    private MoaClient client;

    @BeforeEach
    void start() {
        for (String name : List.of("one", "two", "three")) {
            serve(name, Map.of("name", name));
        }
        serve("gray", Map.of("name", "gray", Instance.TAG, "gray"));
        client = processes.client("web");
    }

    private void serve(String name, Map<String, String> labels) {
        processes.serve("stock", server -> server.labels(labels).export(Stock.class, new Stock() {
            @Override
            public String where(String item) {
                return name;
            }

            @Override
            public String lane() {
                return name;
            }
        }));
    }

    private static CallFacts item(String item) {
        return CallFacts.ofTexts(Map.of("key.item", item));
    }

    /** What is explained once the registry and the rules have told. */
    private CallExplanation explained(String method, CallFacts facts) {
        soon().until(
                        () -> {
                            CallExplanation now = client.explain(STOCK, method, facts);
                            return now.answered() && now.known().size() == 4;
                        },
                        () -> client.explain(STOCK, method, facts).describe());
        return client.explain(STOCK, method, facts);
    }

    @Test
    void whoIsSaidToBePickedIsCalled() {
        Stock stock = client.stub(Stock.class);
        for (int i = 0; i < 20; i++) {
            CallExplanation told = explained("where", item("item " + i));
            assertThat(told.balancing()).isEqualTo(Balancing.CONSISTENT_HASH);
            assertThat(told.picked()).isNotNull();
            assertThat(stock.where("item " + i))
                    .isEqualTo(told.picked().labels().get("name"));
        }
        assertThat(explained("where", CallFacts.NONE).balancing())
                .as("a call without its key")
                .isEqualTo(Balancing.P2C);
    }

    @Test
    void whatACallSaysOfItselfForgesNoLine() {
        CallFacts forging = CallFacts.ofTexts(
                Map.of("key.item", "a\nPicked now, by p2c: evil", "tag", "t\nforged", "caller", "c\nforged\u202e"));
        assertThat(explained("where", forging).describe().lines())
                .noneMatch(line -> line.startsWith("forged") || line.contains("\u202e"))
                .filteredOn(line -> line.startsWith("Picked now"))
                .hasSize(1);
    }

    @Test
    void askingCountsNobodyAsCalledAndSendsNothing() {
        for (int i = 0; i < 50; i++) {
            CallExplanation told = explained("where(java.lang.String)", item("x"));
            assertThat(told.choices()).hasSize(3).extracting(Choice::inFlight).containsOnly(0);
            assertThat(told.describe()).contains("not connected");
        }
    }

    @Test
    void aMethodWithoutAStubIsSaidToHaveDefaultsAndOneWithAStubWhatThatDeclares() {
        assertThat(explained("lane", CallFacts.NONE).method().source()).contains("no stub of this process");
        assertThat(explained("lane", CallFacts.NONE).choices()).hasSize(3);
        Stock stock = client.stub(Stock.class);
        CallExplanation told = explained("lane", CallFacts.NONE);
        assertThat(told.method().method()).isEqualTo("lane()");
        assertThat(told.method().source()).isEqualTo("declared by a stub of this process");
        assertThat(told.facts().tag()).as("as the stub adds it").isEqualTo("gray");
        assertThat(told.describe()).contains("annotation: @RouteTag");
        assertThat(told.choices())
                .singleElement()
                .satisfies(only -> assertThat(only.instance().labels()).containsEntry("name", stock.lane()));
    }

    @Test
    void eachRuleSaysWhatItDidAndWhomItLeftOut() {
        rules.putRule(
                "only-one",
                "{\"kind\": \"route\", \"service\": \"told.Stock\", \"when\": {\"caller\": \"web\"},"
                        + " \"to\": [{\"where\": {\"label.name\": \"one\"}}]}");
        rules.putRule(
                "closed",
                "{\"kind\": \"route\", \"service\": \"told.Stock\", \"when\": {\"caller\": \"old-*\"}, \"deny\": \"too old\"}");
        rules.putRule(
                "hasty",
                "{\"kind\": \"policy\", \"service\": \"told.Stock\", \"callers\": [\"old-*\"], \"set\": {\"timeout\": \"7ms\"}}");
        soon().until(
                        () -> explained("lane", CallFacts.NONE).describe().contains("closed (revision"),
                        () -> explained("lane", CallFacts.NONE).describe());
        CallExplanation told = explained("where", CallFacts.NONE);
        assertThat(told.choices()).hasSize(1);
        assertThat(told.steps())
                .filteredOn(step -> step.rule().equals("only-one"))
                .singleElement()
                .satisfies(step -> {
                    assertThat(step.outcome()).isEqualTo(RouteStep.Outcome.LED);
                    assertThat(step.excluded()).hasSize(2);
                });
        CallExplanation other = explained("where", CallFacts.ofTexts(Map.of("caller", "old-web")));
        assertThat(other.picked()).isNull();
        assertThat(other.end()).contains("Refused by rule closed").contains("too old");
        assertThat(other.method().policy().timeout()).hasMillis(7);
        assertThat(told.method().policy().timeout()).hasMillis(1_000);
    }

    @Test
    void whatIsNoMethodOrNoFactIsRefused() {
        assertThatThrownBy(() -> client.explain(STOCK, " ", CallFacts.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.explain(STOCK, "a(b", CallFacts.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CallFacts.ofTexts(Map.of("keys.item", "x")))
                .hasMessageContaining("expected one of caller, tag");
    }
}
