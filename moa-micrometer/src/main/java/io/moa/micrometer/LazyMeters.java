package io.moa.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Meters by number, each made when it is first needed, so that there is no series of what never happens. Safe for many threads. */
final class LazyMeters<M extends Meter> {

    private final MeterRegistry registry;
    private final IntFunction<M> maker;
    private final AtomicReferenceArray<@Nullable M> made;
    private boolean removed; // guarded by this

    LazyMeters(MeterRegistry registry, int count, IntFunction<M> maker) {
        this.registry = registry;
        this.maker = maker;
        this.made = new AtomicReferenceArray<>(count);
    }

    /** The meter of a number; null after they were removed, as a call may end later than its service. */
    @Nullable
    M get(int number) {
        M known = made.get(number);
        return known != null ? known : make(number);
    }

    private synchronized @Nullable M make(int number) {
        M known = made.get(number);
        if (known == null && !removed) {
            known = maker.apply(number);
            made.set(number, known);
        }
        return known;
    }

    /** Takes them out of the registry for good. */
    synchronized void remove() {
        removed = true;
        for (int i = 0; i < made.length(); i++) {
            M known = made.getAndSet(i, null);
            if (known != null) {
                registry.remove(known);
            }
        }
    }
}
