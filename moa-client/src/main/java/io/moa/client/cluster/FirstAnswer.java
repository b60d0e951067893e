package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

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
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        AtomicBoolean decided = new AtomicBoolean();
        long patience = Math.min(
                PATIENCE.toNanos(), call.deadline().remainingNanos(moa.ticker().nanos()));
        Scheduler.Timer timer;
        try {
            timer = moa.scheduler()
                    .schedule(
                            () -> {
                                if (decided.compareAndSet(false, true)) {
                                    // Another attempt would only wait again.
                                    reply.complete(ClusterInvoker.none(call, cluster.plan())
                                            .withHints(ClusterInvoker.NEVER_RETRY));
                                }
                            },
                            Math.max(0, patience));
        } catch (RejectedExecutionException runtimeClosed) {
            return CompletableFuture.completedFuture(ClusterInvoker.none(call, cluster.plan()));
        }
        // Not on the registry's thread, which has others to tell.
        cluster.answered()
                .whenCompleteAsync(
                        (done, never) -> {
                            if (decided.compareAndSet(false, true)) {
                                timer.cancel();
                                goOn(call, goingOn, reply);
                            }
                        },
                        moa.callbacks());
        return reply;
    }

    private static void goOn(Invocation call, Invoker goingOn, CompletableFuture<Reply> reply) {
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
