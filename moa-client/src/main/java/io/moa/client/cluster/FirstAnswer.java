package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first calls of a process wait until its registry has told who offers their service, which takes a few milliseconds
 * after the first one asked. A registry that is away must not hold calls for long, so the wait is short, and never longer than
 * the call's deadline. Safe for many threads.
 */
public final class FirstAnswer {

    /** How long a call waits at most. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Moa moa;

    public FirstAnswer(Moa moa) {
        this.moa = moa;
    }

    /** Goes on with the call when something is known of its service, or fails it when its patience is at its end. */
    CompletableFuture<Reply> await(Invocation call, Cluster cluster, Invoker goingOn) {
        Waiter waiter = new Waiter(call, cluster, goingOn);
        waiter.begin();
        return waiter.reply;
    }

    /** A call that waits. Whatever ends its wait takes it off the cluster's list, which may wait for days. */
    private final class Waiter implements Runnable, Cancellation.Listener {
        private final Invocation call;
        private final Cluster cluster;
        private final Invoker goingOn;
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private final AtomicBoolean decided = new AtomicBoolean();
        private volatile Scheduler.@Nullable Timer timer;

        Waiter(Invocation call, Cluster cluster, Invoker goingOn) {
            this.call = call;
            this.cluster = cluster;
            this.goingOn = goingOn;
        }

        void begin() {
            long patience = Math.min(
                    PATIENCE.toNanos(),
                    call.deadline().remainingNanos(moa.ticker().nanos()));
            try {
                timer = moa.scheduler().schedule(this::giveUp, Math.max(0, patience));
            } catch (RejectedExecutionException runtimeClosed) {
                decided.set(true);
                reply.complete(ClusterInvoker.none(call, cluster.plan()));
                return;
            }
            cluster.whenAnswered(this);
            call.cancellation().add(this);
            if (decided.get()) {
                leave(); // it was decided before it was on both lists
            }
        }

        private void giveUp() {
            if (decide()) {
                // Another attempt would only wait again.
                reply.complete(ClusterInvoker.none(call, cluster.plan()).withHints(ClusterInvoker.NEVER_RETRY));
            }
        }

        @Override
        public void cancelled(Cancellation.Reason reason) {
            if (decide()) {
                reply.complete(Endpoint.refused(
                        Status.CANCELLED, "The call was withdrawn (" + reason + ") while it waited for a registry"));
            }
        }

        /** There is an answer. */
        @Override
        public void run() {
            if (decide()) {
                try {
                    moa.callbacks().execute(this::goOn); // not on the registry's thread, which has others to tell
                } catch (RejectedExecutionException runtimeClosed) {
                    reply.complete(ClusterInvoker.none(call, cluster.plan()));
                }
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
            cluster.forget(this);
            call.cancellation().remove(this);
        }

        private void goOn() {
            CompletableFuture<Reply> rest;
            try {
                rest = goingOn.invoke(call);
            } catch (RuntimeException | Error e) {
                reply.completeExceptionally(e);
                return;
            }
            rest.whenComplete((value, thrown) -> {
                if (value != null) {
                    reply.complete(value);
                } else {
                    reply.completeExceptionally(thrown == null ? new NullPointerException("no reply") : thrown);
                }
            });
        }
    }
}
