package io.moa.client.cluster;

import io.moa.annotation.FailureMode;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.outcome.Resend;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A call that goes to several instances at once.
 *
 * <table>
 *   <caption>What the call gets</caption>
 *   <tr><th>mode</th><th>goes to</th><th>gets</th></tr>
 *   <tr><td>forking</td><td>as many as the method says, if there are so many</td><td>the first answer: a value, or a failure that another
 *       instance would not change; the other attempts are withdrawn. If all fail, the failure of one that may have run, else any</td></tr>
 *   <tr><td>broadcast</td><td>every instance that may be called</td><td>the value of the first instance when all have answered; a failure
 *       that names those that failed, if one did</td></tr>
 * </table>
 *
 * <p>Each attempt has a ledger and a cancellation of its own and holds the payload as long as it is on its way; nothing is sent again.
 * Safe for many threads.
 */
final class FanOut {

    private static final Reply NOBODY = Reply.failure(Status.CANCELLED, Executed.NO, "nobody was called");

    private final Invocation call;
    private final boolean everybody;
    private final CompletableFuture<Reply> whole = new CompletableFuture<>();
    private final List<Invocation> attempts = new ArrayList<>();
    private final List<String> instances = new ArrayList<>();

    // Guarded by this.
    private final List<String> failures = new ArrayList<>();
    private Reply.@Nullable Failure failure; // the one that says most
    private @Nullable Reply value; // of the first instance that has one
    private int valueOf = Integer.MAX_VALUE;
    private int left;
    private boolean decided;

    private FanOut(Invocation call, boolean everybody) {
        this.call = call;
        this.everybody = everybody;
    }

    /** Whether the policy of a call sends it to several. */
    static boolean wanted(@Nullable MethodPolicy policy) {
        return policy != null
                && (policy.onFailure() == FailureMode.FORKING || policy.onFailure() == FailureMode.BROADCAST);
    }

    /**
     * Sends a call.
     *
     * @param send sends one attempt to one instance
     * @return the future reply; null if nobody may be called
     */
    static @Nullable CompletableFuture<Reply> begin(
            Invocation call,
            MethodPolicy policy,
            CandidateSet among,
            long nowNanos,
            BiFunction<Invocation, Lease, CompletableFuture<Reply>> send) {
        boolean everybody = policy.onFailure() == FailureMode.BROADCAST;
        List<Lease> leases =
                everybody ? among.leaseAll(call) : several(call, among, policy.value(PolicyKey.FORKS), nowNanos);
        if (leases.isEmpty()) {
            return null;
        }
        FanOut out = new FanOut(call, everybody);
        out.left = leases.size();
        retain(call, leases, nowNanos);
        for (int i = 0; i < leases.size(); i++) {
            out.instances.add(leases.get(i).instance().toString());
            out.attempts.add(out.attempt(i, nowNanos));
        }
        for (int i = 0; i < leases.size(); i++) {
            out.send(i, leases.get(i), send);
        }
        return out.whole;
    }

    /** Once for each attempt; who made the call may have given it up at this moment, and then nobody is called. */
    private static void retain(Invocation call, List<Lease> leases, long nowNanos) {
        int retained = 0;
        try {
            for (; retained < leases.size(); retained++) {
                call.payload().retain();
            }
        } catch (IllegalStateException given) {
            for (; retained > 0; retained--) {
                call.payload().release();
            }
            leases.forEach(lease -> lease.settle(NOBODY, nowNanos));
            throw given;
        }
    }

    private static List<Lease> several(Invocation call, CandidateSet among, int forks, long nowNanos) {
        List<Lease> leases = new ArrayList<>(forks);
        Set<String> tried = new HashSet<>();
        Invocation next = call;
        while (leases.size() < forks) {
            Lease lease = among.pick(next);
            if (lease == null) {
                break;
            }
            if (!tried.add(lease.instance().uuid())) {
                lease.settle(NOBODY, nowNanos);
                break; // there are no more
            }
            leases.add(lease);
            next = call.withAttributes(call.attributes().with(CandidateSet.TRIED, Set.copyOf(tried)));
        }
        return leases;
    }

    private Invocation attempt(int number, long nowNanos) {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, call.ledger().startNanos());
        ledger.enter(Phase.PICK, nowNanos);
        return call.toBuilder()
                .ledger(ledger)
                .hop(call.hop().withAttempt(Math.min(255, call.hop().attempt() + (everybody ? 0 : number))))
                .cancellation(call.cancellation().child())
                .build();
    }

    private void send(int number, Lease lease, BiFunction<Invocation, Lease, CompletableFuture<Reply>> send) {
        Invocation attempt = attempts.get(number);
        CompletableFuture<Reply> reply;
        try {
            reply = send.apply(attempt, lease);
        } catch (RuntimeException | Error e) { // a breach of contract, and the others may still answer
            reply = CompletableFuture.completedFuture(Backstop.broken(attempt, e));
        }
        reply.whenComplete((ended, thrown) -> {
            attempt.cancellation().detach();
            call.payload().release();
            ended(
                    number,
                    ended != null
                            ? ended
                            : Backstop.broken(attempt, thrown == null ? new NullPointerException("no reply") : thrown));
        });
    }

    private void ended(int number, Reply reply) {
        Reply unwanted = null;
        Reply result = null;
        synchronized (this) {
            left--;
            if (decided) {
                unwanted = reply;
            } else if (everybody) {
                unwanted = collect(number, reply);
                result = left == 0 ? ofAll() : null;
            } else if (reply instanceof Reply.Failure failed && Resend.mayHelp(failed)) {
                keep(number, failed);
                result = left == 0 ? failure : null;
            } else {
                result = reply;
                call.ledger().adopt(attempts.get(number).ledger());
            }
            decided |= result != null;
        }
        if (unwanted != null) {
            Attempt.free(unwanted);
        }
        if (result == null) {
            return;
        }
        if (!everybody) {
            attempts.forEach(each -> each.cancellation().fire(Cancellation.Reason.SUPERSEDED));
        }
        if (!whole.complete(result)) {
            Attempt.free(result);
        }
    }

    /** Takes one of all replies; what is not needed comes back. */
    private @Nullable Reply collect(int number, Reply reply) {
        if (reply instanceof Reply.Failure failed) {
            keep(number, failed);
            return null;
        }
        Reply unwanted = number < valueOf ? value : reply;
        if (number < valueOf) {
            value = reply;
            valueOf = number;
        }
        return unwanted;
    }

    private void keep(int number, Reply.Failure failed) {
        failures.add(instances.get(number) + ": " + failed.message());
        if (failure == null || (failure.executed() == Executed.NO && failed.executed() != Executed.NO)) {
            failure = failed;
            call.ledger().adopt(attempts.get(number).ledger());
        }
    }

    private Reply ofAll() {
        Reply.Failure worst = failure;
        Reply first = value;
        if (worst == null && first != null) {
            call.ledger().adopt(attempts.get(valueOf).ledger());
            return first;
        }
        if (first != null) {
            Attempt.free(first);
            value = null;
        }
        Reply.Failure said = worst == null ? Backstop.broken(call, new IllegalStateException("no reply")) : worst;
        boolean ran = first != null || said.executed() != Executed.NO;
        return new Reply.Failure(
                said.status(),
                ran ? Executed.MAYBE : Executed.NO,
                failures.size() + " of " + attempts.size() + " instances failed: " + String.join("; ", failures),
                said.error(),
                ClusterInvoker.NEVER_RETRY,
                said.cause());
    }
}
