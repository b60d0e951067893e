package io.moa.client.filter;

import io.moa.governance.sample.Samples;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import java.util.concurrent.CompletableFuture;

/** Keeps the facts of some calls, each once, however often it is sent. */
public final class SampleFilter implements Filter {

    private final Samples samples;

    public SampleFilter(Samples samples) {
        this.samples = samples;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        samples.offer(call);
        return next.invoke(call);
    }
}
