package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
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

/** Who begins while its registry is away goes by the rules that were in force there last, and by those of no other place. */
@Timeout(120)
class KeptRulesTest {

    /** The service. */
    @MoaService(name = "kept.Stock")
    public interface Stock {
        int count();
    }

    /** A first call on a busy machine may take its time. */
    private static final StubConfig PATIENT = StubConfig.ANNOTATED.with(PolicyKey.TIMEOUT, Duration.ofSeconds(30));

    private static final String SERVED = "served.rules";
    private static final String LIVE = "live.rules";
    private static final String ONE_A_SECOND =
            "{\"kind\": \"policy\", \"service\": \"kept.Stock\", \"set\": {\"rate-limit\": 1, \"rate-burst\": 1}}";

    private static final String LIMITED_AT_CALLERS =
            "{\"kind\": \"policy\", \"service\": \"kept.Stock\", \"set\": {\"rate-limit\": 9, \"rate-limit-at\": \"caller\"}}";

    private static final String CLOSED =
            "{\"kind\": \"route\", \"service\": \"kept.Stock\", \"deny\": \"it is Sunday\"}";

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

    private MoaServer serve(MemoryRuleStore rules) {
        return serve(Moa.builder("stock").registry(registry), rules);
    }

    private MoaServer serve(Moa.Builder moa, MemoryRuleStore rules) {
        return keep(MoaServer.builder(keep(moa.eventLoops(1)
                        .rules(keep(new MemoryRuleSource(rules)))
                        .build()))
                .settings(new ProcessSettings(name -> null, name -> null))
                .rulesFolder(folder)
                .host("127.0.0.1")
                .export(Stock.class, () -> 7)
                .closeOnShutdown(false)
                .start());
    }

    private MoaClient client(MemoryRuleStore rules) {
        return client(Moa.builder("web").registry(registry), rules);
    }

    private MoaClient client(Moa.Builder moa, MemoryRuleStore rules) {
        return keep(MoaClient.builder(keep(moa.eventLoops(1)
                        .rules(keep(new MemoryRuleSource(rules)))
                        .build()))
                .addresses(new Address.Tcp("127.0.0.1", 1)) // it only tells what it would do
                .disk(DiskConfig.in(folder))
                .build());
    }

    private static String told(MoaClient client) {
        return client.describe(client.stub(Stock.class, PATIENT));
    }

    /** What it goes by when it was closed, and so has read its file. */
    private static String toldInTheEnd(MoaClient client) {
        Stock stub = client.stub(Stock.class, PATIENT);
        client.close();
        return client.describe(stub);
    }

    /** A store that plays one outside this process, and that nobody reaches. */
    private static MemoryRuleStore away(String place) {
        MemoryRuleStore store = new MemoryRuleStore(place);
        store.disconnect();
        return store;
    }

    private Stock stub() {
        Moa caller = keep(Moa.builder("caller").eventLoops(1).registry(registry).build());
        return keep(MoaClient.builder(caller).build()).stub(Stock.class, PATIENT);
    }

