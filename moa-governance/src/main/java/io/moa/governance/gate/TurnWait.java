package io.moa.governance.gate;

import io.moa.invoke.Admission;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call that waits for its turn at a gate, without a thread: it goes on, or it is withdrawn and gives its turn back. Safe for many threads. */
final class TurnWait implements Cancellation.Listener {

    private final Invocation call;
    private final Admission.Turn turn;
    private final Function<Admission, CompletableFuture<Reply>> then;
    private final Ticker ticker;
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Scheduler.@Nullable Timer timer;

    private TurnWait(
            Invocation call, Admission.Turn turn, Function<Admission, CompletableFuture<Reply>> then, Ticker ticker) {
        this.call = call;
        this.turn = turn;
        this.then = then;
        this.ticker = ticker;
    }

    /**
     * Begins to wait.
     *
     * @param then what follows when the turn has come
     * @return the reply, of the call or of its end before
     */
    static CompletableFuture<Reply> begin(
            Invocation call,
            Admission.Later later,
            Function<Admission, CompletableFuture<Reply>> then,
            Scheduler scheduler,
            Ticker ticker) {
        TurnWait wait = new TurnWait(call, later.turn(), then, ticker);
        call.payload().retain(); // whoever made the call may give it up, and free its own, while it goes on
        try {
            wait.timer = scheduler.schedule(wait::come, later.delayNanos());
        } catch (RejectedExecutionException runtimeClosed) {
            wait.over.set(true);
            wait.giveUp(Status.UNAVAILABLE, "waited for its turn at a limit when this process was closed");
            return wait.reply;
        }
        call.cancellation().add(wait);
        if (wait.over.get()) {
            call.cancellation().remove(wait);
        }
        return wait.reply;
    }

    private void come() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        call.cancellation().remove(this);
        if (call.deadline().expired(ticker.nanos())) {
            giveUp(Status.DEADLINE_EXCEEDED, "waited for its turn at a limit until its time was up");
            return;
        }
        try {
            then.apply(turn.begin()).whenComplete((value, thrown) -> {
                call.payload().release();
                if (thrown == null) {
                    reply.complete(value);
                } else {
                    reply.completeExceptionally(
                            thrown); // a breach of contract below, for the caller of the route to name
                }
            });
        } catch (Throwable thrown) {
            call.payload().release();
            reply.completeExceptionally(thrown);
        }
    }

    @Override
    public void cancelled(Cancellation.Reason reason) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        Scheduler.Timer running = timer;
        if (running != null) {
            running.cancel();
        }
        if (reason == Cancellation.Reason.DEADLINE) {
            giveUp(Status.DEADLINE_EXCEEDED, "waited for its turn at a limit until its time was up");
        } else {
            giveUp(Status.CANCELLED, "was withdrawn (" + reason + ") while it waited for its turn at a limit");
        }
    }

    private void giveUp(Status status, String why) {
        turn.giveBack();
        call.payload().release();
        reply.complete(Reply.failure(
                status,
                Executed.NO,
                "The call to " + call.service() + " " + call.method() + " " + why + "; it was not run"));
    }
}
