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
import io.moa.invoke.Status;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts a gate on the route: refuses, or lets pass and ends the permit with the call. Safe for many threads. */
public final class GateFilter implements Filter {

    private final Function<Invocation, @Nullable Gate> gates;

    /**
     * A filter.
     *
     * @param gates the gate of a call; null for none
     */
    public GateFilter(Function<Invocation, @Nullable Gate> gates) {
        this.gates = gates;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        Gate gate = gates.apply(call);
        if (gate == null) {
            return next.invoke(call);
        }
        Admission admission = gate.admit(call);
        if (admission == Permit.FREE) {
            return next.invoke(call);
        }
        if (admission instanceof Permit permit) {
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
        Admission.Rejected rejected = admission instanceof Admission.Rejected no
                ? no
                : new Admission.Rejected(Status.REJECTED, gate + " asked to wait, which this route does not do", 0);
        return CompletableFuture.completedFuture(Reply.failure(rejected.status(), Executed.NO, rejected.reason())
                .withHints(new Hints(rejected.retryAfterMillis(), false, Hints.UNKNOWN_LOAD)));
    }

    private static Permit.End endOf(@Nullable Reply reply) {
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
