package io.moa.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.observe.AttemptKind;
import io.moa.observe.BreakerState;
import io.moa.observe.RefusalCause;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** All meters of one method, overloads together, or of all that are beyond the limit. Safe for many threads. */
final class MethodSeries {

    private static final int SENT = 0;
    private static final int RECEIVED = 1;
    private static final AttemptKind[] KINDS = AttemptKind.values();
    private static final RefusalCause[] CAUSES = RefusalCause.values();

    private final SideMeters side;
    private final Tags tags;
    private final LongAdder inFlight = new LongAdder();
    private final LazyMeters<Gauge> inFlightGauge;
    private final LazyMeters<Gauge> breakerGauge;
    private final LazyMeters<Counter> bytes;
    private final LazyMeters<Counter> refusals;
    private final LazyMeters<Counter> attempts;
    private final Map<String, CallSeries> callers = new ConcurrentHashMap<>(); // as many as the side lets in
    private final CallSeries others; // at a client all calls
    private volatile int breaker;
    private volatile boolean removed;

    MethodSeries(SideMeters side, String service, String method) {
        this.side = side;
        this.tags = side.tags().and("service", SideMeters.tagValue(service)).and("method", SideMeters.tagValue(method));
        this.inFlightGauge = side.lazy(1, any -> Gauge.builder(side.name("in.flight"), inFlight, LongAdder::sum)
                .description("calls that have begun and not ended")
                .tags(tags)
                .strongReference(true)
                .register(side.registry()));
        this.breakerGauge = side.lazy(1, any -> Gauge.builder(side.name("breaker"), this, each -> each.breaker)
                .description("0 closed, 1 half-open, 2 open, as a call saw it last")
                .tags(tags)
                .strongReference(true)
                .register(side.registry()));
        this.bytes = side.lazy(2, number -> Counter.builder(side.name(number == SENT ? "sent" : "received"))
                .description("bodies of requests and replies, without headers")
                .baseUnit("bytes")
                .tags(tags)
                .register(side.registry()));
        this.refusals = side.lazy(CAUSES.length, number -> Counter.builder(side.name("refusals"))
                .description("calls that a limit was in the way of")
                .tags(tags.and("cause", CAUSES[number].name()))
                .register(side.registry()));
        this.attempts = side.lazy(KINDS.length * Ending.COUNT, number -> Counter.builder(side.name("attempts"))
                .description("requests sent to instances")
                .tags(tags.and("kind", KINDS[number / Ending.COUNT].name())
                        .and("status", Ending.name(number % Ending.COUNT)))
                .register(side.registry()));
        this.others = calls(side.isByCaller() ? tags.and("caller", SideMeters.OTHER) : tags);
    }

    private CallSeries calls(Tags all) {
        return new CallSeries(this, side.lazy(Ending.COUNT, number -> Timer.builder(side.name("calls"))
                .description("calls, by how they ended")
                .tags(all.and("status", Ending.name(number)))
                .register(side.registry())));
    }

    /** Whether its meters were removed: a method that is called again gets new ones. */
    boolean isRemoved() {
        return removed;
    }

    CallSeries began(Invocation call) {
        inFlight.increment();
        inFlightGauge.get(0);
        if (!side.isByCaller()) {
            return others;
        }
        count(RECEIVED, call.payload().sizeBytes()); // now, as the request may be gone when the reply is there
        String caller = call.caller().application();
        CallSeries known = callers.get(caller);
        return known != null ? known : newcomer(caller);
    }

    private CallSeries newcomer(String caller) {
        if (!side.mayAdmit(caller)) {
            return others;
        }
        synchronized (callers) { // not computeIfAbsent: one who is not let in leaves nothing behind
            CallSeries known = callers.get(caller);
            if (known == null && !removed && side.admit(caller)) {
                known = calls(tags.and("caller", caller.isEmpty() ? "unknown" : SideMeters.tagValue(caller)));
                callers.put(caller, known);
            }
            return known == null ? others : known;
        }
    }

    void ended(Invocation call, Reply reply) {
        inFlight.decrement();
        int result = reply instanceof Reply.Value value ? value.payload().sizeBytes() : 0;
        if (side.isByCaller()) {
            count(SENT, result);
        } else {
            count(SENT, call.payload().sizeBytes());
            count(RECEIVED, result);
        }
    }

    private void count(int direction, int size) {
        Counter counter = size > 0 ? bytes.get(direction) : null;
        if (counter != null) {
            counter.increment(size);
        }
    }

    void attempted(AttemptKind kind, Reply reply) {
        count(attempts.get(kind.ordinal() * Ending.COUNT + Ending.of(reply)));
    }

    void refused(RefusalCause cause) {
        count(refusals.get(cause.ordinal()));
    }

    private static void count(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    void breaker(BreakerState state) {
        breaker = state.ordinal();
        breakerGauge.get(0);
    }

    void remove() {
        synchronized (callers) {
            removed = true;
            callers.values().forEach(CallSeries::remove);
            side.dismiss(callers.size());
            callers.clear();
        }
        others.remove();
        inFlightGauge.remove();
        breakerGauge.remove();
        bytes.remove();
        refusals.remove();
        attempts.remove();
    }
}
