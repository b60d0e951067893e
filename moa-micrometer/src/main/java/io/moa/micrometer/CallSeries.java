package io.moa.micrometer;

import io.micrometer.core.instrument.Timer;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.observe.CallEnd;
import java.util.concurrent.TimeUnit;

/** The timers of a method's calls, by how they end; at a server those of one caller. Safe for many threads. */
final class CallSeries implements CallEnd {

    private final MethodSeries method;
    private final LazyMeters<Timer> timers;

    CallSeries(MethodSeries method, LazyMeters<Timer> timers) {
        this.method = method;
        this.timers = timers;
    }

    @Override
    public void ended(Invocation call, Reply reply, long tookNanos) {
        method.ended(call, reply);
        Timer timer = timers.get(Ending.of(reply));
        if (timer != null) {
            timer.record(tookNanos, TimeUnit.NANOSECONDS);
        }
    }

    void remove() {
        timers.remove();
    }
}
