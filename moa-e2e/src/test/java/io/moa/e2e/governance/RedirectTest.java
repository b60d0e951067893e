package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.CallKey;
import io.moa.annotation.FailureMode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.OnFailure;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.explain.CallExplanation;
import io.moa.discovery.ServiceId;
import io.moa.governance.route.RouteStep;
import io.moa.governance.sample.CallFacts;
import io.moa.governance.sample.DryRun;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RuleDesk;
import io.moa.server.MoaServer;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rules that lead calls to another version of a service, over sockets, with registry and rules in Redis. */
@Timeout(120)
class RedirectTest {

    /** The service that is called. */
    @MoaService(name = "led.Stock")
    @io.moa.annotation.Timeout(millis = 20_000)
    public interface Stock {
        @Idempotent
        String where(@CallKey("item") String item);

        String old(String item);

        @OnFailure(FailureMode.BROADCAST)
        String forget(String item);
    }

    /** Another version, which lacks a method. */
    @MoaService(name = "led.Stock", version = "2")
    public interface SecondStock {
        String where(String item);

        String forget(String item);
    }

    private static final ServiceId STOCK = ServiceId.of("led.Stock");
    private static final ServiceId SECOND = ServiceId.parse("led.Stock:2");

    @RegisterExtension
    final Processes processes = new Processes();

