package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.ConcurrencyLimit;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.RateLimit;
import io.moa.annotation.Retry;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls to a service that says by annotations alone how they are governed, word for word the same in every seat; in that of an agent that is replaced, it is
 * replaced in the middle, and limits and breakers go on from what they knew.
 */
@Timeout(120)
class SeatsAlikeTest {

    /** What is governed. */
    @MoaService(name = "alike.Stock", serializer = "json")
    @io.moa.annotation.Timeout(millis = 20_000)
    public interface Stock {

        @io.moa.annotation.Timeout(millis = 300)
        int hasty();

        @Idempotent
        @Retry(attempts = 3)
        int again();

        @CircuitBreaker(failurePercent = 50, minCalls = 4, windowMillis = 600_000, openMillis = 600_000)
        int breaking();

        @RateLimit(perSecond = 1, burst = 3, at = EnforcedAt.CALLER)
        int limited();

        @ConcurrencyLimit(value = 2, at = EnforcedAt.CALLER)
        int crowded();
    }

    private static final ServiceId STOCK = ServiceId.of("alike.Stock");
    private static final List<String> METHODS = List.of("hasty", "again", "breaking", "limited", "crowded");

    /** One provider of several that count together. */
    private static final class Shelf implements Stock {
        private final AtomicInteger ran;
        private final CountDownLatch go;

        Shelf(AtomicInteger ran, CountDownLatch go) {
            this.ran = ran;
            this.go = go;
        }

        @Override
        public int hasty() {
            return waited();
        }

        @Override
        public int again() {
            if (ran.incrementAndGet() % 3 != 0) {
                throw new IllegalStateException("not yet");
            }
            return ran.get();
        }

        @Override
        public int breaking() {
            ran.incrementAndGet();
            throw new IllegalStateException("broken");
        }

        @Override
        public int limited() {
            return ran.incrementAndGet();
        }

        @Override
        public int crowded() {
            return waited();
        }

        private int waited() {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return 0;
        }
    }

    @ParameterizedTest
    @EnumSource(value = Seats.class, mode = EnumSource.Mode.EXCLUDE, names = "DIRECT")
    void aServiceBehavesAndIsExplainedAsInItsCallersOwnProcess(Seats seat) throws Exception {
        String own = story(Seats.DIRECT);
        assertThat(own)
                .as("all that is declared has had an effect")
                .contains("answered 3\nran 3")
                .contains("went to execute")
                .contains("The breaker of alike.Stock breaking is open")
                .contains("is limited to 1 call in a second")
                .contains("refused: alike.Stock crowded");
        String there = story(seat);
        assertThat(there)
                .as(
                        "what differs there: %s",
                        there.lines()
                                .filter(line -> own.lines().noneMatch(line::equals))
                                .toList())
                .isEqualTo(own);
    }

    private static String story(Seats seat) throws Exception {
        try (Processes processes = new Processes()) {
            AtomicInteger ran = new AtomicInteger();
            CountDownLatch go = new CountDownLatch(1);
            processes.keep(go::countDown); // whoever still waits when a check has failed
            for (int i = 0; i < 3; i++) {
                processes.serve("stock", server -> server.export(new Shelf(ran, go)));
            }
            List<String> told = new ArrayList<>();
            Seats.Seated seated = seat.seat(processes, processes.moa("web"), any -> any);
            MoaClient client = seated.client();
            Stock stock = client.stub(Stock.class);
            soon().until(() -> client.explain(STOCK).contains("3 of 3"), () -> client.explain(STOCK));

            call(told, stock::again);
            told.add("ran " + ran);
            call(told, stock::breaking);
            call(told, stock::breaking);
            List<CompletableFuture<Integer>> crowd = new ArrayList<>();
            crowd.add(client.async(stock, Stock::crowded));
            crowd.add(client.async(stock, Stock::crowded));
            soon().until(() -> look(client, "crowded").contains("refused: "), () -> look(client, "crowded"));
            told.add(look(client, "crowded"));
            call(told, stock::crowded);
            hasty(told, stock);
            go.countDown();
            crowd.forEach(CompletableFuture::join);
            seated.upgrade().run();
            call(told, stock::again);
            for (int i = 0; i < 4; i++) {
                call(told, stock::breaking);
            }
            told.add("ran " + ran);
            METHODS.forEach(method -> told.add(look(client, method)));
            told.add(client.describe(stock));
            rates(seat, processes, told);
            return told.stream().map(SeatsAlikeTest::known).collect(Collectors.joining("\n"));
        }
    }

    /** With a clock that stands, so that nothing is allowed anew. */
    private static void rates(Seats seat, Processes processes, List<String> told) {
        Seats.Seated seated =
                seat.seat(processes, processes.moa("web", moa -> moa.ticker(new FakeTicker())), any -> any);
        Stock stock = seated.client().stub(Stock.class);
        call(told, stock::limited);
        call(told, stock::limited);
        seated.upgrade().run();
        call(told, stock::limited);
        call(told, stock::limited);
        told.add(look(seated.client(), "limited"));
    }

    /** Of an agent the first sentences of a process may be late; then the caller has to say what it knows itself. */
    private static void hasty(List<String> told, Stock stock) {
        List<String> said = new ArrayList<>();
        soon().until(
                        () -> {
                            call(said, stock::hasty);
                            return said.get(said.size() - 1).contains("went to execute");
                        },
                        () -> said.get(said.size() - 1));
        told.add(said.get(said.size() - 1));
    }

    private static void call(List<String> told, Supplier<Integer> call) {
        try {
            told.add("answered " + call.get());
        } catch (RuntimeException e) {
            told.add(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    /** Without who says it. */
    private static String look(MoaClient client, String method) {
        return client.explain(STOCK, method, CallFacts.NONE)
                .describe()
                .lines()
                .filter(line -> !line.startsWith("mesh ") && !line.startsWith("As seen by "))
                .collect(Collectors.joining("\n"));
    }

    /**
     * Without what is different from run to run: names of processes, ports and times, which of three equal instances was called, and how each is reached and
     * stands, as on a crowded machine more calls have to be made in haste, which count against them.
     */
    private static String known(String text) {
        return text.replaceAll("#[0-9a-f]{8}", "#uuid")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "host")
                .replaceAll("[\\d.]+ ms\\b", "n ms")
                .replaceAll("\\d+ of them last", "n of them last")
                .replaceAll("(?m)(stock@tcp://host#uuid): called.*$", "$1: called")
                .replaceAll("weight 100, \\d+ in flight", "weight 100, n in flight");
    }
}
