package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.RateLimit;
import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls over sockets go by the very figures that annotations say, and not by the defaults. The clock of who calls stands still. */
@Timeout(120)
class DeclaredFiguresTest {

    /** A method for each figure. */
    @MoaService(name = "figures.Shop")
    public interface Shop {
        @io.moa.annotation.Timeout(millis = 20_000)
        int patient();

        int plain();

        @RateLimit(perSecond = 100, at = EnforcedAt.CALLER)
        int limited();

        @RateLimit(perSecond = 100, burst = 50, at = EnforcedAt.CALLER)
        int limitedAfterMany();

        @CircuitBreaker(failurePercent = 30, minCalls = 10)
        int breaksEarly(boolean fails);

        @CircuitBreaker(minCalls = 10)
        int breaks(boolean fails);

        @CircuitBreaker(minCalls = 10, windowMillis = 1_000)
        int forgets(boolean fails);

        @CircuitBreaker(minCalls = 10, openMillis = 500, trials = 1)
        int trusts(boolean fails);
    }

    /** Answers, or fails when it is told to. */
    private static final class Answers implements Shop {
        @Override
        public int patient() {
            return 1;
        }

        @Override
        public int plain() {
            return 1;
        }

        @Override
        public int limited() {
            return 1;
        }

        @Override
        public int limitedAfterMany() {
            return 1;
        }

        @Override
        public int breaksEarly(boolean fails) {
            return breaks(fails);
        }

        @Override
        public int breaks(boolean fails) {
            if (fails) {
                throw new IllegalStateException("the disk is full");
            }
            return 1;
        }

        @Override
        public int forgets(boolean fails) {
            return breaks(fails);
        }

        @Override
        public int trusts(boolean fails) {
            return breaks(fails);
        }
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final FakeTicker clock = new FakeTicker();
    private final LinkedBlockingQueue<Long> timesLeft = new LinkedBlockingQueue<>(); // as the server sees them
    private Shop shop;

    @BeforeEach
    void start() {
        processes.serve(
                "shop", server -> server.export(Shop.class, new Answers()).filter((call, next) -> {
                    timesLeft.add(call.deadline().remainingNanos(Ticker.system().nanos()));
                    return next.invoke(call);
                }));
        shop = processes
                .client(processes.moa("caller", moa -> moa.ticker(clock)), any -> any)
                .stub(Shop.class);
    }

    private long timeLeft() throws InterruptedException {
        Long left = timesLeft.poll(60, TimeUnit.SECONDS);
        assertThat(left).isNotNull();
        return left;
    }

    @Test
    @Shows("timeout")
    void aCallArrivesWithTheTimeThatIsSaid() throws InterruptedException {
        shop.plain();
        assertThat(timeLeft()).isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
        shop.patient();
        assertThat(timeLeft())
                .isBetween(
                        Duration.ofSeconds(1).toNanos() + 1,
                        Duration.ofSeconds(20).toNanos());
    }

    private interface Call {
        int make();
    }

    /** How many of so many are not refused. */
    private static int admitted(int calls, Call call) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            try {
                call.make();
                admitted++;
            } catch (IllegalStateException there) {
                admitted++;
            } catch (CallException refused) {
                assertThat(refused.status()).isEqualTo(Status.REJECTED);
            }
        }
        return admitted;
    }

    @Test
    @Shows({"rate-limit", "rate-burst"})
    void asManyComeAtOnceAndInASecondAsIsSaid() {
        assertThat(admitted(100, shop::limited)).as("a tenth of a second").isEqualTo(10);
        assertThat(admitted(100, shop::limitedAfterMany)).isEqualTo(50);
        clock.advance(Duration.ofMillis(200));
        assertThat(admitted(100, shop::limitedAfterMany)).isEqualTo(20);
    }

    @Test
    @Shows("breaker-failures")
    void aBreakerOpensAtTheShareThatIsSaid() {
        assertThat(admitted(7, () -> shop.breaksEarly(false))).isEqualTo(7);
        assertThat(admitted(9, () -> shop.breaksEarly(true))).isEqualTo(3);
        assertThat(admitted(7, () -> shop.breaks(false))).isEqualTo(7);
        assertThat(admitted(9, () -> shop.breaks(true))).as("at half of them").isEqualTo(7);
    }

    @Test
    @Shows("breaker-calls")
    void aBreakerJudgesAsManyCallsAsAreSaid() {
        assertThat(admitted(30, () -> shop.breaks(true))).isEqualTo(10);
    }

    @Test
    @Shows("breaker-window")
    void aBreakerForgetsAfterTheTimeThatIsSaid() {
        admitted(9, () -> shop.forgets(true));
        admitted(9, () -> shop.breaks(true));
        clock.advance(Duration.ofSeconds(2));
        assertThat(admitted(3, () -> shop.forgets(true))).isEqualTo(3);
        assertThat(admitted(3, () -> shop.breaks(true))).as("of ten seconds").isOne();
    }

    @Test
    @Shows({"breaker-open", "breaker-trials"})
    void aBreakerStaysOpenAsLongAndIsTriedAsOftenAsIsSaid() {
        assertThat(admitted(30, () -> shop.trusts(true))).isEqualTo(10);
        clock.advance(Duration.ofMillis(499));
        assertThat(admitted(1, () -> shop.trusts(false))).isZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(admitted(1, () -> shop.trusts(false))).isOne();
        assertThat(admitted(9, () -> shop.trusts(true)))
                .as("one trial was enough, and the next failure is one of many")
                .isEqualTo(9);
    }

    /** A service that never answers but to a greeting. */
    @MoaService(name = "figures.Slow")
    @io.moa.annotation.Timeout(millis = 60_000)
    public interface Slow {
        String greet();

        @Idempotent
        @Hedge(afterMillis = 1, budgetPercent = 100)
        CompletableFuture<String> never();
    }

    private static final class Sleeper implements Slow {
        private final AtomicInteger greeted = new AtomicInteger();
        private final AtomicInteger called = new AtomicInteger();

        @Override
        public String greet() {
            greeted.incrementAndGet();
            return "hello";
        }

        @Override
        public CompletableFuture<String> never() {
            called.incrementAndGet();
            return new CompletableFuture<>();
        }
    }

    @Test
    @Shows("hedge-budget")
    void asManyCallsAreHedgedAsIsSaid() {
        List<Sleeper> sleepers = List.of(new Sleeper(), new Sleeper());
        sleepers.forEach(each -> processes.serve("slow", server -> server.export(Slow.class, each)));
        MoaClient client = processes.client("caller");
        Slow slow = client.stub(Slow.class);
        soon().until(
                        () -> slow.greet().equals("hello")
                                && sleepers.stream().allMatch(each -> each.greeted.get() > 0),
                        () -> "only one is connected");
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            calls.add(slow.never());
        }
        // Without a share of their own ten of these would be, which is the least in ten seconds.
        soon().until(
                        () -> sleepers.stream()
                                        .mapToInt(each -> each.called.get())
                                        .sum()
                                == 80,
                        () -> sleepers.get(0).called + " and " + sleepers.get(1).called + " of 40 calls arrived");
        calls.forEach(each -> each.cancel(false));
    }
}
