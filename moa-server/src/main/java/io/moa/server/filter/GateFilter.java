package io.moa.server.filter;

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
import io.moa.server.dispatch.ExportedMethod;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Puts the gate of the called method on the route: refuses, or lets pass and ends the permit with the call. */
public final class GateFilter implements Filter {

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        ExportedMethod method = call.attributes().get(ExportedMethod.KEY);
        if (method == null) {
            return next.invoke(call); // the dispatcher says what is wrong
        }
        Gate gate = method.gate();
        Admission admission = gate.admit(call);
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
        if (reply instanceof Reply.Failure failure) {
            return failure.executed() == Executed.NO
                    ? Permit.End.NOT_USED
                    : failure.status().instanceSuspect() ? Permit.End.FAILURE : Permit.End.SUCCESS;
        }
        return reply == null ? Permit.End.FAILURE : Permit.End.SUCCESS;
    }
}
