package io.moa.client.filter;

import io.moa.client.cluster.Attempt;
import io.moa.client.cluster.ClusterInvoker;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.outcome.Resend;
import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call with two attempts on their way. An <i>answer</i> is a value, or a failure that another instance would not change: the service's own,
 * a refusal of the request, the end of the call's time or its withdrawal. Any other failure may be mended by the attempt that is left.
 *
 * <table>
 *   <caption>Which reply the call gets</caption>
 *   <tr><th>one attempt ends with</th><th>the other</th><th>the call</th></tr>
 *   <tr><td>an answer</td><td>is on its way</td><td>gets it; the other is withdrawn</td></tr>
 *   <tr><td>an answer</td><td>has failed</td><td>gets it</td></tr>
 *   <tr><td>a failure</td><td>is on its way</td><td>waits for the other</td></tr>
 *   <tr><td>a failure</td><td>has failed</td><td>gets the second attempt's failure; the first one's if the second certainly did not run, as
 *       where there was no other instance, no connection, no room</td></tr>
 * </table>
 *
 * <p>What the call gets when both have failed may be sent again like any failure. Each attempt holds the payload as long as it is on its
 * way. The second one has a ledger of its own, which begins with the call and counts the wait before it as {@link Phase#CLIENT_QUEUE}; the
 * call's ledger adopts it if its answer counts.
 *
 * <p>Safe for many threads.
 */
final class HedgedCall {

    private final Invocation call;
    private final Attempt whole;
    private final Cancellation.Listener withdrawFirst;

    // Guarded by this.
    private Reply.@Nullable Failure firstFailed;
    private Reply.@Nullable Failure secondFailed;
    private boolean firstEnded;
    private boolean decided;

    /**
     * A call whose first attempt is on its way.
     *
     * @param whole the reply to the call, which so far is that of the first attempt
     * @param withdrawFirst withdraws the first attempt alone
     */
    HedgedCall(Invocation call, Attempt whole, Cancellation.Listener withdrawFirst) {
        this.call = call;
        this.whole = whole;
        this.withdrawFirst = withdrawFirst;
    }

    /** Makes the second attempt, unless the call has ended or has one. */
    void begin(Invoker route, long nowNanos) {
        try {
            call.payload().retain();
        } catch (IllegalStateException given) {
            return; // whoever made the call waits no longer
        }
        call.payload().retain();
        if (!whole.divert(this::firstEnded)) {
            call.payload().release();
            call.payload().release();
            return;
        }
        Invocation second = second(nowNanos);
        whole.whenComplete((reply, thrown) -> withdraw(second));
        CompletableFuture<Reply> reply;
        try {
            reply = route.invoke(second);
        } catch (RuntimeException | Error e) { // a breach of contract, and the first attempt may still answer
            reply = CompletableFuture.completedFuture(Backstop.broken(second, e));
        }
        reply.whenComplete((value, thrown) -> {
            call.payload().release();
            secondEnded(
                    value != null
                            ? value
                            : Backstop.broken(second, thrown == null ? new NullPointerException("no reply") : thrown),
                    second.ledger());
        });
    }

    private Invocation second(long nowNanos) {
        Set<String> tried = new HashSet<>(Set.of(call.ledger().sentTo()));
        Set<String> before = call.attributes().get(CandidateSet.TRIED);
        if (before != null) {
            tried.addAll(before);
        }
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, call.ledger().startNanos());
        ledger.enter(Phase.CLIENT_QUEUE, nowNanos);
        ledger.ledTo(call.ledger().ledTo()); // so that it goes where the first one was led
        return call.toBuilder()
                .ledger(ledger)
                .hop(call.hop().withAttempt(call.hop().attempt() + 1))
                .attributes(call.attributes()
                        .with(CandidateSet.TRIED, Set.copyOf(tried))
                        .with(ClusterInvoker.ONLY_ELSEWHERE, true))
                .cancellation(call.cancellation().child())
                .build();
    }

    /** The call has its reply; whoever is still on his way comes too late. */
    private void withdraw(Invocation second) {
        boolean firstWaits;
        synchronized (this) {
            decided = true;
            firstWaits = !firstEnded;
        }
        if (firstWaits) {
            withdrawFirst.cancelled(Cancellation.Reason.SUPERSEDED);
        }
        second.cancellation().fire(Cancellation.Reason.SUPERSEDED);
        second.cancellation().detach();
    }

    private void firstEnded(Reply reply) {
        call.payload().release();
        Reply counts;
        synchronized (this) {
            firstEnded = true;
            if (decided) {
                counts = null;
            } else if (reply instanceof Reply.Failure failure && Resend.mayHelp(failure)) {
                firstFailed = failure;
                counts = ofBoth();
            } else {
                counts = reply;
            }
            decided |= counts != null;
        }
        end(reply, counts);
    }

    private void secondEnded(Reply reply, Ledger ledger) {
        Reply counts;
        if (!RetryFilter.neverSent(ledger)) {
            call.ledger().sentBeside(); // it is one of those that the method allows
        }
        synchronized (this) {
            if (decided) {
                counts = null;
            } else if (reply instanceof Reply.Failure failure && Resend.mayHelp(failure)) {
                secondFailed = failure;
                counts = ofBoth();
            } else {
                counts = reply;
                call.ledger().adopt(ledger);
            }
            decided |= counts != null;
        }
        end(reply, counts);
    }

    /** Without the lock: whoever waits for the call goes on here. */
    private void end(Reply ended, @Nullable Reply counts) {
        if (counts == null || !whole.complete(counts)) {
            Attempt.free(ended);
        }
    }

    private Reply.@Nullable Failure ofBoth() {
        if (firstFailed == null || secondFailed == null) {
            return null;
        }
        return secondFailed.executed() == Executed.NO ? firstFailed : secondFailed;
    }
}
