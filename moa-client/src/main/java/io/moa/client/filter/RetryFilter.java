package io.moa.client.filter;

import io.moa.annotation.FailureMode;
import io.moa.client.cluster.ClusterLink;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.outcome.Resend;
import io.moa.governance.outcome.RetryBudget;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends a failed call again where {@link Resend} allows it: to another instance if there is one, within the call's own
 * deadline, and with the same bytes, as far as the {@link RetryBudget} of its service reaches. Two servers that have too much to do are
 * enough: a third is not asked. An attempt that found no connection was never sent: it costs nobody anything, and is not
 * counted among the attempts that the method allows, as long as there are others to try. One that {@link HedgeFilter} has sent beside another is.
 *
 * <p>A call that is made while serving a call which was itself repeated is sent again only where it certainly did not run and the server
 * has not too much to do: servers never repeat a repetition.
 */
public final class RetryFilter implements Filter {

    /** So many attempts that were never sent are not counted: enough to pass by a crashed half of a large service. */
    static final int MAX_UNSENT = 32;

    /** So many servers that have too much to do mean that all have. */
    private static final int OVERLOADED_ENOUGH = 2;

    private final Ticker ticker;

    public RetryFilter(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        if (policy == null
                || policy.attempts() <= 1
                || (policy.onFailure() != FailureMode.FAILOVER && policy.onFailure() != FailureMode.FAILSAFE)
                || !isOurs(call.hop())) {
            return next.invoke(call);
        }
        RetryBudget budget = budgetOf(call);
        if (budget != null) {
            budget.called(call.ledger().startNanos());
        }
        CompletableFuture<Reply> first = next.invoke(call);
        if (first.isDone()) {
            return first.join() instanceof Reply.Failure failure && again(call, failure, policy, sent(call))
                    ? new Sequence(call, next, policy, budget).resend(failure)
                    : first;
        }
        CompletableFuture<Reply> settled = new CompletableFuture<>();
        first.whenComplete((reply, broken) -> {
            try {
                if (reply instanceof Reply.Failure failure && again(call, failure, policy, sent(call))) {
                    new Sequence(call, next, policy, budget)
                            .resend(failure)
                            .whenComplete((later, thrown) -> settle(settled, later, thrown));
                } else {
                    settle(settled, reply, broken);
                }
            } catch (Throwable thrown) { // a breach of contract below, for the caller of the route to name
                settled.completeExceptionally(thrown);
            }
        });
        return settled;
    }

    private static boolean isOurs(Hop hop) {
        return hop.isRepeatedHere() || isOfRepeated(hop);
    }

    private static boolean isOfRepeated(Hop hop) {
        return hop.retryOwner() == Seat.NONE && hop.attempt() > 0;
    }

    private static @Nullable RetryBudget budgetOf(Invocation call) {
        ClusterLink link = call.attributes().get(ClusterLink.KEY);
        return link == null ? null : link.retries();
    }

    private static void settle(CompletableFuture<Reply> settled, @Nullable Reply reply, @Nullable Throwable broken) {
        if (broken != null) {
            settled.completeExceptionally(broken); // a breach of contract, for the caller of the route to name
        } else {
            settled.complete(reply);
        }
    }

    /** How often a call was sent whose first attempt has failed: that one, and the one beside it. */
    private static int sent(Invocation call) {
        Ledger ledger = call.ledger();
        return (neverSent(ledger) ? 0 : 1) + ledger.timesSentBeside();
    }

    /** Whether the latest attempt of a ledger, which has failed, was never handed to a connection. */
    static boolean neverSent(Ledger ledger) {
        Phase last = ledger.current();
        return last == Phase.PICK || last == Phase.CONNECT_WAIT;
    }

    private boolean again(Invocation call, Reply.Failure failure, MethodPolicy policy, int attemptsMade) {
        return Resend.allowed(failure, policy, attemptsMade)
                && (!isOfRepeated(call.hop())
                        || (failure.executed() == Executed.NO && failure.status() != Status.OVERLOADED))
                && !call.cancellation().isCancelled()
                && !call.deadline().expired(ticker.nanos());
    }

    /** The attempts after the first. Rare, so it may allocate. */
    private final class Sequence {
        private final Invocation call;
        private final Invoker next;
        private final MethodPolicy policy;
        private final @Nullable RetryBudget budget;
        private final Set<String> tried = new HashSet<>();
        private int overloaded; // those that had too much to do
        private int made; // those that count
        private int beside; // those of them that were hedges
        private int unsent;
        private boolean costNothing; // the latest one, and the one beside it
        private boolean mayHaveRun; // in an attempt that was given up

        Sequence(Invocation call, Invoker next, MethodPolicy policy, @Nullable RetryBudget budget) {
            this.budget = budget;
            this.call = call;
            this.next = next;
            this.policy = policy;
            count();
        }

        /** The latest attempt, which has failed, and the one beside it, if there was one and it was sent. */
        private void count() {
            boolean neverSent = neverSent(call.ledger());
            int hedges = call.ledger().timesSentBeside() - beside;
            costNothing = neverSent && hedges == 0;
            beside += hedges;
            made += hedges;
            if (neverSent
                    && unsent < MAX_UNSENT
                    && !tried.contains(call.ledger().sentTo())) {
                unsent++;
            } else {
                made++;
            }
        }

        CompletableFuture<Reply> resend(Reply.Failure before) {
            mayHaveRun |= before.executed() != Executed.NO;
            overloaded += before.status() == Status.OVERLOADED ? 1 : 0;
            if (overloaded >= OVERLOADED_ENOUGH || !affords(before)) {
                return CompletableFuture.completedFuture(ofAllAttempts(before));
            }
            tried.add(call.ledger().sentTo());
            call.ledger().enter(Phase.CLIENT_QUEUE, ticker.nanos());
            Invocation repeated = call.toBuilder()
                    .hop(call.hop().withAttempt(call.hop().attempt() + made))
                    .attributes(call.attributes().with(CandidateSet.TRIED, Set.copyOf(tried)))
                    .build();
            return next.invoke(repeated).thenCompose(reply -> {
                if (reply instanceof Reply.Failure failure) {
                    count();
                    if (again(call, failure, policy, made)) {
                        return resend(failure);
                    }
                }
                return CompletableFuture.completedFuture(ofAllAttempts(reply));
            });
        }

        private boolean affords(Reply.Failure before) {
            // Who leaves refuses for nothing, and there is always somebody else: no storm comes of that.
            if (budget == null || made == 0 || costNothing || before.status() == Status.DRAINING) {
                return true;
            }
            long now = ticker.nanos();
            return before.status() == Status.UNAVAILABLE
                    ? budget.takeLost(now)
                    : budget.takeFailed(now, policy.value(PolicyKey.RETRY_BUDGET));
        }

        /** The last attempt knows only of itself; "did not run" must be true of the call. */
        private Reply ofAllAttempts(Reply last) {
            return mayHaveRun && last instanceof Reply.Failure failure && failure.executed() == Executed.NO
                    ? new Reply.Failure(
                            failure.status(),
                            Executed.MAYBE,
                            failure.message() + " (attempt " + (made + unsent) + "; an earlier one may have run)",
                            failure.error(),
                            failure.hints(),
                            failure.cause())
                    : last;
        }
    }
}
