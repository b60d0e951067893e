package io.moa.client.filter;

import io.moa.governance.sample.KeptCall;
import io.moa.governance.sample.Samples;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import java.util.concurrent.CompletableFuture;

/** Keeps the facts of some calls, each once, however often it is sent, and how they end. */
public final class SampleFilter implements Filter {

    private final Samples samples;

    public SampleFilter(Samples samples) {
        this.samples = samples;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        KeptCall kept = samples.offer(call);
        return kept == null
                ? next.invoke(call)
                : next.invoke(kept.watched(call)).whenComplete((reply, broken) -> kept.ended(reply));
    }
}
