package io.moa.client.mesh;

import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.transport.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way through an agent, and its reply. If the agent turns out to be gone, the call goes the next way where that cannot run it twice,
 * or may. Safe for many threads.
 */
final class MeshedCall extends CompletableFuture<Reply>
        implements BiConsumer<@Nullable Reply, @Nullable Throwable>, Ledger.SilenceListener {

    private final Invocation call;
    private final Connection agent;
    private final Onward next;
    private final Ticker ticker;
    private final Consumer<Connection> silence;
    private boolean left; // for the next way; guarded by this

    /** The ways behind this one. */
    @FunctionalInterface
    interface Onward {
        /** Makes the call another way. */
        CompletableFuture<Reply> go(Invocation call, Reply.Failure before);
    }

    /**
     * One that has not begun.
     *
     * @param silence is told when the agent's connection has heard nothing, whatever becomes of this call
     */
    MeshedCall(Invocation call, Connection agent, Onward next, Ticker ticker, Consumer<Connection> silence) {
        this.call = call;
        this.agent = agent;
        this.next = next;
        this.ticker = ticker;
        this.silence = silence;
    }

    /** Sends it, as the agent knows it. */
    void begin(Announcement.Named named) {
        Hop hop = call.hop();
        Ledger ledger = call.ledger();
        ledger.enter(Phase.PICK, ticker.nanos());
        ledger.sentTo(agent.peer().instance());
        ledger.onSilence(this);
        agent.invoke(call.toBuilder()
                        .attributes(named.attributes())
                        .hop(new Hop(
                                hop.attempt(),
                                hop.isRepeatedHere() ? Seat.LOCAL : Seat.NONE,
                                hop.hopsLeft(),
                                Seat.NONE))
                        .build())
                .whenComplete(this);
    }

    @Override
    public void accept(@Nullable Reply ended, @Nullable Throwable broken) {
        Reply reply = ended != null
                ? ended
                : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken);
        boolean over;
        boolean goesOn;
        synchronized (this) {
            over = left;
            goesOn = !over && reply instanceof Reply.Failure failure && goesOn(failure);
            left |= goesOn;
        }
        if (goesOn) {
            goOn((Reply.Failure) reply);
        } else if (over || !complete(reply)) {
            free(reply);
        }
    }

    /** Whether it is the agent that failed, and the call may go another way. */
    private boolean goesOn(Reply.Failure failure) {
        if (isGivenUp()) {
            return false;
        }
        boolean orphaned = failure.hints().orphaned() && mayRunTwice();
        boolean notItsOwn = failure.status() == Status.UNSUPPORTED && failure.executed() == Executed.NO;
        boolean gone = !agent.usable()
                && (failure.status() == Status.UNAVAILABLE || failure.status() == Status.DRAINING)
                && (failure.executed() == Executed.NO || mayRunTwice());
        return notItsOwn || gone || orphaned;
    }

    /** Whether nobody waits for it any more. */
    private boolean isGivenUp() {
        return call.cancellation().isCancelled() || call.deadline().expired(ticker.nanos());
    }

    private boolean mayRunTwice() {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        return policy != null && policy.isIdempotent() && !call.oneWay();
    }

    @Override
    public void silent(Cancellation.Listener attempt) {
        silence.accept(agent); // first: whatever goes on now, and is called from now on, does not go there
        if (!mayRunTwice() || isGivenUp()) {
            return; // it may be running there: its answer is waited for
        }
        synchronized (this) {
            if (left || isDone()) {
                return;
            }
            left = true;
        }
        attempt.cancelled(Cancellation.Reason.SUPERSEDED);
        goOn(Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "The agent at " + agent.address() + " says nothing"));
    }

    private void goOn(Reply.Failure before) {
        call.ledger().enter(Phase.CLIENT_QUEUE, ticker.nanos());
        call.ledger().ledTo(null); // where that agent led it says nothing of the next way
        boolean mayHaveRun = before.executed() != Executed.NO;
        Invocation again =
                mayHaveRun ? call.withHop(call.hop().withAttempt(call.hop().attempt() + 1)) : call;
        CompletableFuture<Reply> later;
        try {
            later = next.go(again, before);
        } catch (RuntimeException | Error e) {
            complete(Backstop.broken(call, e));
            return;
        }
        later.whenComplete((reply, broken) -> {
            Reply end = reply != null
                    ? reply
                    : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken);
            if (!complete(mayHaveRun ? ofBoth(end) : end)) {
                free(end);
            }
        });
    }

    /** The later attempt knows only of itself; "did not run" must be true of the call. */
    private static Reply ofBoth(Reply last) {
        return last instanceof Reply.Failure failure && failure.executed() == Executed.NO
                ? new Reply.Failure(
                        failure.status(),
                        Executed.MAYBE,
                        failure.message() + " (sent before by an agent that was lost, where it may have run)",
                        failure.error(),
                        failure.hints(),
                        failure.cause())
                : last;
    }

    private static void free(Reply reply) {
        if (reply instanceof Reply.Value value) {
            value.payload().release();
        }
    }
}
