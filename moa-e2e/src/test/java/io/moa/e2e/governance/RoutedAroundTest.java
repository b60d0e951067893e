package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where rules lead to one instance and it dies, calls go to others, though the registry still lists it. */
@Timeout(120)
class RoutedAroundTest {

    /** The service. */
    @MoaService(name = "around.Stock")
    public interface Stock {
        @Idempotent
        String where();
    }

    private static final ServiceId STOCK = ServiceId.of("around.Stock");
    private static final StubConfig PATIENT = StubConfig.ANNOTATED.with(PolicyKey.TIMEOUT, Duration.ofSeconds(30));

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final MemoryRuleStore rules = new MemoryRuleStore();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, MoaServer> servers = new TreeMap<>();

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    /** The registry as one that has not noticed a death yet: who has gone without a word stays listed. */
    private Registry slow() {
        return (Registry) Proxy.newProxyInstance(
                Registry.class.getClassLoader(), new Class<?>[] {Registry.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(registry, arguments);
                    return method.getName().equals("register")
                            ? Proxy.newProxyInstance(
                                    Registry.class.getClassLoader(),
                                    new Class<?>[] {Registry.Registration.class},
                                    (handle, asked, values) ->
                                            asked.getName().equals("close") ? null : asked.invoke(answer, values))
                            : answer;
                });
    }

    private void serve(String name, Map<String, String> labels) {
        Moa moa = keep(Moa.builder("stock").eventLoops(1).registry(slow()).build());
        servers.put(
                name,
                keep(MoaServer.builder(moa)
                        .host("127.0.0.1")
                        .labels(labels)
                        .export(Stock.class, () -> name)
                        .closeOnShutdown(false)
                        .start()));
    }

    private MoaClient client() {
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

    private static Map<String, Integer> answers(Stock stock, int calls) {
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            answers.merge(stock.where(), 1, Integer::sum);
        }
        return answers;
    }

    @Test
    void laneWhoseOnlyInstanceDiesFallsBack() {
        serve("plain", Map.of());
        serve("gray", Map.of(Instance.TAG, "gray"));
        MoaClient client = client();
        Stock gray = client.with(client.stub(Stock.class, PATIENT), CallOptions.NONE.withTag("gray"));
        assertThat(answers(gray, 100)).containsOnlyKeys("gray");
        servers.get("gray").closeNow();
        assertThat(answers(gray, 1_000)).as("none of them failed").containsOnlyKeys("plain");
        assertThat(client.explain(STOCK)).as("it is listed still").contains("2 of 2 instances may be called");
    }

    @Test
    void shareOfADestinationThatDiesGoesToTheOther() {
        serve("one", Map.of("version", "1"));
        serve("two", Map.of("version", "2"));
        rules.putRule(
                "half",
                "{\"kind\": \"route\", \"service\": \"around.Stock\", \"to\": [{\"where\": {\"label.version\": \"1\"}},"
                        + " {\"where\": {\"label.version\": \"2\"}}]}");
        MoaClient client = client();
        Stock stock = client.stub(Stock.class, PATIENT);
        Eventually.within(Duration.ofSeconds(60))
                .until(() -> answers(stock, 100).size() == 2, () -> client.explain(STOCK));
        servers.get("two").closeNow();
        assertThat(answers(stock, 1_000)).as("none of them failed").containsOnlyKeys("one");
        assertThat(client.explain(STOCK)).as("it is listed still").contains("2 of 2 instances may be called");
    }
}
