package io.moa.benchmarks.faults;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices when the whole machine, or this process at least, stood still: a thread that wants to run every {@value #EVERY_MILLIS} ms
 * and finds that it could not. What callers see in such a moment is not what a fault does to them.
 */
final class Stillness {

    private static final int EVERY_MILLIS = 5;

    private final AtomicLong longestNanos = new AtomicLong();

    /** Begins to look. */
    static Stillness watch() {
        Stillness stillness = new Stillness();
        Thread looking = new Thread(stillness::look, "stillness");
        looking.setDaemon(true);
        looking.start();
        return stillness;
    }

    private void look() {
        long last = System.nanoTime();
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
                long now = System.nanoTime();
                long late = now - last - TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS);
                longestNanos.accumulateAndGet(late, Math::max);
                last = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The longest time since this was asked last. */
    long takeMillis() {
        return TimeUnit.NANOSECONDS.toMillis(longestNanos.getAndSet(0));
    }
}
