package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.PATIENT;
import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

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

    @RegisterExtension
    final Processes processes = new Processes();

    private final MemoryRuleStore rules = processes.rules();
    private final Map<String, MoaServer> servers = new TreeMap<>();

    /** The registry as one that has not noticed a death yet: who has gone without a word stays listed. */
    private Registry slow() {
        return (Registry) Proxy.newProxyInstance(
                Registry.class.getClassLoader(), new Class<?>[] {Registry.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(processes.registry(), arguments);
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
        servers.put(name, processes.serve(processes.moa("stock", moa -> moa.registry(slow())), server -> server.labels(
                        labels)
                .export(Stock.class, () -> name)));
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
        MoaClient client = processes.client("caller");
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
        MoaClient client = processes.client("caller");
        Stock stock = client.stub(Stock.class, PATIENT);
        soon().until(() -> answers(stock, 100).size() == 2, () -> client.explain(STOCK));
        servers.get("two").closeNow();
        assertThat(answers(stock, 1_000)).as("none of them failed").containsOnlyKeys("one");
        assertThat(client.explain(STOCK)).as("it is listed still").contains("2 of 2 instances may be called");
    }

    /** Its next version. */
    @MoaService(name = "around.Stock", version = "2")
    public interface SecondStock {
        @Idempotent
        String where();
    }

    @Test
    void anotherServiceToWhichARuleLeadsAndWhoseOnlyInstanceDiesIsLeftAlone() {
        serve("first", Map.of());
        MoaServer second = processes.serve(
                processes.moa("stock", moa -> moa.registry(slow())),
                server -> server.export(SecondStock.class, () -> "second"));
        rules.putRule(
                "second",
                "{\"kind\": \"route\", \"service\": \"around.Stock\", \"redirect\": {\"service\": \"around.Stock:2\"}}");
        MoaClient client = processes.client("caller");
        Stock stock = client.stub(Stock.class, PATIENT);
        soon().until(() -> answers(stock, 10).containsKey("second"), () -> client.explain(STOCK));
        assertThat(answers(stock, 100)).containsOnlyKeys("second");
        second.closeNow();
        assertThat(answers(stock, 1_000)).as("none of them failed").containsOnlyKeys("first");
        assertThat(client.explain(ServiceId.parse("around.Stock:2")))
                .as("it is listed still")
                .contains("1 of 1 instances may be called");
    }
}
