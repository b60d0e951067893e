package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.CallKey;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.DryRun;
import io.moa.invoke.CallException;
import io.moa.invoke.Ticker;
import io.moa.operations.Operations;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
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

/** A rule is tried on calls that were made, asked of the process that made them, and then is what it was said to be. */
@Timeout(120)
class DryRunTest {

    /** The service. */
    @MoaService(name = "tried.Stock")
    @io.moa.annotation.Timeout(millis = 30_000)
    public interface Stock {
        String where(@CallKey("item") String item);
    }

    private static final String CLOSED =
            "{\"kind\": \"route\", \"service\": \"tried.Stock\", \"when\": {\"key.item\": {\"from\": 0, \"to\": 6}},"
                    + " \"deny\": \"they are being counted\"}";

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final MemoryRuleStore rules = new MemoryRuleStore();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Moa asked;
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        keep(MoaServer.builder(moa("stock"))
                .host("127.0.0.1")
                .export(Stock.class, item -> "here")
                .closeOnShutdown(false)
                .start());
        asked = moa("web");
        client = keep(MoaClient.builder(asked).samples(20).build());
        stock = client.stub(Stock.class);
    }

    private Moa moa(String application) {
        return keep(Moa.builder(application)
                .eventLoops(1)
                .registry(registry)
                .rules(keep(new MemoryRuleSource(rules)))
                .build());
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

    private int refused() {
        int refused = 0;
        for (int i = 0; i < 20; i++) {
            try {
                stock.where("" + i);
            } catch (CallException e) {
                assertThat(e).hasMessageContaining("they are being counted");
                refused++;
            }
        }
        return refused;
    }

    @Test
    void aRuleDoesWhatItsDryRunHasSaid() {
        assertThat(refused()).isZero();
        DryRun told = client.dryRun("closed", RuleText.read(CLOSED));
        assertThat(told.samples()).isEqualTo(20);
        assertThat(told.deviations()).hasSize(7);
        assertThat(told.sums())
                .containsExactly(Map.entry(
                        "tried.Stock where: route: to 1 instance -> denied by rule closed: they are being counted", 7));
        assertThat(refused()).as("a dry run puts nothing in force").isZero();
        rules.putRule("closed", CLOSED);
        Eventually.within(Duration.ofSeconds(60))
                .until(() -> refused() == 7, () -> client.explain(ServiceId.of("tried.Stock")));
        assertThat(client.dryRun("closed", null).deviations()).hasSize(7);
        assertThat(client.dryRun("closed", null).standing()).isEqualTo("it would be taken away");
    }

    @Test
    void aProcessAnswersWhoAsksAtItsAddressIfItExportsThat() {
        MoaServer server = keep(MoaServer.builder(asked)
                .host("127.0.0.1")
                .export(Operations.class, client.operations())
                .closeOnShutdown(false)
                .start());
        stock.where("3");
        MoaClient operator = keep(
                MoaClient.builder(keep(Moa.builder("operator").eventLoops(1).build()))
                        .addresses(new Address.Tcp("127.0.0.1", server.port()))
                        .build());
        Operations operations =
                operator.with(operator.stub(Operations.class), CallOptions.NONE.withTimeout(Duration.ofSeconds(30)));
        assertThat(operations.dryRun("closed", CLOSED)).contains("1 of 1 sampled calls would fare otherwise");
        assertThat(operations.explain("tried.Stock", "where", Map.of("key.item", "3")))
                .contains("As seen by web@")
                .contains("declared by a stub of this process");
        assertThat(operator.generic(ServiceId.of("moa.Operations"))
                        .call(
                                CallOptions.NONE.withTimeout(Duration.ofSeconds(30)),
                                "dryRun(java.lang.String,java.lang.String)",
                                "closed",
                                CLOSED))
                .as("as a caller in another language asks")
                .asString()
                .contains("1 of 1 sampled calls");
        for (String wrong : List.of("{\"kind\": \"rout\"}", "{", "null")) {
            assertThatThrownBy(() -> operations.dryRun("closed", wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aClientThatKeepsNothingHasNothingToTry() {
        MoaClient none = keep(MoaClient.builder(asked).samples(0).build());
        assertThat(none.stub(Stock.class).where("3")).isEqualTo("here");
        assertThat(none.dryRun("closed", RuleText.read(CLOSED)).samples()).isZero();
        assertThatThrownBy(() -> MoaClient.builder(asked).samples(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
