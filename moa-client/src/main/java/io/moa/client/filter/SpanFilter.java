package io.moa.client.filter;

import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Trace;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * Names each call of a trace: the server that is called sees it as the parent, under the same trace id, and all attempts of one call under the
 * same parent. Records nothing, so it is for those who follow traces in logs; who uses a tracer leaves this out and lets the tracer's
 * filter do it, or its tree would have parents that nobody recorded. A call without a trace begins none.
 *
 * <pre>{@code
 * MoaClient.builder(moa).filter(new SpanFilter(moa.chance()))
 * }</pre>
 */
public final class SpanFilter implements Filter {

    private final RandomGenerator chance;

    /**
     * A filter.
     *
     * @param chance names the calls; must be safe for many threads
     */
    public SpanFilter(RandomGenerator chance) {
        this.chance = chance;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        Trace trace = call.baggage().trace();
        if (trace == null) {
            return next.invoke(call);
        }
        return next.invoke(call.toBuilder()
                .baggage(call.baggage().withTrace(trace.under(spanId())))
                .build());
    }

    private long spanId() {
        long id = chance.nextLong();
        return id == 0 ? 1 : id; // 0 is the one that W3C Trace Context does not allow
    }
}