    private List<Path> files(String name) throws Exception {
        try (Stream<Path> applications = Files.list(folder)) {
            return applications
                    .map(each -> each.resolve(name))
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
        MemoryRuleStore rules = new MemoryRuleStore("east");
        try (MoaServer first = serve(rules)) {
            assertThat(first.port()).isPositive();
            assertThat(files(SERVED)).as("where there never was a rule").isEmpty();
            Stock stock = stub();
            rules.putRule("slowly", ONE_A_SECOND);
            soon().until(() -> refused(stock), () -> "not refused");
        }
        assertThat(files(SERVED)).hasSize(1);
        serve(away("east"));
        Stock stock = stub();
        assertThat(stock.count()).isEqualTo(7);
        assertThatThrownBy(stock::count)
                .as("the second call of the second")
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.status()).isEqualTo(Status.REJECTED));
    }

    @Test
    void damagedFileIsNotUsed() throws Exception {
        MemoryRuleStore rules = new MemoryRuleStore("east");
        rules.putRule("slowly", ONE_A_SECOND);
        serve(rules).close();
        Path file = files(SERVED).get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        serve(away("east"));
        Stock stock = stub();
        for (int i = 0; i < 5; i++) {
            assertThat(stock.count()).isEqualTo(7);
        }
    }

    @Test
    void providerThatGetsItsRulesFromElsewhereDoesNotGoByThoseOfTheFormerPlace() throws Exception {
        MemoryRuleStore east = new MemoryRuleStore("east");
        east.putRule("slowly", ONE_A_SECOND);
        serve(east).close();
        assertThat(serve(away("east")).describe()).contains("rule slowly");
        for (MemoryRuleStore other : List.of(away("west"), new MemoryRuleStore("west"))) {
            MoaServer moved = serve(other);
            assertThat(moved.describe()).as("%s", other).doesNotContain("rule slowly");
            moved.close();
            assertThat(serve(away("east")).describe())
                    .as("where nobody set anything, nothing is kept")
                    .contains("rule slowly");
        }
        MemoryRuleStore west = new MemoryRuleStore("west");
        west.putRule("other", ONE_A_SECOND);
        serve(west).close();
        assertThat(serve(away("west")).describe()).contains("rule other");
        assertThat(serve(away("east")).describe())
                .as("the file is of the place that told last")
                .doesNotContain("rule slowly")
                .doesNotContain("rule other");
    }

    @Test
    void callerThatGetsItsRulesFromElsewhereDoesNotGoByThoseOfTheFormerPlace() throws Exception {
        MemoryRuleStore east = new MemoryRuleStore("east");
        east.putRule("slowly", LIMITED_AT_CALLERS);
        client(east).close();
        assertThat(files(LIVE)).hasSize(1);
        assertThat(toldInTheEnd(client(away("east")))).contains("rule slowly");
        for (MemoryRuleStore other : List.of(away("west"), new MemoryRuleStore("west"))) {
            assertThat(toldInTheEnd(client(other))).as("%s", other).doesNotContain("rule slowly");
            assertThat(toldInTheEnd(client(away("east"))))
                    .as("where nobody set anything, nothing is kept")
                    .contains("rule slowly");
        }
        MemoryRuleStore west = new MemoryRuleStore("west");
        west.putRule("other", LIMITED_AT_CALLERS);
        client(west).close();
        assertThat(toldInTheEnd(client(away("west")))).contains("rule other");
        assertThat(toldInTheEnd(client(away("east"))))
                .as("the file is of the place that told last")
                .doesNotContain("rule slowly")
                .doesNotContain("rule other");
    }

    @Test
    void sourceThatKnowsNothingAnyMoreTakesNoKeptRuleBack() throws Exception {
        MemoryRuleStore east = new MemoryRuleStore("east");
        east.putRule("slowly", LIMITED_AT_CALLERS);
        client(east).close();
        MemoryRuleStore emptied = new MemoryRuleStore("east"); // it was never told of any rule
        MoaClient second = client(emptied);
        soon().until(() -> told(second).contains("rule slowly"), () -> told(second));
        emptied.putSetting("any", "x");
        assertThat(told(second)).as("somebody has changed something").doesNotContain("rule slowly");
    }

    @Test
    void firstCallGoesByTheRulesOnDisk() {
        MemoryRuleStore east = new MemoryRuleStore("east");
        east.putRule("closed", CLOSED);
        client(east).close();
        for (int i = 0; i < 20; i++) {
            MoaClient next = client(away("east"));
            assertThatThrownBy(next.stub(Stock.class, PATIENT)::count)
                    .as("first call of client %s", i)
                    .hasMessageContaining("it is Sunday");
            next.close();
        }
    }

    @Test
    void goodVersionOfARuleThatBecameWrongOutlivesARestart() {
        MemoryRuleStore east = new MemoryRuleStore("east");
        east.putRule("callers", LIMITED_AT_CALLERS);
        east.putRule("slowly", ONE_A_SECOND);
        MoaClient caller = client(east);
        MoaServer provider = serve(east);
        for (String id : List.of("callers", "slowly")) {
            east.putRule(id, "{\"kind\": \"policy\"");
        }
        assertThat(told(caller)).contains("rule callers");
        assertThat(provider.describe()).contains("rule slowly");
        caller.close();
        provider.close();
        assertThat(told(client(away("east")))).contains("rule callers");
        assertThat(serve(away("east")).describe()).contains("rule slowly");
    }

    @Test
    void rulesAreKeptWithoutARegistryToo() throws Exception {
        MemoryRuleStore east = new MemoryRuleStore("east");
        east.putRule("slowly", ONE_A_SECOND);
        east.putRule("callers", LIMITED_AT_CALLERS);
        serve(Moa.builder("stock"), east).close();
        client(Moa.builder("web"), east).close();
        assertThat(serve(Moa.builder("stock"), away("east")).describe()).contains("rule slowly");
        MoaClient second = client(Moa.builder("web"), away("east"));
        soon().until(() -> told(second).contains("rule callers"), () -> told(second));
    }

    @Test
    void rulesThatEndWithTheProcessAreNotKept() {
        MemoryRuleStore inMemory = new MemoryRuleStore();
        inMemory.putRule("slowly", ONE_A_SECOND);
        serve(inMemory).close();
        client(inMemory).close();
        assertThat(folder).isEmptyDirectory();
    }

    private static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }
}
