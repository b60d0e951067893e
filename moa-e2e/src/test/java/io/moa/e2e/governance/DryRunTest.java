package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.moa.Moa;
import io.moa.annotation.CallKey;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.sample.CallFacts;
import io.moa.governance.sample.DryRun;
import io.moa.governance.sample.Fate;
import io.moa.invoke.CallException;
import io.moa.operations.Operations;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A rule is tried on calls that were made, asked of the process that made them, and then is what it was said to be. */
@Timeout(120)
class DryRunTest {

    /** The service. */
    @MoaService(name = "tried.Stock")
    @io.moa.annotation.Timeout(millis = 30_000)
    public interface Stock {
        String where(@CallKey("item") String item);
    }

    /** Results of other kinds, of a service that nobody needs to offer. */
    @MoaService(name = "tried.Shelf")
    public interface Shelf {
        int count();

        Place place();
    }

    /** Where something lies. */
    public record Place(String aisle, int level) {}

    private static final String CLOSED =
            "{\"kind\": \"route\", \"service\": \"tried.Stock\", \"when\": {\"key.item\": {\"from\": 0, \"to\": 6}},"
                    + " \"deny\": \"they are being counted\"}";

    @RegisterExtension
    final Processes processes = new Processes();

    private final MemoryRuleStore rules = processes.rules();
    private volatile CountDownLatch held = new CountDownLatch(0);
    private Moa asked;
    private int rounds;
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        processes.serve("stock", server -> server.export(Stock.class, this::where));
        asked = processes.moa("web");
        client = processes.client(asked, more -> more.samples(100_000));
        stock = client.stub(Stock.class);
    }

    private String where(String item) {
        if (item.equals("broken")) {
            throw new IllegalStateException("nobody knows where");
        }
        if (item.equals("held")) {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return "here";
    }

    private int refused() {
        rounds++;
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
                        "tried.Stock where, caller web: route: to 1 instance -> denied by rule closed: they are being counted",
                        7));
        assertThat(refused()).as("a dry run puts nothing in force").isZero();
        rules.putRule("closed", CLOSED);
        soon().until(() -> refused() == 7, () -> client.explain(ServiceId.of("tried.Stock")));
        assertThat(client.dryRun("closed", null).deviations()).hasSize(7 * rounds);
        assertThat(client.dryRun("closed", null).standing()).isEqualTo("it would be taken away");
    }

    @Test
    void aRuleWithCallKeysThatTheMethodCannotHaveIsPassedOverHereToo() {
        assertThat(refused()).isZero();
        DryRun told = client.dryRun(
                "keys",
                RuleText.read("{\"kind\": \"policy\", \"service\": \"tried.Stock\","
                        + " \"set\": {\"call-keys\": {\"customer\": \"0.nosuch\"}}}"));
        assertThat(told.deviations()).isEmpty();
        assertThat(told.values()).isEmpty();
        assertThat(told.describe()).contains("would be passed over").contains("nosuch");
    }

    @Test
    void aRuleThatKeepsCallsInAZoneWhereNobodyIsSaysThatTheyFail() {
        String stay = "{\"kind\": \"policy\", \"service\": \"tried.Stock\", \"set\": {\"zone\": \"require\"}}";
        processes.serve(
                "stock", server -> server.labels(Map.of(Instance.ZONE, "north")).export(Stock.class, this::where));
        MoaClient south = processes.client("south", more -> more.label(Instance.ZONE, "south"));
        Stock fromSouth = south.stub(Stock.class);
        ServiceId service = ServiceId.of("tried.Stock");
        soon().until(() -> south.explain(service).contains("2 of 2"), () -> south.explain(service));
        for (int i = 0; i < 20; i++) {
            fromSouth.where("book");
        }
        DryRun told = south.dryRun("stay", RuleText.read(stay));
        assertThat(told.deviations()).hasSize(20).allMatch(each -> each.after().kind() == Fate.Kind.FAILED);
        rules.putRule("stay", stay);
        soon().until(() -> south.describe(fromSouth).contains("rule stay"), () -> south.describe(fromSouth));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> fromSouth.where("book")).hasMessageContaining("is in zone south");
        }
    }

    @Test
    void aValueThatAMethodCannotReturnIsToldBeforeAnyCallFailsOfIt() {
        String word = "{\"kind\": \"route\", \"service\": \"tried.Shelf\", \"answer\": \"hi\"}";
        processes.serve(
                "shelf",
                server -> server.export(Shelf.class, new Shelf() {
                    @Override
                    public int count() {
                        return 3;
                    }

                    @Override
                    public Place place() {
                        return new Place("a", 1);
                    }
                }));
        Shelf shelf = client.stub(Shelf.class);
        ServiceId service = ServiceId.of("tried.Shelf");
        soon().until(() -> client.explain(service).contains("1 of 1"), () -> client.explain(service));
        shelf.count();
        shelf.place();
        DryRun told = client.dryRun("word", RuleText.read(word));
        assertThat(told.deviations()).hasSize(2).allMatch(each -> each.after().kind() == Fate.Kind.MISFIT);
        assertThat(told.describe()).contains("failed, as the value of rule word does not fit the result of the method");
        assertThat(client.dryRun("word", RuleText.read(word.replace("\"hi\"", "7")))
                        .deviations())
                .extracting(each -> each.sample().method().name(), each -> each.after()
                        .kind())
                .containsExactlyInAnyOrder(tuple("count", Fate.Kind.ANSWERED), tuple("place", Fate.Kind.MISFIT));
        rules.putRule("word", word);
        soon().until(
                        () -> client.explain(service, "count", CallFacts.NONE)
                                .toString()
                                .contains("rule word"),
                        () -> client.explain(service));
        for (String method : List.of("count", "place()")) {
            assertThat(client.explain(service, method, CallFacts.NONE).toString())
                    .contains("but such calls fail: the value does not fit the result of the method: ");
        }
        assertThatThrownBy(shelf::count).hasMessageContaining("its value does not fit");
        assertThatThrownBy(shelf::place).hasMessageContaining("its value does not fit");
        assertThat(client.explain(service, "unheard", CallFacts.NONE).toString())
                .as("of which no stub knows the result")
                .contains("Answered by rule word");
    }

    /** A rule that limits calls or breaks them, tried on calls that were made without it. */
    private DryRun tried(String json, int calls) {
        DryRun told = client.dryRun("limit", RuleText.read(json));
        assertThat(told.samples()).isEqualTo(calls);
        assertThat(told.refusals()).singleElement().satisfies(each -> {
            assertThat(each.of()).hasToString("tried.Stock where, caller web");
            assertThat(each.calls()).isEqualTo(calls);
            assertThat(each.before()).isZero();
            assertThat(each.after()).isEqualTo(told.otherwise());
        });
        return told;
    }

    private void inForce(PolicyKey<Integer> limit, String json) {
        rules.putRule("limit", json);
        String set = limit + " ";
        soon().until(
                        () -> client.describe(stock)
                                .lines()
                                .anyMatch(line -> line.strip().startsWith(set) && line.contains("rule limit")),
                        () -> client.describe(stock));
    }

    /** How many of ten calls are refused, all of which are under way at once. */
    private int refusedAtOnce(String why) {
        held = new CountDownLatch(1);
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(client.async(stock, each -> each.where("held")));
        }
        held.countDown();
        return refusals(calls, why);
    }

    private static int refusals(List<CompletableFuture<String>> calls, String why) {
        int refused = 0;
        for (CompletableFuture<String> each : calls) {
            try {
                each.join();
            } catch (CompletionException e) {
                refused += String.valueOf(e.getCause().getMessage()).contains(why) ? 1 : 0;
            }
        }
        return refused;
    }

    @Test
    void aLimitOfCallsAtOnceRefusesAsManyAsItsDryRunHasSaid() {
        String limit = """
                {"kind": "policy", "service": "tried.Stock",
                 "set": {"concurrency-limit": 4, "concurrency-limit-at": "caller"}}""";
        assertThat(refusedAtOnce("calls in flight")).isZero();
        DryRun told = tried(limit, 10);
        assertThat(told.describe())
                .contains("10 x tried.Stock where, caller web: 0 -> 6 refused, over concurrency-limit 4 (was 0)");
        inForce(PolicyKey.CONCURRENCY_LIMIT, limit);
        assertThat(refusedAtOnce("calls in flight")).isEqualTo(6).isEqualTo(told.otherwise());
    }

    /** The client's time is moved by the test alone: twenty calls, 100 ms apart. */
    @Test
    void aLimitOfCallsInASecondRefusesAsManyAsItsDryRunHasSaid() {
        FakeTicker ticker = new FakeTicker();
        client = processes.client(processes.moa("web", moa -> moa.ticker(ticker)), any -> any);
        stock = client.stub(Stock.class);
        String limit = """
                {"kind": "policy", "service": "tried.Stock",
                 "set": {"rate-limit": 4, "rate-burst": 2, "rate-limit-at": "caller"}}""";
        assertThat(refusedInTwoSeconds(ticker)).isZero();
        DryRun told = tried(limit, 20);
        assertThat(told.describe())
                .contains("20 x tried.Stock where, caller web: 0 -> 11 refused, over rate-limit 4 (was 0)");
        inForce(PolicyKey.RATE_LIMIT, limit);
        assertThat(refusedInTwoSeconds(ticker)).isEqualTo(11).isEqualTo(told.otherwise());
    }

    private int refusedInTwoSeconds(FakeTicker ticker) {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ticker.advance(Duration.ofMillis(100));
            calls.add(client.async(stock, each -> each.where("good")));
            calls.get(i).exceptionally(any -> "").join();
        }
        return refusals(calls, "is limited to 4 calls in a second");
    }

    @Test
    void aBreakerRefusesAsManyAsItsDryRunHasSaid() {
        String breaker = """
                {"kind": "policy", "service": "tried.Stock",
                 "set": {"breaker-failures": 50, "breaker-calls": 8, "breaker-window": "10m", "breaker-open": "1h"}}""";
        assertThat(refusedOneByOne()).isZero();
        DryRun told = tried(breaker, 20);
        assertThat(told.describe())
                .contains(
                        "20 x tried.Stock where, caller web: 0 -> 10 refused, breaker open, breaker-failures 50 (was 0)");
        inForce(PolicyKey.BREAKER_FAILURES, breaker);
        assertThat(refusedOneByOne()).isEqualTo(10).isEqualTo(told.otherwise());
    }

    /** How many of twenty calls a breaker refuses, of which five go well, and five fail at the provider, by turns. */
    private int refusedOneByOne() {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String item = i / 5 % 2 == 0 ? "good" : "broken";
            calls.add(client.async(stock, each -> each.where(item)));
            calls.get(i).exceptionally(any -> "").join();
        }
        return refusals(calls, "breaker of tried.Stock where is open");
    }

    @Test
    void aProcessAnswersWhoAsksAtItsAddressIfItExportsThat() {
        MoaServer server = processes.serve(asked, more -> more.export(Operations.class, client.operations()));
        stock.where("3");
        MoaClient operator = processes.keep(MoaClient.builder(
                        processes.keep(Moa.builder("operator").eventLoops(1).build()))
                .addresses(new Address.Tcp("127.0.0.1", server.port()))
                .build());
        Operations operations =
                operator.with(operator.stub(Operations.class), CallOptions.NONE.withTimeout(Duration.ofSeconds(30)));
        assertThat(operations.dryRun("closed", CLOSED)).contains("1 of 1 sampled calls would fare otherwise");
        assertThat(operations.explain("tried.Stock", "where", Map.of("key.item", "3")))
                .containsPattern("As seen by (web|shared)@")
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
        MoaClient none = processes.client(asked, more -> more.samples(0));
        assertThat(none.stub(Stock.class).where("3")).isEqualTo("here");
        assertThat(none.dryRun("closed", RuleText.read(CLOSED)).samples()).isZero();
        assertThatThrownBy(() -> MoaClient.builder(asked).samples(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
