package io.moa.governance.observe;

import io.moa.invoke.Backstop;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.observe.CallEnd;
import io.moa.observe.RefusalCause;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the beginning and the end of each call. The observer has heard of the end when the caller gets the reply. Safe for many threads.
 */
public final class ObserverFilter implements Filter {

    private final ObservedMethod unknown;
    private final Ticker ticker;

    /**
     * A filter.
     *
     * @param unknown stands for the methods of calls that carry no {@link ObservedMethod}
     */
    public ObserverFilter(ObservedMethod unknown, Ticker ticker) {
        this.unknown = unknown;
        this.ticker = ticker;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        ObservedMethod carried = call.attributes().get(ObservedMethod.KEY);
        ObservedMethod method = carried == null ? unknown : carried;
        Observed observed = new Observed(call, method, method.began(call));
        CompletableFuture<Reply> reply;
        try {
            reply = next.invoke(call);
        } catch (Throwable thrown) { // what has begun ends
            observed.accept(null, thrown);
            throw thrown;
        }
        if (reply == null) {
            observed.accept(null, null);
            return reply;
        }
        if (reply.isDone() && !reply.isCompletedExceptionally()) {
            observed.accept(reply.join(), null);
            return reply;
        }
        return reply.whenComplete(observed);
    }

    private final class Observed implements BiConsumer<@Nullable Reply, @Nullable Throwable> {
        private final Invocation call;
        private final ObservedMethod method;
        private final CallEnd end;

        Observed(Invocation call, ObservedMethod method, CallEnd end) {
            this.call = call;
            this.method = method;
            this.end = end;
        }

        @Override
        public void accept(@Nullable Reply ended, @Nullable Throwable broken) {
            Reply reply = ended != null
                    ? ended
                    : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken);
            if (reply instanceof Reply.Failure failure
                    && failure.status() == Status.DEADLINE_EXCEEDED
                    && failure.executed() == Executed.NO) {
                method.isRefused(call, RefusalCause.EXPIRED);
            }
            method.ended(end, call, reply, ticker.nanos() - call.ledger().startNanos());
        }
    }
}
