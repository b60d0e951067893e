package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.moa.annotation.CallKey;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.CallException;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.RuleText;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults that rules inject into calls over sockets: who is struck, how it looks to the caller, and who is told. */
@Timeout(120)
class InjectedFaultsTest {

    /** What the service declares. */
    @ErrorCode("OUT_OF_STOCK")
    public static final class OutOfStockException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int left;

        public OutOfStockException(int left) {
            super("left: " + left);
            this.left = left;
        }

        public int left() {
            return left;
        }
    }

    /** The service. */
    @MoaService(name = "struck.Stock")
    public interface Stock {
        @Idempotent
        int count(@CallKey("item") String item);

        int reserve(String item) throws OutOfStockException;

        @CircuitBreaker(minCalls = 3, failurePercent = 50, openMillis = 60_000)
        int guarded(String item);

        CompletableFuture<Integer> later(String item);
    }

    private static final ServiceId STOCK = ServiceId.of("struck.Stock");

    @RegisterExtension
    final Processes processes = new Processes();

    private final AtomicInteger served = new AtomicInteger();
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        processes.serve(
                "stock",
                server -> server.export(Stock.class, new Stock() {
                    @Override
                    public int count(String item) {
                        return served.incrementAndGet();
                    }

                    @Override
                    public int reserve(String item) {
                        return served.incrementAndGet();
                    }

                    @Override
                    public int guarded(String item) {
                        return served.incrementAndGet();
                    }

                    @Override
                    public CompletableFuture<Integer> later(String item) {
                        return CompletableFuture.completedFuture(served.incrementAndGet());
                    }
                }));
        client = processes.client("web");
        stock = client.with(client.stub(Stock.class), CallOptions.NONE.withTimeout(Duration.ofSeconds(30)));
        assertThat(stock.count("first")).isOne();
        served.set(0);
    }

    private String explained(String method) {
        return client.explain(STOCK, method, CallFacts.NONE).describe();
    }

    private void inject(String fields) {
        processes.rules().putRule("chaos", "{\"kind\": \"fault\", \"service\": \"struck.Stock\", " + fields + "}");
        soon().until(() -> explained("count").contains("chaos (revision "), () -> explained("count"));
    }

    @Test
    @Shows("rule fault")
    void aCallFailsWithStatusAndRuleAndNobodyIsCalled() {
        inject(
                "\"when\": {\"method\": \"reserve\"}, \"fail\": {\"status\": \"UNAVAILABLE\", \"message\": \"a drill\"}");
        assertThatThrownBy(() -> stock.reserve("book"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.status()).isEqualTo(Status.UNAVAILABLE))
                .hasMessageContaining("failed on purpose, injected by rule chaos, revision ")
                .hasMessageContaining("a drill");
        assertThat(served).hasValue(0);
        assertThat(stock.count("book")).as("another method").isOne();
        assertThat(client.explain(STOCK)).as("nobody is ejected").doesNotContain("eject");
        assertThat(explained("reserve"))
                .contains("Faults, which rules inject before it is routed")
                .contains("strikes this call: UNAVAILABLE; it has struck 3 attempts so far");
        processes.rules().removeRule("chaos");
        soon().until(() -> !explained("reserve").contains("chaos"), () -> explained("reserve"));
        assertThatCode(() -> stock.reserve("book")).doesNotThrowAnyException();
    }

    @Test
    void aDeclaredExceptionIsThrownAsItself() {
        inject("\"fail\": {\"error\": \"OUT_OF_STOCK\", \"message\": \"a drill\"}");
        assertThatThrownBy(() -> stock.reserve("book"))
                .isInstanceOf(OutOfStockException.class)
                .hasMessageContaining("injected by rule chaos");
        assertThatThrownBy(() -> stock.count("book"))
                .as("which does not declare it")
                .isInstanceOfSatisfying(RemoteApplicationException.class, e -> assertThat(e.getMessage())
                        .contains("OUT_OF_STOCK", "injected by rule chaos"));
        assertThat(served).hasValue(0);
    }

    @Test
    void aCallIsHeldBackAndThenGoesOn() throws Exception {
        inject("\"delay\": \"300ms\"");
        CompletableFuture<Integer> later = stock.later("book");
        assertThat(later).isNotDone();
        assertThat(later.get()).isOne();
        long before = System.nanoTime();
        assertThat(stock.count("book")).isEqualTo(2);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(300_000_000);
    }

    @Test
    void theWaitEndsWithTheDeadlineAndWhenItIsWithdrawn() {
        inject("\"delay\": \"1m\"");
        Stock hasty = client.with(stock, CallOptions.NONE.withTimeout(Duration.ofMillis(50)));
        soon().until(
                        () -> { // an agent that makes its first sentence of this kind may be late with it
                            Throwable late = catchThrowable(() -> hasty.count("book"));
                            assertThat(late).isInstanceOf(CallTimeoutException.class);
                            return String.valueOf(late.getMessage()).contains("injected by rule chaos");
                        },
                        () -> "nobody says why");
        assertThat(catchThrowable(() -> hasty.later("book").join()).getCause())
                .isInstanceOf(CallTimeoutException.class);
        CompletableFuture<Integer> withdrawn = stock.later("book");
        withdrawn.cancel(true);
        assertThat(served).hasValue(0);
    }

    @Test
    void whoIsStruckIsSaidByCallerTagAndCallKey() {
        inject("\"when\": {\"caller\": \"web\", \"tag\": \"drill\", \"key.item\": \"book*\"},"
                + " \"fail\": {\"status\": \"INTERNAL\"}");
        Stock drilled = client.with(
                stock, CallOptions.NONE.withTimeout(Duration.ofSeconds(30)).withTag("drill"));
        assertThatThrownBy(() -> drilled.count("bookend")).hasMessageContaining("injected by rule chaos");
        assertThat(drilled.count("pen")).isPositive();
        assertThat(stock.count("bookend")).isPositive();
    }

    @Test
    void aBreakerTakesAnInjectedFailureForARealOne() {
        inject("\"fail\": {\"status\": \"INTERNAL\"}");
        soon().until(
                        () -> String.valueOf(catchThrowable(() -> stock.guarded("book")))
                                .contains("The breaker of"),
                        () -> "it is closed");
        assertThat(served).hasValue(0);
    }

    @Test
    void aDryRunTellsWhomItWouldStrike() {
        for (int i = 0; i < 50; i++) {
            stock.count("book");
        }
        String told = client.dryRun(
                        "chaos",
                        RuleText.read(
                                "{\"kind\": \"fault\", \"service\": \"struck.Stock\", \"when\": {\"method\": \"count\"},"
                                        + " \"delay\": \"200ms\", \"fail\": {\"status\": \"UNAVAILABLE\"}}"))
                .describe();
        assertThat(told)
                .contains("it would be in force here")
                .contains("51 x struck.Stock count, caller web: route: to 1 instance ->"
                        + " held back 200ms by rule chaos, failed by rule chaos: UNAVAILABLE");
        assertThat(served).as("nothing was sent").hasValue(50);
        assertThat(client.dryRun(
                                "chaos",
                                Map.of(
                                        "kind", "fault",
                                        "service", "struck.Stock",
                                        "delay", "1s",
                                        "when", Map.of("tag", "x")))
                        .describe())
                .contains("it asks for tag \"x\", and the call does not say");
    }
}
