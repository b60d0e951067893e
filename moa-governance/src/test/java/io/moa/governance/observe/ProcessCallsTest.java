package io.moa.governance.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.RuleSet;
import io.moa.discovery.ServiceId;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.observe.BreakerState;
import io.moa.observe.CallObserver;
import io.moa.observe.FollowedFigures;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.observe.ServerFigures;
import io.moa.observe.WorkerFigures;
import io.moa.operations.BreakerReport;
import io.moa.operations.CallOrder;
import io.moa.operations.FollowedReport;
import io.moa.operations.MethodReport;
import io.moa.operations.ProcessReport;
import io.moa.operations.ServerReport;
import io.moa.operations.WorkersReport;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProcessCallsTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");
    private static final MethodId COUNT = MethodId.parse("count(int)");
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);
    private static final Reply FAILED = Reply.failure(Status.UNAVAILABLE, Executed.NO, "nobody");
    private static final RuleBook NO_RULES = RuleBook.none(new LocalProcess("uuid-1", "web", Map.of()));
    private static final Invocation CALL = Invocation.of(STOCK, COUNT, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, 0))
            .build();

    private final FakeTicker ticker = new FakeTicker();
    private final ProcessCalls calls = new ProcessCalls(ticker);
    private final CallObserver client = calls.ofClient();
    private final CallObserver server = calls.ofServer();

    /** What a client knows of a service. */
    private record Followed(int instances, int usable, int ejected, long ageNanos) implements FollowedFigures {}

    /** How busy a pool is. */
    private record Pool(String name, int running, int queued, int limit) implements WorkerFigures {}

    /** How busy a server is. */
    private record Busy(int connections, long heldBytes, List<WorkerFigures> workers) implements ServerFigures {}

    private static void call(MethodObserver method, Reply reply, Duration took) {
        method.began(CALL).ended(CALL, reply, took.toNanos());
    }

    private static void call(MethodObserver method, int times, Reply reply, Duration took) {
        for (int i = 0; i < times; i++) {
            call(method, reply, took);
        }
    }

    private MethodObserver made(String method) {
        return client.of(STOCK, new MethodId(method, "()"));
    }

    private ProcessReport report(int seconds, int most, CallOrder order) {
        return calls.report(NO_RULES, seconds, most, order);
    }

    private ProcessReport report() {
        return report(10, 100, CallOrder.CALLS);
    }

    @Test
    void callsThatAreMadeAndServedAreToldApart() {
        call(client.of(STOCK, COUNT), 3, DONE, Duration.ofMillis(1));
        call(server.of(STOCK, COUNT), 2, FAILED, Duration.ofMillis(1));
        ticker.advance(Duration.ofSeconds(1));
        ProcessReport report = report();
        assertThat(report.application()).isEqualTo("web");
        assertThat(report.instance()).isEqualTo("uuid-1");
        assertThat(report.made().total().ended()).isEqualTo(3);
        assertThat(report.made().total().failed()).isZero();
        assertThat(report.served().total().ended()).isEqualTo(2);
        assertThat(report.served().total().failed()).isEqualTo(2);
        assertThat(report.made().first())
                .containsExactly(new MethodReport(
                        "shop.Stock", "count", 0, 3, 0, 0, 1_000_000, 1_000_000, 1_000_000, 1_000_000));
    }

    @Test
    void theFiguresAreOfWholeSecondsThatAreOverAsManyAsThereAre() {
        MethodObserver count = made("count");
        call(count, 1, DONE, Duration.ofMillis(1));
        assertThat(report().seconds()).isZero();
        assertThat(report().made().methods()).isZero();
        for (int i = 0; i < 20; i++) {
            ticker.advance(Duration.ofSeconds(1));
            assertThat(report(10, 1, CallOrder.CALLS).seconds()).isEqualTo(Math.min(10, i + 1));
            call(count, 1, DONE, Duration.ofMillis(1));
        }
        assertThat(report(10, 1, CallOrder.CALLS).made().total().ended()).isEqualTo(10);
        assertThat(report(59, 1, CallOrder.CALLS).made().total().ended()).isEqualTo(20);
        ticker.advance(Duration.ofSeconds(59));
        assertThat(report(59, 1, CallOrder.CALLS).made().total().ended())
                .as("the latest call was 59 seconds ago")
                .isEqualTo(1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(report(59, 1, CallOrder.CALLS).made().methods()).isZero();
    }

    @Test
    void aSecondThatComesAgainHasNoTimesOfTheMinuteBefore() {
        MethodObserver count = made("count");
        call(count, 100, DONE, Duration.ofNanos(100_000));
        ticker.advance(Duration.ofMinutes(1));
        call(count, 1, DONE, Duration.ofMillis(1));
        ticker.advance(Duration.ofSeconds(1));
        assertThat(report().made().total().p99Nanos()).isEqualTo(1_000_000);
    }

    @Test
    void aPercentileIsNeverTooLowAndAtMostAQuarterTooHigh() {
        Random chance = new Random(11);
        long[] took = LongStream.generate(() -> (long) (50_000 * Math.exp(chance.nextGaussian() * 2)) + 20_000)
                .limit(5_000)
                .toArray();
        MethodObserver count = made("count");
        for (long nanos : took) {
            call(count, DONE, Duration.ofNanos(nanos));
            if (chance.nextInt(1_000) == 0) {
                ticker.advance(Duration.ofSeconds(1));
            }
        }
        ticker.advance(Duration.ofSeconds(1));
        Arrays.sort(took);
        MethodReport told = report(59, 1, CallOrder.CALLS).made().first().get(0);
        assertThat(told.ended()).isEqualTo(5_000);
        assertThat(told.p50Nanos()).isBetween(took[2_499], took[2_499] * 5 / 4);
        assertThat(told.p99Nanos()).isBetween(took[4_949], took[4_949] * 5 / 4);
        assertThat(told.longestNanos()).isEqualTo(took[4_999]);
        assertThat(told.meanNanos()).isEqualTo(LongStream.of(took).sum() / 5_000);
    }

    @Test
    void whoComesFirstIsAsItWasAskedFor() {
        call(made("often"), 30, DONE, Duration.ofMillis(1));
        call(made("slow"), 2, DONE, Duration.ofSeconds(1));
        call(made("bad"), 3, FAILED, Duration.ofMillis(2));
        made("refused").refused(CALL, RefusalCause.RATE);
        assertThat(made("open").began(CALL)).isNotNull();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(first(CallOrder.CALLS)).isEqualTo("often");
        assertThat(first(CallOrder.FAILED)).isEqualTo("bad");
        assertThat(first(CallOrder.P99)).isEqualTo("slow");
        assertThat(first(CallOrder.REFUSED)).isEqualTo("refused");
        assertThat(first(CallOrder.IN_FLIGHT)).isEqualTo("open");
        assertThat(report().made().first())
                .extracting(MethodReport::method)
                .containsExactly("often", "bad", "slow", "open", "refused");
        assertThat(report().made().methods()).isEqualTo(5);
    }

    private String first(CallOrder order) {
        List<MethodReport> first = report(10, 1, order).made().first();
        assertThat(first).hasSize(1);
        return first.get(0).method();
    }

    @Test
    void ofAThousandMethodsThoseAreToldThatWereAskedForAndAllAreCounted() {
        for (int i = 0; i < 1_500; i++) {
            call(made("m" + i), i % 50 + 1, DONE, Duration.ofMillis(1));
        }
        ticker.advance(Duration.ofSeconds(1));
        ProcessReport report = report(10, 5, CallOrder.CALLS);
        assertThat(report.made().first()).hasSize(5);
        assertThat(report.made().first().get(0).method())
                .as("all beyond the bound")
                .isEqualTo("other");
        assertThat(report.made().first().get(1).ended()).isEqualTo(50);
        assertThat(report.made().methods()).isEqualTo(RecentCalls.METHODS + 1);
        assertThat(report.made().total().ended()).isEqualTo(30L * 50 * 51 / 2);
    }

    @Test
    void aBreakerIsToldUntilItIsClosedOrItsServiceIsLetGoOf() {
        MethodObserver count = client.of(STOCK, COUNT);
        MethodObserver other = client.of(STOCK, MethodId.parse("count()"));
        count.breaker(BreakerState.CLOSED);
        assertThat(report().breakers()).isEmpty();
        count.breaker(BreakerState.OPEN);
        other.breaker(BreakerState.HALF_OPEN);
        assertThat(report().breakers())
                .containsExactly(
                        new BreakerReport("shop.Stock", "count()", "HALF_OPEN"),
                        new BreakerReport("shop.Stock", "count(int)", "OPEN"));
        assertThat(report(10, 1, CallOrder.CALLS).breakers()).hasSize(1);
        assertThat(report(10, 1, CallOrder.CALLS).breakersNotClosed()).isEqualTo(2);
        count.breaker(BreakerState.CLOSED);
        assertThat(report().breakers()).extracting(BreakerReport::method).containsExactly("count()");
        client.letGo(STOCK);
        assertThat(report().breakers()).isEmpty();
    }

    @Test
    void servicesInTroubleComeFirst() {
        client.follows(ServiceId.of("well"), new Followed(3, 3, 0, 5));
        client.follows(ServiceId.of("old"), new Followed(3, 3, 0, 50));
        client.follows(ServiceId.of("one.away"), new Followed(3, 3, 1, 5));
        client.follows(ServiceId.of("nobody"), new Followed(0, 0, 0, -1));
        Instance instance = Instance.builder("683a2d6a-1", "stock")
                .addresses(List.of(new Address.Tcp("10.0.0.7", 9000)))
                .build();
        client.ejected(ServiceId.of("one.away"), instance, "5 calls in a row failed");
        client.ejected(ServiceId.of("well"), instance, "it is back already");
        client.ejected(ServiceId.of("unknown"), instance, "nobody follows it");
        assertThat(report().followed())
                .containsExactly(
                        new FollowedReport("nobody", 0, 0, 0, -1, ""),
                        new FollowedReport(
                                "one.away", 3, 3, 1, 5, "stock@tcp://10.0.0.7:9000#683a2d6a: 5 calls in a row failed"),
                        new FollowedReport("old", 3, 3, 0, 50, ""),
                        new FollowedReport("well", 3, 3, 0, 5, ""));
        assertThat(report(10, 1, CallOrder.CALLS).followed()).hasSize(1);
        assertThat(report(10, 1, CallOrder.CALLS).servicesFollowed()).isEqualTo(4);
        client.letGo(ServiceId.of("old"));
        assertThat(report().servicesFollowed()).isEqualTo(3);
    }

    @Test
    void aServerTellsOfItsBusiestPools() {
        assertThat(report().servers()).as("none has begun").isEmpty();
        server.serves(new Busy(
                7, 1_024, List.of(new Pool("idle", 0, 0, 8), new Pool("full", 8, 3, 8), new Pool("some", 4, 0, 8))));
        assertThat(report(10, 2, CallOrder.CALLS).servers())
                .containsExactly(new ServerReport(
                        7, 1_024, 3, List.of(new WorkersReport("full", 8, 3, 8), new WorkersReport("some", 4, 0, 8))));
        server.close();
        assertThat(report().servers()).isEmpty();
    }

    @Test
    void aClientThatIsClosedIsForgottenAndItsCallsAreCountedStill() {
        CallObserver second = calls.ofClient();
        second.follows(STOCK, new Followed(1, 1, 0, 5));
        second.of(STOCK, COUNT).breaker(BreakerState.OPEN);
        call(second.of(STOCK, COUNT), DONE, Duration.ofMillis(1));
        call(client.of(STOCK, COUNT), DONE, Duration.ofMillis(1));
        second.close();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(report().followed()).isEmpty();
        assertThat(report().breakers()).isEmpty();
        assertThat(report().made().total().ended()).isEqualTo(2);
    }

    @Test
    void namesThatOthersChoseAreCutAndBounded() {
        call(made("x".repeat(100_000)), DONE, Duration.ofMillis(1));
        for (int i = 0; i < 2 * ProcessCalls.NAMES; i++) {
            made("m" + i).breaker(BreakerState.OPEN);
            client.follows(ServiceId.of("s" + i), new Followed(1, 1, 0, 5));
        }
        ticker.advance(Duration.ofSeconds(1));
        assertThat(report().made().first().get(0).method()).hasSize(300);
        assertThat(report().breakersNotClosed()).isEqualTo(ProcessCalls.NAMES);
        assertThat(report().servicesFollowed()).isEqualTo(ProcessCalls.NAMES);
    }

    @Test
    void theRulesThatAreHeldAreTold() {
        assertThat(report().rulesVersion()).isEmpty();
        RuleSet told = new RuleSet(3, Map.of("slow", "text"), Map.of(), "17-0", Map.of());
        RuleBook book = NO_RULES.next(
                told,
                Map.of("slow", Map.of("kind", "policy", "service", "shop.Stock", "set", Map.of("timeout", "2s"))),
                Map.of());
        ProcessReport report = calls.report(book, 10, 1, CallOrder.CALLS);
        assertThat(report.rulesVersion()).isEqualTo(book.version()).contains("17-0");
        assertThat(report.rules()).isEqualTo(1);
    }

    @Test
    void whatCannotBeAnsweredIsRefusedWithTheRange() {
        assertThatThrownBy(() -> report(0, 1, CallOrder.CALLS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The seconds to look back are 1 to 59, not 0");
        assertThatThrownBy(() -> report(60, 1, CallOrder.CALLS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> report(10, 0, CallOrder.CALLS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> report(10, 101, CallOrder.CALLS)).isInstanceOf(IllegalArgumentException.class);
    }
}
