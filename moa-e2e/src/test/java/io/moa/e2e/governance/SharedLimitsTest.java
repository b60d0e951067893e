package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which stubs of a process share a limit, and what another stub or another rule does to it. */
@Timeout(120)
class SharedLimitsTest {

    /** The service. */
    @MoaService(name = "limited.Stock")
    public interface Stock {
        int count();
    }

    private static final StubConfig PATIENT = StubConfig.ANNOTATED.with(PolicyKey.TIMEOUT, Duration.ofSeconds(30));

    /** Of a hundred calls at once one passes, however slow the machine is. */
    private static final StubConfig ONE = PATIENT.with(PolicyKey.RATE_LIMIT, 1)
            .with(PolicyKey.RATE_BURST, 1)
            .with(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER);

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final MemoryRuleStore rules = new MemoryRuleStore();
    private final List<AutoCloseable> open = new ArrayList<>();

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    private MoaClient client() {
        Moa served = keep(Moa.builder("stock").eventLoops(1).registry(registry).build());
        keep(MoaServer.builder(served)
                .host("127.0.0.1")
                .export(Stock.class, () -> 7)
                .closeOnShutdown(false)
                .start());
        Moa moa = keep(Moa.builder("caller")
                .eventLoops(1)
                .registry(registry)
                .rules(keep(new MemoryRuleSource(rules)))
                .build());
        return keep(MoaClient.builder(moa).build());
    }

    @AfterEach
    void end() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        registry.close();
    }

    /** Calls until one is refused; a limit of one in a second refuses soon, and none never. */
    private static boolean limits(Stock stock) {
        for (int i = 0; i < 1_000; i++) {
            try {
                stock.count();
            } catch (CallException e) {
                assertThat(e.status()).isEqualTo(Status.REJECTED);
                return true;
            }
        }
        return false;
    }

    @Test
    void anotherStubAndAnotherRuleLiftNoLimit() {
        MoaClient client = client();
        Stock limited = client.stub(Stock.class, ONE);
        assertThat(limits(limited)).isTrue();
        List<Stock> others = new ArrayList<>(); // stubs live as long as somebody holds them
        for (int i = 0; i < 10; i++) {
            others.add(client.stub(Stock.class, PATIENT));
            rules.putRule(
                    "unrelated",
                    "{\"kind\": \"policy\", \"service\": \"limited.*\", \"set\": {\"attempts\": " + (1 + i % 2) + "}}");
            assertThat(limits(limited)).as("round %s", i).isTrue();
        }
        assertThat(limits(others.get(0))).isFalse();
    }

    @Test
    void stubsThatSayTheSameShareALimit() {
        MoaClient client = client();
        Stock one = client.stub(Stock.class, PATIENT.with(PolicyKey.CONCURRENCY_LIMIT_AT, EnforcedAt.CALLER));
        Stock same = client.stub(Stock.class, PATIENT.with(PolicyKey.CONCURRENCY_LIMIT_AT, EnforcedAt.CALLER));
        rules.putRule(
                "slowly",
                "{\"kind\": \"policy\", \"service\": \"limited.Stock\", \"set\": {\"rate-limit\": 1, \"rate-burst\": 1,"
                        + " \"rate-limit-at\": \"caller\"}}");
        Eventually.within(Duration.ofSeconds(60)).until(() -> limits(one), () -> client.describe(one));
        Eventually.within(Duration.ofSeconds(60))
                .until(() -> client.describe(same).contains("rule slowly"), () -> client.describe(same));
        int passed = 0;
        long begun = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            passed += passes(one) ? 1 : 0;
            passed += passes(same) ? 1 : 0;
        }
        long seconds = 1 + (System.nanoTime() - begun) / 1_000_000_000;
        assertThat(passed).as("one a second, and one at once").isLessThanOrEqualTo((int) seconds + 1);
    }

    @Test
    void aLimitHoldsAlsoForAStubForWhichTheRestOfTheRuleIsPassedOver() {
        MoaClient client = client();
        Stock hedged = client.stub(Stock.class, PATIENT.with("count", PolicyKey.IDEMPOTENT, true));
        Stock other = client.stub(Stock.class, PATIENT); // may not run twice, so a rule that hedges is none for it
        String rule = "{\"kind\": \"policy\", \"service\": \"limited.Stock\", \"set\": {\"hedge-after\": \"20s\","
                + " \"rate-limit\": 1, \"rate-burst\": %d, \"rate-limit-at\": \"caller\"}}";
        rules.putRule("slowly", rule.formatted(1));
        Eventually.within(Duration.ofSeconds(60)).until(() -> limits(hedged), () -> client.describe(hedged));
        Eventually.within(Duration.ofSeconds(60)).until(() -> limits(other), () -> client.describe(other));
        assertThat(client.describe(other))
                .contains("rule slowly, ")
                .contains("is passed over for limited.Stock count, but for its limits")
                .containsPattern("hedge-after +0ms");
        Stock late = client.stub(Stock.class, PATIENT);
        assertThat(limits(late)).as("made after the rule").isTrue();
        assertThat(limits(hedged)).as("after another stub was made").isTrue();
    }

    @Test
    void aProviderLimitsAlsoByARuleThatSomeOfItsCallersPassOver() {
        Moa served = keep(Moa.builder("stock")
                .eventLoops(1)
                .registry(registry)
                .rules(keep(new MemoryRuleSource(rules)))
                .build());
        MoaServer server = keep(MoaServer.builder(served)
                .host("127.0.0.1")
                .export(Stock.class, () -> 7)
                .closeOnShutdown(false)
                .start());
        Moa moa = keep(Moa.builder("caller").eventLoops(1).registry(registry).build());
        Stock stock = keep(MoaClient.builder(moa).build()).stub(Stock.class, PATIENT);
        rules.putRule(
                "slowly",
                "{\"kind\": \"policy\", \"service\": \"limited.Stock\", \"set\": {\"hedge-after\": \"20s\","
                        + " \"rate-limit\": 1, \"rate-burst\": 1}}");
        Eventually.within(Duration.ofSeconds(60)).until(() -> limits(stock), server::describe);
        assertThat(server.describe())
                .containsPattern("rate-limit +1 +at the provider")
                .doesNotContain("passed over");
    }

    private static boolean passes(Stock stock) {
        try {
            stock.count();
            return true;
        } catch (CallException e) {
            return false;
        }
    }
}
