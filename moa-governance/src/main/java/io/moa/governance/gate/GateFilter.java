package io.moa.governance.gate;

import io.moa.governance.outlier.Outcome;
import io.moa.invoke.Admission;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Gate;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Permit;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts a gate on the route: refuses, lets pass and ends the permit with the call, or has the call wait for its turn, without a thread. A call
 * that is withdrawn meanwhile gives its turn back. Safe for many threads.
 */
public final class GateFilter implements Filter {

    private final Function<Invocation, @Nullable Gate> gates;
    private final Scheduler scheduler;
    private final Ticker ticker;

    /**
     * A filter.
     *
     * @param gates the gate of a call; null for none
     * @param scheduler runs calls whose turn has come; what follows on the route must not block it
     */
    public GateFilter(Function<Invocation, @Nullable Gate> gates, Scheduler scheduler, Ticker ticker) {
        this.gates = gates;
        this.scheduler = scheduler;
        this.ticker = ticker;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        Gate gate = gates.apply(call);
        return gate == null ? next.invoke(call) : proceed(call, next, gate.admit(call));
    }

    private CompletableFuture<Reply> proceed(Invocation call, Invoker next, Admission admission) {
        if (admission == Permit.FREE) {
            return next.invoke(call);
        }
        if (admission instanceof Permit permit) {
            return under(permit, call, next);
        }
        if (admission instanceof Admission.Later later) {
            return TurnWait.begin(call, later, then -> proceed(call, next, then), scheduler, ticker);
        }
        Admission.Rejected rejected = (Admission.Rejected) admission;
        return CompletableFuture.completedFuture(Reply.failure(rejected.status(), Executed.NO, rejected.reason())
                .withHints(new Hints(rejected.retryAfterMillis(), false, Hints.UNKNOWN_LOAD)));
    }

    private static CompletableFuture<Reply> under(Permit permit, Invocation call, Invoker next) {
        CompletableFuture<Reply> reply;
        try {
            reply = next.invoke(call);
            if (reply.isDone() && !reply.isCompletedExceptionally()) {
                permit.end(endOf(reply.getNow(null)));
                return reply;
            }
        } catch (Throwable thrown) {
            permit.end(Permit.End.FAILURE); // also if there is no future at all: a permit must never be lost
            throw thrown;
        }
        return reply.whenComplete((value, thrown) -> permit.end(endOf(value)));
    }

    /** How the permit of a call ends. */
    public static Permit.End endOf(@Nullable Reply reply) {
        if (reply == null) {
            return Permit.End.FAILURE;
        }
        return switch (Outcome.of(reply)) {
            case ANSWERED -> Permit.End.SUCCESS;
            case FAILED, UNREACHABLE, SILENT -> Permit.End.FAILURE;
            case UNKNOWN -> Permit.End.NOT_USED;
        };
    }
}
