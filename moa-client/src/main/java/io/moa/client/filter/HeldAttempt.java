package io.moa.client.filter;

import io.moa.client.cluster.Attempt;
import io.moa.governance.rule.Fault;
import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that a rule holds back for a while, on nobody's thread; then it fails, if the rule says so, or goes on. It ends sooner with its
 * deadline, or if it is withdrawn. Like one that a slow server holds it can be hedged. Safe for many threads.
 */
final class HeldAttempt extends Attempt implements Runnable, Cancellation.Listener {

    private final Invocation call;
    private final Fault fault;
    private final @Nullable Reply failure;
    private final Invoker next;
    private final Ticker ticker;
    private final AtomicBoolean decided = new AtomicBoolean();
    private boolean late; // its time is up before the rule lets it go
    private volatile Scheduler.@Nullable Timer timer;

    /**
     * One that does not wait yet.
     *
     * @param failure how it ends then; null if it goes on
     */
    HeldAttempt(Invocation call, Fault fault, @Nullable Reply failure, Invoker next, Ticker ticker) {
        this.call = call;
        this.fault = fault;
        this.failure = failure;
        this.next = next;
        this.ticker = ticker;
    }

    void begin(Scheduler scheduler) {
        long remaining =
                call.deadline().isNone() ? Long.MAX_VALUE : call.deadline().remainingNanos(ticker.nanos());
        late = remaining <= fault.delayNanos();
        try {
            timer = scheduler.schedule(this, Math.min(remaining, fault.delayNanos()));
        } catch (RejectedExecutionException runtimeClosed) {
            run();
            return;
        }
        call.cancellation().add(this);
        if (decided.get()) {
            leave(); // it was decided before it was on the list
        }
    }

    @Override
    public void run() {
        if (!decide()) {
            return;
        }
        if (late) {
            timeOut();
        } else if (failure != null) {
            end(failure);
        } else {
            goOn();
        }
    }

    private void goOn() {
        CompletableFuture<Reply> rest;
        try {
            rest = next.invoke(call);
        } catch (RuntimeException | Error e) { // such as for a payload that an interrupted caller has given up
            end(Backstop.broken(call, e));
            return;
        }
        rest.whenComplete((reply, thrown) -> end(
                reply != null
                        ? reply
                        : Backstop.broken(call, thrown == null ? new NullPointerException("no reply") : thrown)));
    }

    /** Of a server that is slow nobody could tell whether it ran; so it is with one that was made slow. */
    private void timeOut() {
        end(call.timedOut(Executed.MAYBE, ticker.nanos(), "held back on purpose, " + fault.sentence()));
    }

    @Override
    public void cancelled(Cancellation.Reason reason) {
        if (!decide()) {
            return;
        }
        if (reason == Cancellation.Reason.DEADLINE) {
            timeOut(); // whoever waits for the call was faster than our timer
        } else {
            end(Reply.failure(
                    Status.CANCELLED,
                    Executed.NO,
                    "The call was withdrawn (" + reason + ") while it was held back, " + fault.sentence()));
        }
    }

    private boolean decide() {
        if (!decided.compareAndSet(false, true)) {
            return false;
        }
        leave();
        return true;
    }

    private void leave() {
        Scheduler.Timer running = timer;
        if (running != null) {
            running.cancel();
        }
        call.cancellation().remove(this);
    }
}
