package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Registry;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.server.ProcessSettings;
import io.moa.testkit.Eventually;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A provider that begins while its registry is away goes by the rules that were in force last, from its first call on. */
@Timeout(120)
class KeptRulesTest {

    /** The service. */
    @MoaService(name = "kept.Stock")
    public interface Stock {
        int count();
    }

    /** A first call on a busy machine may take its time. */
    private static final StubConfig PATIENT = StubConfig.ANNOTATED.with(PolicyKey.TIMEOUT, Duration.ofSeconds(30));

    private static final String ONE_A_SECOND =
            "{\"kind\": \"policy\", \"service\": \"kept.Stock\", \"set\": {\"rate-limit\": 1, \"rate-burst\": 1}}";

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path folder;

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

    /** The same registry, of which something may be kept on disk. */
    private Registry outliving() {
        return (Registry) Proxy.newProxyInstance(
                Registry.class.getClassLoader(),
                new Class<?>[] {Registry.class},
                (proxy, method, arguments) -> method.getName().equals("outlivesProcess")
                        ? (Object) true
                        : method.invoke(registry, arguments));
    }

    private MoaServer serve(MemoryRuleStore rules) {
        Moa moa = keep(Moa.builder("stock")
                .eventLoops(1)
                .registry(outliving())
                .rules(keep(new MemoryRuleSource(rules)))
                .build());
        return keep(MoaServer.builder(moa)
                .settings(new ProcessSettings(name -> null, name -> null))
                .rulesFolder(folder)
                .host("127.0.0.1")
                .export(Stock.class, () -> 7)
                .closeOnShutdown(false)
                .start());
    }

    private Stock stub() {
        Moa caller = keep(Moa.builder("caller").eventLoops(1).registry(registry).build());
        return keep(MoaClient.builder(caller).build()).stub(Stock.class, PATIENT);
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> applications = Files.list(folder)) {
            return applications
                    .map(each -> each.resolve("served.rules"))
                    .filter(Files::exists)
                    .toList();
        }
    }

    private static boolean refused(Stock stock) {
        try {
            stock.count();
            return false;
        } catch (CallException e) {
            return e.status() == Status.REJECTED;
        }
    }

    @Test
    void limitOutlivesARestartWhileTheRegistryIsAway() throws Exception {
        MemoryRuleStore rules = new MemoryRuleStore();
        try (MoaServer first = serve(rules)) {
            assertThat(first.port()).isPositive();
            assertThat(files()).as("where there never was a rule").isEmpty();
            Stock stock = stub();
            rules.putRule("slowly", ONE_A_SECOND);
            Eventually.within(Duration.ofSeconds(60)).until(() -> refused(stock), () -> "not refused");
        }
        assertThat(files()).hasSize(1);
        MemoryRuleStore away = new MemoryRuleStore();
        away.disconnect();
        serve(away);
        Stock stock = stub();
        assertThat(stock.count()).isEqualTo(7);
        assertThatThrownBy(stock::count)
                .as("the second call of the second")
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.status()).isEqualTo(Status.REJECTED));
    }

    @Test
    void damagedFileIsNotUsed() throws Exception {
        MemoryRuleStore rules = new MemoryRuleStore();
        rules.putRule("slowly", ONE_A_SECOND);
        serve(rules).close();
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        MemoryRuleStore away = new MemoryRuleStore();
        away.disconnect();
        serve(away);
        Stock stock = stub();
        for (int i = 0; i < 5; i++) {
            assertThat(stock.count()).isEqualTo(7);
        }
    }
}