    private final Map<String, AtomicInteger> forgotten = new ConcurrentHashMap<>();
    private EmbeddedRegistry embedded;
    private RuleDesk desk;
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        embedded = processes.keep(EmbeddedRegistry.start());
        desk = new RuleDesk(
                processes.keep(RedisLink.open(embedded.redis().orElseThrow().config())));
        serve("old");
        client = processes.client(moa("web"), web -> web.disk(DiskConfig.OFF));
        stock = client.stub(Stock.class);
        soon().until(() -> answer("any").equals("old"), () -> client.explain(STOCK));
    }

    private Moa moa(String application) {
        return processes.keep(Moa.builder(application)
                .eventLoops(1)
                .registry(embedded.redis().orElseThrow().url())
                .build());
    }

    private String forget(String name) {
        forgotten.computeIfAbsent(name, any -> new AtomicInteger()).incrementAndGet();
        return name;
    }

    private void serve(String name) {
        processes.serve(
                moa("stock"),
                server -> server.export(Stock.class, new Stock() {
                    @Override
                    public String where(String item) {
                        return name;
                    }

                    @Override
                    public String old(String item) {
                        return name;
                    }

                    @Override
                    public String forget(String item) {
                        return RedirectTest.this.forget(name);
                    }
                }));
    }

    private MoaServer serveSecond(String name) {
        return processes.serve(
                moa("second-stock"),
                server -> server.export(SecondStock.class, new SecondStock() {
                    @Override
                    public String where(String item) {
                        return name;
                    }

                    @Override
                    public String forget(String item) {
                        return RedirectTest.this.forget(name);
                    }
                }));
    }

    private void put(String fields) {
        desk.putRule("second", "{\"kind\": \"route\", \"service\": \"led.Stock\", " + fields + "}", null, "test")
                .join();
    }

    private void lead(Object percent) {
        put("\"redirect\": {\"service\": \"led.Stock:2\", \"percent\": " + percent + "}");
    }

    private String answer(String item) {
        try {
            return stock.where(item);
        } catch (CallException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Map<String, Integer> answers(int calls) {
        Map<String, Integer> answers = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            answers.merge(answer("item " + i), 1, Integer::sum);
        }
        return answers;
    }

    private void untilAnswered(String... by) {
        soon().until(
                        () -> List.copyOf(answers(20).keySet()).equals(List.of(by)),
                        () -> answers(20) + "\n"
                                + client.explain(STOCK, "where", CallFacts.NONE).describe());
    }

    /** Calls all the time; nothing that an operator does here may fail one. */
    private final class Crowd implements AutoCloseable {
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();

        Crowd() {
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(this::call, "caller " + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void call() {
            while (!ended.get()) {
                try {
                    stock.where("item " + calls.incrementAndGet());
                } catch (RuntimeException e) {
                    failures.add(String.valueOf(e.getMessage()));
                }
            }
        }

        @Override
        public void close() throws Exception {
            ended.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(calls.get()).isPositive();
        }
    }

    @Test
    @Shows("route redirect")
    void aRuleMovesAllCallsToAServiceThatNobodyHasLookedUpAndBackAndNoneFails() throws Exception {
        serveSecond("new");
        try (Crowd crowd = new Crowd()) {
            lead(100);
            untilAnswered("new");
            lead(50);
            untilAnswered("new", "old");
            lead(0);
            untilAnswered("old");
            lead(100);
            untilAnswered("new");
            desk.removeRule("second", null, "test").join();
            untilAnswered("old");
        }
    }

    @Test
    void aServiceThatIsTakenOfflineIsPassedOverAndNoneFails() throws Exception {
        lead(100);
        try (Crowd crowd = new Crowd()) {
            for (int round = 0; round < 2; round++) {
                MoaServer second = serveSecond("new");
                untilAnswered("new");
                second.offline();
                untilAnswered("old");
                second.close();
            }
        }
    }

    @Test
    void aServiceThatVanishesIsPassedOver() {
        lead(100);
        MoaServer second = serveSecond("new");
        untilAnswered("new");
        second.close(); // calls of this moment fail, as those of any service whose last instance goes
        untilAnswered("old");
    }

    @Test
    @Shows("route otherwise")
    void orItsCallsAreRefusedAndSayWhatTheyLack() {
        put("\"redirect\": {\"service\": \"led.Stock:2\"}, \"otherwise\": \"refuse\"");
        soon().until(() -> !answer("any").equals("old"), () -> client.explain(STOCK));
        assertThatThrownBy(() -> stock.where("any"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.status()).isEqualTo(Status.UNAVAILABLE))
                .hasMessageContaining("rule second")
                .hasMessageContaining("leads it to led.Stock:2, which nobody offers now");
        serveSecond("new");
        untilAnswered("new");
    }

    @Test
    void aMethodThatTheOtherServiceLacksSaysWhoLedTheCallThere() {
        serveSecond("new");
        lead(100);
        untilAnswered("new");
        assertThatThrownBy(() -> stock.old("any"))
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.status()).isEqualTo(Status.UNIMPLEMENTED);
                    assertThat(e.ledger().ledTo()).isEqualTo(SECOND);
                })
                .hasMessageContaining("led.Stock:2 has no method old(java.lang.String)")
                .hasMessageContaining("led to led.Stock:2 from led.Stock by rule second");
    }

    @Test
    @Shows("route sticky")
    void equalKeysGoTheSameWay() {
        serveSecond("new");
        put("\"when\": {\"method\": \"where\"}, \"redirect\": {\"service\": \"led.Stock:2\", \"percent\": 50},"
                + " \"sticky\": \"key.item\"");
        untilAnswered("new", "old");
        for (int item = 0; item < 30; item++) {
            String first = answer("item " + item);
            for (int i = 0; i < 3; i++) {
                assertThat(answer("item " + item)).isEqualTo(first);
            }
        }
    }

    @Test
    void whoCallsAllCallsAllOfTheOtherServiceAndGenericCallsAreLedToo() {
        serveSecond("new one");
        serveSecond("new two");
        lead(100);
        untilAnswered("new one", "new two");
        assertThat(stock.forget("book")).startsWith("new");
        assertThat(forgotten.keySet()).containsExactlyInAnyOrder("new one", "new two");
        assertThat(client.generic(STOCK)
                        .call(CallOptions.NONE.withTimeout(Duration.ofSeconds(20)), "where(java.lang.String)", "book"))
                .asString()
                .startsWith("new");
    }

    @Test
    void anExplanationGoesOnWhereTheCallIsLed() {
        serveSecond("new");
        lead(100);
        untilAnswered("new");
        CallExplanation told = client.explain(STOCK, "where", CallFacts.NONE);
        assertThat(told.service()).isEqualTo(STOCK);
        assertThat(told.led()).isNotNull();
        assertThat(told.led().service()).isEqualTo(SECOND);
        assertThat(told.steps().get(0).outcome()).isEqualTo(RouteStep.Outcome.REDIRECTED);
        assertThat(told.choices()).hasSize(1);
        assertThat(told.picked()).isNotNull();
        assertThat(told.picked().application()).isEqualTo("second-stock");
        assertThat(told.describe())
                .contains("): redirected, to led.Stock:2\n")
                .contains("\nled.Stock:2: 1 of 1 instances may be called")
                .contains("Route of a call that was led there\n  builtin.environment: idle")
                .contains("1 of 1 candidates are left");
        desk.putRule(
                        "third",
                        "{\"kind\": \"route\", \"service\": \"led.*\", \"redirect\": {\"service\": \"led.Stock:3\"}}",
                        null,
                        "test")
                .join();
        soon().until(
                        () -> client.explain(STOCK, "where", CallFacts.NONE)
                                .describe()
                                .contains("already"),
                        () -> client.explain(STOCK, "where", CallFacts.NONE).describe());
        assertThat(client.explain(STOCK, "where", CallFacts.NONE).describe())
                .containsPattern(
                        "third \\(version \\d+-\\d+\\): passed over, the call was led here by rule second, version \\d+-\\d+"
                                + " already");
    }

    @Test
    void aDryRunSaysWhatBecomesOfTheCalls() {
        serveSecond("new");
        String rule =
                "{\"kind\": \"route\", \"service\": \"led.Stock\", \"when\": {\"key.item\": {\"from\": 0, \"to\": 6}},"
                        + " \"redirect\": {\"service\": \"led.Stock:2\"}}";
        for (int i = 0; i < 20; i++) {
            stock.where("" + i);
        }
        soon().until(
                        () -> client.dryRun("second", RuleText.read(rule))
                                .sums()
                                .equals(Map.of(
                                        "led.Stock where, caller web: route: to 1 instance -> redirected to led.Stock:2 by rule"
                                                + " second, to 1 instance",
                                        7)),
                        () -> client.dryRun("second", RuleText.read(rule)).describe());
        assertThat(answers(20)).as("a dry run puts nothing in force").isEqualTo(Map.of("old", 20));
        desk.putRule("second", rule, null, "test").join();
        soon().until(() -> answer("3").equals("new"), () -> client.explain(STOCK));
        int led = 0;
        for (int i = 0; i < 20; i++) {
            led += answer("" + i).equals("new") ? 1 : 0;
        }
        assertThat(led).isEqualTo(7);
        DryRun away = client.dryRun("second", null);
        assertThat(away.describe())
                .contains("redirected to led.Stock:2 by rule second, to 1 instance -> to 1 instance");
        assertThat(away.deviations())
                .as("samples are of the service that was called")
                .allSatisfy(each -> assertThat(each.sample().service()).isEqualTo(STOCK));
    }
}
