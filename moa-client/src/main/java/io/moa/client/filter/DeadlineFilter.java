package io.moa.client.filter;

import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.util.concurrent.CompletableFuture;

/** Ends calls whose time was up, or that were withdrawn, before they are sent. */
public final class DeadlineFilter implements Filter {

    private final Ticker ticker;

    public DeadlineFilter(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        long now = ticker.nanos();
        if (call.deadline().expired(now)) {
            return CompletableFuture.completedFuture(call.timedOut(Executed.NO, now, "it was never sent"));
        }
        if (call.cancellation().isCancelled()) {
            return CompletableFuture.completedFuture(Reply.failure(
                    Status.CANCELLED,
                    Executed.NO,
                    "The call to " + call.service() + " " + call.method() + " was withdrawn before it was sent"));
        }
        return next.invoke(call);
    }
}
