package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.CallKey;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.Fallback;
import io.moa.annotation.MoaService;
import io.moa.annotation.RateLimit;
import io.moa.annotation.RateShape;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.server.ExportConfig;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rates over sockets: their shapes, waits, and what is counted together. The time of who counts is moved by the test. */
@Timeout(120)
class RateLimitsTest {

    /** A method for each kind of rate. */
    @MoaService(name = "rates.Shop")
    @io.moa.annotation.Timeout(millis = 60_000)
    public interface Shop {
        int free();

        @RateLimit(perSecond = 10, shape = RateShape.SLIDING_WINDOW)
        int window();

        @RateLimit(perSecond = 10, shape = RateShape.PACING, waitMillis = 500)
        CompletableFuture<Integer> paced();

        @RateLimit(perSecond = 10, shape = RateShape.PACING, waitMillis = 500, at = EnforcedAt.CALLER)
        CompletableFuture<Integer> pacedHere();

        @RateLimit(perSecond = 90, burst = 90, warmUpMillis = 60_000)
        int cold();

        @RateLimit(perSecond = 1, burst = 3, per = "caller", exempt = "console*")
        int perCaller();

        @RateLimit(perSecond = 1, burst = 3, per = "key:customer", at = EnforcedAt.CALLER)
        int perCustomer(@CallKey("customer") String customer);

        @RateLimit(perSecond = 1, burst = 3, per = "service")
        int one();

        @RateLimit(perSecond = 1, burst = 3, per = "service")
        int other();

        @RateLimit(perSecond = 1, burst = 1)
        @Fallback(method = "fewer")
        int degrading();

        /** Answers for {@link #degrading}. */
        default int fewer(Throwable why) {
            return why instanceof CallException refused && refused.status() == Status.REJECTED ? -1 : -2;
        }
    }

    private static final class Answers implements Shop {
        private final AtomicInteger ran = new AtomicInteger();

        @Override
        public int free() {
            return ran.incrementAndGet();
        }

        @Override
        public int window() {
            return free();
        }

        @Override
        public CompletableFuture<Integer> paced() {
            return CompletableFuture.completedFuture(free());
        }

        @Override
        public CompletableFuture<Integer> pacedHere() {
            return paced();
        }

        @Override
        public int cold() {
            return free();
        }

        @Override
        public int perCaller() {
            return free();
        }

        @Override
        public int perCustomer(String customer) {
            return free();
        }

        @Override
        public int one() {
            return free();
        }

        @Override
        public int other() {
            return free();
        }

        @Override
        public int degrading() {
            return free();
        }
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final FakeScheduler there = new FakeScheduler(); // the provider's time
    private final FakeScheduler here = new FakeScheduler(); // the caller's
    private final Answers answers = new Answers();
    private MoaClient client;
    private Shop shop;

    @BeforeEach
    void start() {
        processes.serve(
                processes.moa("shop", moa -> moa.ticker(there.ticker()).scheduler(there)),
                server -> server.export(Shop.class, answers, ExportConfig.DEFAULT));
        client = processes.client(
                processes.moa("web", moa -> moa.ticker(here.ticker()).scheduler(here)), any -> any);
        shop = client.stub(Shop.class);
        assertThat(shop.free()).as("connected").isOne();
        answers.ran.set(0);
    }

