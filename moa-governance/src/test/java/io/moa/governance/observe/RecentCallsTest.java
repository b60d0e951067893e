package io.moa.governance.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.observe.CallEnd;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentCallsTest {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final MethodId METHOD = MethodId.parse("count()");
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);
    private static final Reply FAILED = Reply.failure(Status.UNAVAILABLE, Executed.NO, "nobody");
    private static final Invocation CALL = Invocation.of(
                    SERVICE, METHOD, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, 0))
            .build();

    private final FakeTicker ticker = new FakeTicker();
    private final RecentCalls recent = new RecentCalls(ticker);
    private final MethodObserver count = recent.of(SERVICE, METHOD);

    private void call(MethodObserver method, Reply reply, long nanos) {
        method.began(CALL).ended(CALL, reply, nanos);
    }

    private MethodMinute minute() {
        assertThat(recent.minutes()).hasSize(1);
        return recent.minutes().get(0);
    }

    @Test
    void eachCallIsCountedInTheSecondInWhichItEnds() {
        CallEnd long1 = count.began(CALL);
        call(count, DONE, 5);
        call(count, FAILED, 7);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(minute().inFlight()).isEqualTo(1);
        long1.ended(CALL, DONE, 2_000_000_000);
        count.refused(CALL, RefusalCause.RATE);
        MethodMinute minute = minute();
        assertThat(minute.service()).isEqualTo("shop.Stock");
        assertThat(minute.method()).isEqualTo("count");
        assertThat(minute.inFlight()).isZero();
        assertThat(minute.seconds()).hasSize(60);
        assertThat(minute.seconds().subList(0, 4))
                .containsExactly(
                        new CallSecond(1, 0, 1, 2_000_000_000, 2_000_000_000),
                        CallSecond.EMPTY,
                        new CallSecond(2, 1, 0, 12, 7),
                        CallSecond.EMPTY);
    }

    @Test
    void theLastSecondsAreThoseThatAreOver() {
        for (int i = 0; i < 10; i++) {
            call(count, DONE, 1);
            ticker.advance(Duration.ofSeconds(1));
        }
        call(count, FAILED, 100);
        assertThat(minute().last(3)).isEqualTo(new CallSecond(3, 0, 0, 3, 1));
        assertThat(minute().last(59)).isEqualTo(new CallSecond(10, 0, 0, 10, 1));
    }

    @Test
    void aSecondIsForgottenAfterAMinute() {
        call(count, DONE, 1);
        ticker.advance(Duration.ofSeconds(59));
        assertThat(minute().last(59).ended()).isEqualTo(1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(recent.minutes()).isEmpty();
        call(count, DONE, 1);
        assertThat(minute().last(59).ended()).isZero();
        assertThat(minute().seconds().get(0).ended()).isEqualTo(1);
    }

    @Test
    void whatIsBeyondTheBoundIsCountedTogetherUntilSomebodyGivesWay() {
        for (int i = 0; i < 1_000_000; i++) {
            call(recent.of(SERVICE, new MethodId("m" + i, "()")), DONE, 1);
        }
        List<MethodMinute> minutes = recent.minutes();
        assertThat(minutes).hasSize(RecentCalls.METHODS + 1);
        assertThat(minutes.get(RecentCalls.METHODS).method()).isEqualTo("other");
        assertThat(minutes.get(RecentCalls.METHODS).seconds().get(0).ended())
                .isEqualTo(1_000_000 - RecentCalls.METHODS);
        ticker.advance(Duration.ofMinutes(1));
        call(count, DONE, 1);
        assertThat(minute().method()).isEqualTo("count");
    }

    @Test
    void aMethodThatGaveWayIsCountedAnewAndACallEndsWhereItBegan() {
        CallEnd last = null;
        for (int i = 0; i < RecentCalls.METHODS; i++) {
            call(recent.of(SERVICE, new MethodId("m" + i, "()")), DONE, 1);
        }
        MethodObserver first = recent.of(SERVICE, new MethodId("m0", "()"));
        last = first.began(CALL);
        ticker.advance(Duration.ofMinutes(1));
        call(count, DONE, 1); // for which all give way but m0
        assertThat(recent.minutes()).extracting(MethodMinute::method).containsExactly("count", "m0");
        last.ended(CALL, DONE, 1);
        assertThat(recent.minutes()).extracting(MethodMinute::inFlight).containsExactly(0L, 0L);
        MethodObserver second = recent.of(SERVICE, new MethodId("m1", "()"));
        call(second, DONE, 1);
        assertThat(recent.minutes()).extracting(MethodMinute::method).containsExactly("count", "m0", "m1");
    }
}
