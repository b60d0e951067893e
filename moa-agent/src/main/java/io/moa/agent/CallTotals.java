package io.moa.agent;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import java.util.concurrent.atomic.LongAdder;

/** How many calls have ended since the process began, and how many of them failed. What breaks off after an upgrade is seen here, whenever it is asked. */
final class CallTotals implements CallObserver, MethodObserver, CallEnd {

    private final LongAdder ended = new LongAdder();
    private final LongAdder failed = new LongAdder();

    long ended() {
        return ended.sum();
    }

    long failed() {
        return failed.sum();
    }

    @Override
    public MethodObserver of(ServiceId service, MethodId method) {
        return this;
    }

    @Override
    public MethodObserver ofUnknown() {
        return this;
    }

    @Override
    public CallEnd began(Invocation call) {
        return this;
    }

    @Override
    public void ended(Invocation call, Reply reply, long tookNanos) {
        ended.increment();
        if (reply.hasFailed()) {
            failed.increment();
        }
    }
}
