package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.transport.Connection;
import io.moa.transport.TransportConfig;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits for a connection, at most until its deadline, and where others can be called no longer than a silence that tells
 * something: a process that is stopped takes connections, and answers none. Safe for many threads.
 */
final class WaitingCall implements Cancellation.Listener {

    private final Moa moa;
    private final Instance instance;
    private final Invocation call;
    private final Consumer<WaitingCall> forget;
    private final Predicate<ServiceId> servedElsewhere;
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private final AtomicBoolean decided = new AtomicBoolean(); // proceeds, or ends here: never both
    private volatile Scheduler.@Nullable Timer timer;

    /**
     * A call that is not limited yet.
     *
     * @param instance whom it waits for
     * @param forget told when the call does not wait any more, and nobody has a connection for it
     * @param servedElsewhere whether this client is connected to anybody else who offers a service
     */
    WaitingCall(
            Moa moa,
            Instance instance,
            Invocation call,
            Consumer<WaitingCall> forget,
            Predicate<ServiceId> servedElsewhere) {
        this.moa = moa;
        this.instance = instance;
        this.call = call;
        this.forget = forget;
        this.servedElsewhere = servedElsewhere;
    }

    /** Whether a peer that is well connects sooner. */
    static boolean isLong(Moa moa, long nanos) {
        long silence = moa.transportConfig().stallAfter().toNanos();
        return silence > 0 && nanos >= silence;
    }

    CompletableFuture<Reply> reply() {
        return reply;
    }

    /**
     * Ends it in time.
     *
     * @param beginsInNanos when the connect begins; 0 if it has
     */
    void limit(long beginsInNanos) {
        wakeLater(beginsInNanos);
        call.cancellation().add(this);
    }

    private void wakeLater(long beginsInNanos) {
        long silence = patienceNanos();
        long remaining = call.deadline().remainingNanos(moa.ticker().nanos());
        if (silence > 0 && beginsInNanos + silence < remaining) {
            wake(this::lookElsewhere, beginsInNanos + silence);
        } else if (!call.deadline().isNone()) {
            wake(this::expire, remaining);
        }
    }

    /** One that has waited elsewhere already has less: its deadline is for all of them. 0 for no limit. */
    private long patienceNanos() {
        TransportConfig config = moa.transportConfig();
        boolean again = call.attributes().get(CandidateSet.TRIED) != null;
        return (again && !config.stallAfter().isZero() ? config.stallPing() : config.stallAfter()).toNanos();
    }

    private void wake(Runnable then, long nanos) {
        timer = moa.scheduler().schedule(then, nanos);
        if (decided.get()) {
            stopTimer();
        }
    }

    private void lookElsewhere() {
        if (servedElsewhere.test(call.service())) {
            if (decide()) {
                forget.accept(this);
                reply.complete(Endpoint.refused(
                        Status.UNAVAILABLE,
                        "No connection to " + instance + " within " + patienceNanos() / 1_000_000
                                + " ms; the call goes to others"));
            }
        } else {
            wakeLater(0);
        }
    }

    void proceed(Connection connection) {
        if (!decide()) {
            return;
        }
        try {
            connection
                    .invoke(call)
                    .whenComplete((ended, broken) -> reply.complete(
                            ended != null
                                    ? ended
                                    : Backstop.broken(
                                            call, broken == null ? new NullPointerException("no reply") : broken)));
        } catch (RuntimeException e) { // such as a payload that an interrupted caller has given up
            reply.complete(Backstop.broken(call, e));
        }
    }

    void end(Reply failure) {
        if (decide()) {
            reply.complete(failure);
        }
    }

    private void expire() {
        if (decide()) {
            forget.accept(this);
            reply.complete(call.timedOut(Executed.NO, moa.ticker().nanos(), "connecting to " + instance));
        }
    }

    @Override
    public void cancelled(Cancellation.Reason reason) {
        if (reason == Cancellation.Reason.DEADLINE) {
            expire(); // whoever waits for the call was faster than our timer
        } else if (decide()) {
            forget.accept(this);
            reply.complete(Endpoint.refused(
                    Status.CANCELLED, "The call was withdrawn (" + reason + ") while it waited for a connection"));
        }
    }

    private boolean decide() {
        if (!decided.compareAndSet(false, true)) {
            return false;
        }
        stopTimer();
        call.cancellation().remove(this);
        return true;
    }

    private void stopTimer() {
        Scheduler.Timer running = timer;
        if (running != null) {
            running.cancel();
        }
    }
}