    /** How many of so many are not refused. */
    private static int admitted(int calls, Supplier<Integer> call) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            try {
                Integer unused = call.get();
                admitted++;
            } catch (CallException refused) {
                assertThat(refused.status()).isEqualTo(Status.REJECTED);
            }
        }
        return admitted;
    }

    private static List<CompletableFuture<Integer>> many(int calls, Supplier<CompletableFuture<Integer>> call) {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            all.add(call.get());
        }
        return all;
    }

    private static long ended(List<CompletableFuture<Integer>> calls) {
        return calls.stream().filter(CompletableFuture::isDone).count();
    }

    private static long failed(List<CompletableFuture<Integer>> calls) {
        return calls.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .count();
    }

    @Test
    @Shows("rate-shape")
    void aSlidingWindowLetsNoMorePassInAnySecond() {
        assertThat(admitted(30, shop::window)).isEqualTo(10);
        there.ticker().advance(Duration.ofMillis(999));
        assertThat(admitted(30, shop::window)).isZero();
        there.ticker().advance(Duration.ofMillis(1));
        assertThat(admitted(30, shop::window)).isEqualTo(10);
    }

    @Test
    @Shows({"rate-shape", "rate-wait"})
    void callsBeyondTheRateWaitAtTheProviderWithoutAWorkerAndRunOneByOne() {
        List<CompletableFuture<Integer>> calls = many(20, shop::paced);
        soon().until(() -> failed(calls) == 14 && ended(calls) == 15, () -> calls + " of which six are wanted");
        assertThat(shop.free()).as("the others do not wait").isEqualTo(2);
        for (int turn = 1; turn <= 5; turn++) {
            there.advance(Duration.ofMillis(100));
            int ran = 2 + turn;
            soon().until(() -> answers.ran.get() == ran, () -> answers.ran + " ran, and not " + ran);
        }
        soon().until(() -> ended(calls) == 20, () -> "" + calls);
        assertThat(failed(calls)).isEqualTo(14);
    }

    @Test
    @Shows("rate-wait")
    void callsBeyondTheRateWaitAtTheCallerBeforeTheyAreSent() {
        List<CompletableFuture<Integer>> calls = many(20, shop::pacedHere);
        soon().until(() -> ended(calls) == 15, () -> "" + calls);
        assertThat(failed(calls)).isEqualTo(14);
        assertThat(answers.ran).hasValue(1);
        for (int turn = 1; turn <= 5; turn++) {
            here.advance(Duration.ofMillis(100));
            int all = 15 + turn;
            soon().until(() -> ended(calls) == all, () -> "" + calls);
        }
        assertThat(answers.ran).hasValue(6);
    }

    @Test
    void aCallThatIsWithdrawnWhileItWaitsAtTheProviderGivesItsTurnToTheNext() {
        List<CompletableFuture<Integer>> calls = many(6, shop::paced);
        soon().until(() -> answers.ran.get() == 1 && waitingThere() == 5, () -> waitingThere() + " wait");
        calls.get(3).cancel(false);
        soon().until(() -> waitingThere() == 4, () -> "it waits on");
        CompletableFuture<Integer> next = shop.paced();
        soon().until(() -> waitingThere() == 5, () -> "the turn is lost: " + next);
        there.advance(Duration.ofMillis(500));
        soon().until(() -> answers.ran.get() == 6 && next.isDone(), () -> answers.ran + " ran");
    }

    /** Turns that are kept at the provider: they come within the time that a call may wait. */
    private long waitingThere() {
        return there.history().stream()
                .filter(each -> each.fate() == FakeScheduler.Fate.PENDING && each.delayNanos() <= 500_000_000)
                .filter(each -> each.delayNanos() % 100_000_000 == 0)
                .count();
    }

    @Test
    @Shows("rate-warm-up")
    void aColdRateLetsAThirdPass() {
        assertThat(admitted(100, shop::cold)).isEqualTo(30);
    }

    @Test
    @Shows({"rate-per", "rate-exempt"})
    void eachCallerHasItsOwnShareAndWhoIsExemptAnyNumber() {
        assertThat(admitted(10, shop::perCaller)).isEqualTo(3);
        Shop app = processes.client("app").stub(Shop.class);
        assertThat(admitted(10, app::perCaller)).isEqualTo(3);
        Shop again = processes.client("app").stub(Shop.class);
        assertThat(admitted(10, again::perCaller)).as("another process of it").isZero();
        Shop console = processes.client("console-2").stub(Shop.class);
        assertThat(admitted(10, console::perCaller)).isEqualTo(10);
        assertThat(admitted(10, shop::perCaller)).isZero();
    }

    @Test
    @Shows("rate-per")
    void eachValueOfAKeyHasItsOwnShareAndCallsWithoutItAnyNumber() {
        assertThat(admitted(10, () -> shop.perCustomer("7"))).isEqualTo(3);
        assertThat(admitted(10, () -> shop.perCustomer("8"))).isEqualTo(3);
        assertThat(admitted(10, () -> shop.perCustomer(null))).isEqualTo(10);
        String words = "rates.Shop perCustomer is limited to 1 call in a second, 3 at once, for each value of the key"
                + " customer, in each process; this call ";
        assertThat(explained(Map.of("customer", "7")))
                .contains("refused: " + words + "counts for 7 (come again after 1001 ms)");
        assertThat(explained(Map.of("customer", "9"))).contains("  " + words + "counts for 9\n");
        assertThat(explained(Map.of())).contains("  " + words + "has no key customer and is not limited\n");
    }

    private String explained(Map<String, String> keys) {
        CallFacts facts = new CallFacts("", "", false, null, keys, Map.of());
        return client.explain(ServiceId.of("rates.Shop"), "perCustomer", facts).describe();
    }

    @Test
    @Shows("rate-per")
    void allMethodsOfAServiceShareWhatIsSaidForTheService() {
        assertThat(admitted(2, shop::one)).isEqualTo(2);
        assertThat(admitted(10, shop::other)).isEqualTo(1);
        assertThat(admitted(10, shop::one)).isZero();
    }

    @Test
    void aFallbackAnswersWhatIsRefused() {
        assertThat(shop.degrading()).isOne();
        assertThat(shop.degrading()).isEqualTo(-1);
    }

    @Test
    void aRuleTellsCallersApartAndTakesItBack() {
        processes
                .rules()
                .putRule(
                        "each",
                        "{\"kind\": \"policy\", \"service\": \"rates.Shop\", \"method\": \"free\", \"set\":"
                                + " {\"rate-limit\": 2, \"rate-shape\": \"sliding-window\", \"rate-per\": \"caller\","
                                + " \"rate-exempt\": [\"console\"]}}");
        soon().until(() -> admitted(9, shop::free) == 0, () -> "the rule is not heard of");
        Shop app = processes.client("app").stub(Shop.class);
        assertThat(admitted(9, app::free)).isEqualTo(2);
        assertThat(admitted(9, processes.client("console").stub(Shop.class)::free))
                .isEqualTo(9);
        processes.rules().removeRule("each");
        soon().until(() -> admitted(9, app::free) == 9, () -> "the rule is still in force");
    }
}
