package io.moa.client.filter;

import io.moa.annotation.FailureMode;
import io.moa.client.cluster.Attempt;
import io.moa.client.cluster.ClusterInvoker;
import io.moa.client.cluster.ClusterLink;
import io.moa.client.cluster.SilentAttempts;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * Makes a second attempt beside the first, at an instance that the call has not tried, when the first one takes long: longer than the
 * method's {@code @Hedge} says, or because its server says nothing although it was asked. Only calls that may run twice, within the deadline of
 * the call and the attempts that its method allows, at most one second attempt for each first one, and as far as the hedges' share of the
 * service's calls reaches. {@link HedgedCall} says which reply counts.
 *
 * <p>A call to a method without {@code @Hedge} whose server answers passes through here without a trace: the second attempt at a silent
 * server is begun by the connection, which tells of the silence.
 *
 * <p>Safe for many threads.
 */
public final class HedgeFilter implements Filter, SilentAttempts {

    private final Ticker ticker;
    private final Scheduler scheduler;

    /**
     * A filter.
     *
     * @param scheduler tells when a call has taken long
     */
    public HedgeFilter(Ticker ticker, Scheduler scheduler) {
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        if (policy == null || policy.hedgeAfterNanos() == 0 || !mayRunTwice(call, policy)) {
            return next.invoke(call);
        }
        long after = policy.hedgeAfterNanos();
        if (after >= call.deadline().remainingNanos(ticker.nanos())) {
            return next.invoke(call);
        }
        // A cancellation of its own, so that the first attempt can be withdrawn alone.
        Cancellation own = call.cancellation().child();
        Invocation first = call.toBuilder().cancellation(own).build();
        CompletableFuture<Reply> reply;
        try {
            reply = next.invoke(first);
        } catch (RuntimeException | Error e) {
            own.detach();
            throw e;
        }
        Scheduler.Timer timer = reply.isDone() || !(reply instanceof Attempt attempt)
                ? () -> {} // it has ended, or was not sent to anybody yet
                : inTime(() -> hedge(first, policy, attempt, own::fire, next, false), after);
        reply.whenComplete((any, thrown) -> {
            timer.cancel();
            own.detach();
        });
        return reply;
    }

    private Scheduler.Timer inTime(Runnable hedge, long afterNanos) {
        try {
            return scheduler.schedule(hedge, afterNanos);
        } catch (RejectedExecutionException runtimeClosed) {
            return () -> {};
        }
    }

    @Override
    public void silent(Invocation call, Attempt attempt, Cancellation.Listener withdraw, Invoker route) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        if (policy != null && mayRunTwice(call, policy)) {
            hedge(call, policy, attempt, withdraw, route, true);
        }
    }

    private static boolean mayRunTwice(Invocation call, MethodPolicy policy) {
        return policy.isIdempotent()
                && !call.oneWay()
                && call.hop().attempt() + 1 < policy.attempts()
                && call.hop().isRepeatedHere()
                && (policy.onFailure() == FailureMode.FAILOVER || policy.onFailure() == FailureMode.FAILSAFE)
                && call.attributes().get(ClusterInvoker.ONLY_ELSEWHERE) == null; // it is a second attempt itself
    }

    private void hedge(
            Invocation call,
            MethodPolicy policy,
            Attempt attempt,
            Cancellation.Listener withdraw,
            Invoker route,
            boolean silent) {
        long now = ticker.nanos();
        if (!attempt.isDone()
                && !call.deadline().expired(now)
                && !call.cancellation().isCancelled()
                && affords(call, policy, silent, now)) {
            new HedgedCall(call, attempt, withdraw).begin(route, now);
        }
    }

    private static boolean affords(Invocation call, MethodPolicy policy, boolean silent, long now) {
        ClusterLink link = call.attributes().get(ClusterLink.KEY);
        if (link == null) {
            return true; // a call that no stub prepared
        }
        return silent
                ? link.retries().takeSilent(now)
                : link.retries().takeHedge(now, policy.value(PolicyKey.HEDGE_BUDGET));
    }
}
