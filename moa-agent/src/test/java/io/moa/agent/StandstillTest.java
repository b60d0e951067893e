package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class StandstillTest {

    private final FakeScheduler scheduler = new FakeScheduler();
    private final Standstill standstill = new Standstill(scheduler.ticker(), scheduler);

    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    private boolean isOver() {
        return standstill.isOver(scheduler.ticker().nanos());
    }

    /** Time goes on, and nothing runs. */
    private void stoppedFor(long millis) {
        scheduler.ticker().advance(ms(millis));
    }

    @Test
    void aProcessThatRunsHasNotStoodStill() {
        standstill.begin();
        for (int i = 0; i < 1_000; i++) {
            scheduler.advance(ms(7));
            assertThat(isOver()).isFalse();
        }
    }

    @Test
    void aBeatThatIsALittleLateIsNone() {
        standstill.begin();
        scheduler.advance(ms(50));
        stoppedFor(200);
        assertThat(isOver()).isFalse();
        scheduler.runDue();
        assertThat(isOver()).isFalse();
    }

    @Test
    void whatIsReadBeforeTheBeatComesMayBeOld() {
        standstill.begin();
        stoppedFor(201);
        assertThat(isOver()).isTrue();
    }

    @Test
    void soMayBeWhatIsReadForAWhileAfterIt() {
        standstill.begin();
        stoppedFor(5_000);
        scheduler.runDue();
        assertThat(isOver()).isTrue();
        scheduler.advance(ms(49));
        assertThat(isOver()).isTrue();
        scheduler.advance(ms(1));
        assertThat(isOver()).isFalse();
        assertThat(isOver()).isFalse();
    }

    @Test
    void eachStandstillIsOneOfItsOwn() {
        standstill.begin();
        for (int i = 0; i < 3; i++) {
            stoppedFor(1_000);
            scheduler.runDue();
            assertThat(isOver()).isTrue();
            scheduler.advance(ms(100));
            assertThat(isOver()).isFalse();
        }
    }

    @Test
    void whoClosesItEndsItsBeat() {
        standstill.begin();
        scheduler.advance(ms(50));
        standstill.close();
        scheduler.advance(ms(50));
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void aRuntimeThatIsClosedEndsIt() {
        Standstill late = new Standstill(scheduler.ticker(), (task, delay) -> {
            throw new RejectedExecutionException("closed");
        });
        late.begin();
        assertThat(late.isOver(scheduler.ticker().nanos())).isFalse();
    }

    @Test
    void eachIsCountedOnceWhoeverSeesItFirst() {
        standstill.begin();
        assertThat(standstill.count()).isZero();
        stoppedFor(201);
        assertThat(standstill.count()).isOne();
        assertThat(isOver()).isTrue();
        scheduler.runDue();
        assertThat(standstill.count()).isOne();
        scheduler.advance(ms(1_000));
        assertThat(standstill.count()).isOne();
        stoppedFor(201);
        scheduler.runDue();
        assertThat(standstill.count()).isEqualTo(2);
    }

    // ---- calls whose makers cannot be asked

    private final Reply value = new Reply.Value(Payload.EMPTY);
    private final List<Invocation> made = new ArrayList<>();

    private Invocation call() {
        return Invocation.of(
                        ServiceId.of("shop.Stock"),
                        MethodId.parse("count()"),
                        Payload.EMPTY,
                        new Ledger(Phase.SERVER_QUEUE, scheduler.ticker().nanos()))
                .build();
    }

    private CompletableFuture<Reply> read(Invocation call) {
        return standstill.heldAfter(call, each -> {
            made.add(each);
            return CompletableFuture.completedFuture(value);
        });
    }

    @Test
    void usuallyACallIsMadeAtOnce() {
        standstill.begin();
        assertThat(read(call())).isCompletedWithValue(value);
    }

    @Test
    void afterwardsItIsHeldForAMoment() {
        standstill.begin();
        stoppedFor(1_000);
        CompletableFuture<Reply> reply = read(call());
        assertThat(made).isEmpty();
        scheduler.advance(Duration.ofNanos(Standstill.HOLD_NANOS - 1));
        assertThat(reply).isNotDone();
        scheduler.advance(Duration.ofNanos(1));
        assertThat(reply).isCompletedWithValue(value);
        assertThat(made).hasSize(1);
    }

    @Test
    void aCallThatIsWithdrawnMeanwhileIsNotMade() {
        standstill.begin();
        stoppedFor(1_000);
        Invocation call = call();
        CompletableFuture<Reply> reply = read(call);
        call.cancellation().fire(Cancellation.Reason.CONNECTION_LOST);
        scheduler.advance(Duration.ofNanos(Standstill.HOLD_NANOS));
        assertThat(reply.getNow(value)).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
            assertThat(failure.status()).isEqualTo(Status.CANCELLED);
            assertThat(failure.executed()).isEqualTo(Executed.NO);
            assertThat(failure.message()).contains("withdrawn while this agent stood still");
        });
        assertThat(made).isEmpty();
    }
}
