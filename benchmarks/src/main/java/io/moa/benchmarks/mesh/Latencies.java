package io.moa.benchmarks.mesh;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** How long calls took that were made at a steady pace, whether those before them were answered or not. Exactly. */
final class Latencies {

    private final long[] sorted;

    private Latencies(long[] nanos) {
        Arrays.sort(nanos);
        this.sorted = nanos;
    }

    /** Makes so many calls, so many a second; each counts from when it is made. */
    static Latencies of(int calls, int aSecond, Supplier<CompletableFuture<?>> call) throws InterruptedException {
        long[] took = new long[calls];
        CountDownLatch left = new CountDownLatch(calls);
        AtomicInteger failed = new AtomicInteger();
        long period = 1_000_000_000L / aSecond;
        long due = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            due += period;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            int index = i;
            long begun = System.nanoTime(); // the pace is this thread's own matter: nothing holds it up but the machine
            call.get().whenComplete((answer, thrown) -> {
                took[index] = System.nanoTime() - begun;
                if (thrown != null && failed.getAndIncrement() == 0) {
                    System.err.println("a call failed: " + thrown);
                }
                left.countDown();
            });
        }
        if (!left.await(60, TimeUnit.SECONDS) || failed.get() > 0) {
            throw new IllegalStateException(left.getCount() + " calls were not answered, " + failed + " failed");
        }
        return new Latencies(took);
    }

    /** All of them together. */
    static Latencies all(Iterable<Latencies> rounds) {
        long[] together = {};
        for (Latencies each : rounds) {
            int before = together.length;
            together = Arrays.copyOf(together, before + each.sorted.length);
            System.arraycopy(each.sorted, 0, together, before, each.sorted.length);
        }
        return new Latencies(together);
    }

    long quantileNanos(double part) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * part))];
    }

    long medianNanos() {
        return quantileNanos(0.5);
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
    }
}
