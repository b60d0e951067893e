package io.moa.server.filter;

import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.util.concurrent.CompletableFuture;

/** Ends calls that arrived too late before anything is spent on them. */
public final class ExpiryFilter implements Filter {

    private final Ticker ticker;

    public ExpiryFilter(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        if (call.deadline().expired(ticker.nanos())) {
            return CompletableFuture.completedFuture(Reply.failure(
                    Status.DEADLINE_EXCEEDED,
                    Executed.NO,
                    "The call to " + call.service() + " " + call.method()
                            + " arrived after its time was up; it was not run"));
        }
        return next.invoke(call);
    }
}
