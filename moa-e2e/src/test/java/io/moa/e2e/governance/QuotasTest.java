package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.MoaService;
import io.moa.annotation.Quota;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.governance.quota.QuotaConfig;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRegistryStore;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Quotas that several servers and several clients share, over sockets. */
@Timeout(120)
class QuotasTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));

    /** The service. */
    @MoaService(name = "quotas.Stock")
    public interface Stock {
        @Quota(perSecond = 2)
        int count();

        @Quota(perSecond = 2, at = EnforcedAt.CALLER)
        int countHere();

        @Quota(perSecond = 1_000, away = 3)
        int countAway();

        int free();
    }

    private record Counted(AtomicInteger ran) implements Stock {
        @Override
        public int count() {
            return ran.incrementAndGet();
        }

        @Override
        public int countHere() {
            return ran.incrementAndGet();
        }

        @Override
        public int countAway() {
            return ran.incrementAndGet();
        }

        @Override
        public int free() {
            return ran.incrementAndGet();
        }
    }

    private final MemoryRegistryStore store = new MemoryRegistryStore();
    private final MemoryRuleStore rules = new MemoryRuleStore();
    private final AtomicInteger ran = new AtomicInteger();
    private final List<AutoCloseable> open = new ArrayList<>();

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    private Moa moa(String application) {
        return keep(Moa.builder(application)
                .eventLoops(1)
                .registry(keep(new MemoryRegistry(store, Ticker.system())))
                .rules(keep(new MemoryRuleSource(rules)))
                .build());
    }

    private MoaServer server() {
        return keep(MoaServer.builder(moa("stock"))
                .host("127.0.0.1")
                .export(Stock.class, new Counted(ran))
                .quotas(QuotaConfig.DEFAULT.withAwayAfter(Duration.ofMillis(500)))
                .closeOnShutdown(false)
                .start());
    }

    private MoaClient client() {
        return keep(MoaClient.builder(moa("web"))
                .quotas(QuotaConfig.DEFAULT.withAwayAfter(Duration.ofMillis(500)))
                .build());
    }

    @AfterEach
    void end() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private static boolean passes(Runnable call) {
        try {
            call.run();
            return true;
        } catch (CallException e) {
            assertThat(e.status()).isEqualTo(Status.REJECTED);
            assertThat(e).hasMessageContaining("quota of 2 calls in a second");
            return false;
        }
    }

    /** What is there at the beginning, for the time that it took, and for what two hold meanwhile. */
    private static int most(long begunNanos) {
        return 2 * (int) ((System.nanoTime() - begunNanos) / 1_000_000_000 + 1) + 6;
    }

    @Test
    @Shows("quota")
    void serversShareAQuotaWhoeverIsCalled() {
        long begun = System.nanoTime();
        server();
        server();
        Stock stock = client().stub(Stock.class);
        int passed = 0;
        for (int i = 0; i < 300; i++) {
            passed += passes(stock::count) ? 1 : 0;
        }
        assertThat(passed).isPositive().isLessThanOrEqualTo(most(begun)).isEqualTo(ran.get());
    }

    @Test
    @Shows("quota-at")
    void callersShareAQuotaThatTheyKeepThemselvesAndNothingOfItIsSent() {
        long begun = System.nanoTime();
        server();
        List<Stock> stocks = List.of(client().stub(Stock.class), client().stub(Stock.class));
        int passed = 0;
        for (int i = 0; i < 300; i++) {
            passed += passes(stocks.get(i % 2)::countHere) ? 1 : 0;
        }
        assertThat(passed).isPositive().isLessThanOrEqualTo(most(begun)).isEqualTo(ran.get());
    }

    @Test
    @Shows("quota-away")
    void whileTheRegistryIsAwayTheLocalShareHoldsAndWhoeverAsksIsTold() {
        MoaServer server = server();
        Stock stock = client().stub(Stock.class);
        SOON.until(
                () -> server.describe().contains("has a quota of 1000 calls in a second, which 1 process has"),
                server::describe);
        store.disconnect();
        SOON.until(
                () -> server.describe()
                        .contains(
                                "countAway is limited to its local share of 3 calls in a second, of the quota of 1000: the"
                                        + " registry has been away for"),
                server::describe);
        long begun = System.nanoTime();
        int passed = 0;
        String why = "";
        for (int i = 0; i < 100; i++) {
            try {
                stock.countAway();
                passed++;
            } catch (CallException e) {
                why = "" + e.getMessage();
            }
        }
        assertThat(passed).isLessThanOrEqualTo((int) (3 * ((System.nanoTime() - begun) / 1e9) + 2));
        assertThat(why).contains("local share of 3 calls in a second");
        store.reconnect();
        SOON.until(() -> !server.describe().contains("local share"), server::describe);
    }

    @Test
    void aRuleSetsAQuotaAndTakesItAwayWhileCallsAreMade() {
        server();
        MoaClient client = client();
        Stock stock = client.stub(Stock.class);
        rules.putRule(
                "few",
                "{\"kind\": \"policy\", \"service\": \"quotas.Stock\", \"method\": \"free\", \"set\": {\"quota\": 2,"
                        + " \"quota-at\": \"caller\"}}");
        SOON.until(() -> !passes(stock::free), () -> client.describe(stock));
        assertThat(client.describe(stock)).containsPattern("quota +2 +at the caller +live rule: rule few");
        SOON.until(
                () -> !passes(stock::free)
                        && client.explain(ServiceId.of("quotas.Stock"), "free", CallFacts.NONE)
                                .toString()
                                .contains("has used up what this process has of the quota of 2 calls in a second"),
                () -> "no explanation says why calls are refused");
        rules.removeRule("few");
        SOON.until(() -> client.describe(stock).contains("quota                 0"), () -> client.describe(stock));
        for (int i = 0; i < 50; i++) {
            assertThat(passes(stock::free)).isTrue();
        }
    }
}
