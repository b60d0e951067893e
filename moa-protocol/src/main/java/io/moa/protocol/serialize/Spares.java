package io.moa.protocol.serialize;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * A small bounded pool of things that are costly to make and used by one thread at a time. Lock-free, and bound to no
 * thread: a thread-local would keep one copy for each of a million virtual threads.
 *
 * <p>When all are out, a new one is made; when there is no room, the one given back is dropped.
 */
final class Spares<T> {

    private static final int PROBES = 4;
    /** Slots of neighbours stand in different cache lines. */
    private static final int STRIDE = 16;

    private final AtomicReferenceArray<T> slots;
    private final int mask;
    private final Supplier<T> maker;

    Spares(Supplier<T> maker) {
        this(maker, Runtime.getRuntime().availableProcessors() * 2);
    }

    Spares(Supplier<T> maker, int size) {
        int slotCount = Integer.highestOneBit(Math.max(PROBES, Math.min(size, 256)) * 2 - 1);
        this.slots = new AtomicReferenceArray<>(slotCount * STRIDE);
        this.mask = slotCount - 1;
        this.maker = maker;
    }

    T take() {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            int slot = ((start + i) & mask) * STRIDE;
            if (slots.getPlain(slot) != null) {
                T spare = slots.getAndSet(slot, null);
                if (spare != null) {
                    return spare;
                }
            }
        }
        return maker.get();
    }

    void give(T spare) {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            int slot = ((start + i) & mask) * STRIDE;
            if (slots.getPlain(slot) == null && slots.compareAndSet(slot, null, spare)) {
                return;
            }
        }
    }

    /** Spreads threads over the slots; neighbouring ids land far apart. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static int start() {
        return (int) ((Thread.currentThread().getId() * 0x9E3779B97F4A7C15L) >>> 40);
    }
}
