package io.moa.benchmarks.faults;

import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Calls by a fixed schedule, every second one of a method that must not run twice. Latency counts from the moment that the
 * schedule names, so that whatever is late says so.
 */
final class Traffic {

    private static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int MOST_IN_FLIGHT = 20_000;
    private static final int EXAMPLES = 3;

    private final Counted counted;
    private final long intervalNanos;
    private final long ids;
    private final byte[] payload = new byte[1024];
    private final Thread sender = new Thread(this::send, "traffic");
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile Window window = new Window();
    private volatile boolean stopped;

    /** What happened to the calls that were begun in one stretch of time. */
    static final class Window {
        final LongAdder sent = new LongAdder();
        final LongAdder answered = new LongAdder();
        final LongAdder failedIdempotent = new LongAdder();
        final LongAdder failedUnexecuted = new LongAdder();
        final LongAdder unknown = new LongAdder();
        final LongAdder wrong = new LongAdder();
        final LongAdder notSent = new LongAdder();
        final Recorder latencies = new Recorder(HIGHEST_NANOS, 3);
        final Recorder idempotent = new Recorder(HIGHEST_NANOS, 3);
        final Recorder marked = new Recorder(HIGHEST_NANOS, 3); // what servers answered that are marked
        final Recorder unmarked = new Recorder(HIGHEST_NANOS, 3); // what the others did
        final Slices slices = new Slices(HIGHEST_NANOS);
        final AtomicInteger examples = new AtomicInteger();
        volatile long longestStartNanos; // how long the calling thread was held up at most; written by it
        volatile long lastFailedMillis; // since 1970, when the last one that failed was begun; 0 if none

        /** Whether each of its calls has ended. */
        boolean settled() {
            return sent.sum()
                    == answered.sum() + failedIdempotent.sum() + failedUnexecuted.sum() + unknown.sum() + wrong.sum();
        }
    }

    /**
     * Traffic that has not begun.
     *
     * @param ids how many calls it makes at most
     */
    Traffic(Counted counted, int ratePerSecond, long ids) {
        this.counted = counted;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
        this.ids = ids;
        sender.setDaemon(true);
    }

    void start() {
        sender.start();
    }

    /** Ends the schedule and waits for the calls under way, at most a minute. */
    void stop() throws InterruptedException {
        stopped = true;
        sender.join();
        settle();
    }

    private void settle() throws InterruptedException {
        long deadline = System.nanoTime() + HIGHEST_NANOS;
        while (inFlight.get() > 0 && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Begins a new window and returns the one before, whose last calls may still be under way. */
    Window turn() {
        Window before = window;
        window = new Window();
        return before;
    }

    private void send() {
        long next = System.nanoTime();
        for (long id = 0; id < ids && !stopped; id++) {
            long now = System.nanoTime();
            while (now - next < 0) {
                LockSupport.parkNanos(this, next - now);
                now = System.nanoTime();
            }
            Window seen = window;
            seen.slices.at(now);
            call(id, next, seen);
            next += intervalNanos;
        }
    }

    private void call(long id, long intendedNanos, Window seen) {
        if (inFlight.get() >= MOST_IN_FLIGHT) {
            seen.notSent.increment();
            return;
        }
        inFlight.incrementAndGet();
        seen.sent.increment();
        boolean idempotent = (id & 1) == 0;
        long wallMillis = System.currentTimeMillis();
        CompletableFuture<Long> reply;
        long start = System.nanoTime();
        try {
            reply = idempotent ? counted.read(id, payload) : counted.write(id, payload);
        } catch (RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        seen.longestStartNanos = Math.max(seen.longestStartNanos, System.nanoTime() - start);
        reply.whenComplete((answer, failure) -> {
            if (failure != null) {
                failed(seen, idempotent, failure, wallMillis);
            } else if (answer != id && answer != ~id) {
                seen.wrong.increment();
            } else {
                seen.answered.increment();
            }
            long took = Math.max(0, Math.min(System.nanoTime() - intendedNanos, HIGHEST_NANOS));
            seen.latencies.recordValue(took);
            seen.slices.record(took);
            if (idempotent) {
                seen.idempotent.recordValue(took);
            }
            if (failure == null) {
                (answer < 0 ? seen.marked : seen.unmarked).recordValue(took);
            }
            inFlight.decrementAndGet();
        });
    }

    private static void failed(Window seen, boolean idempotent, Throwable failure, long begunWallMillis) {
        seen.lastFailedMillis = Math.max(seen.lastFailedMillis, begunWallMillis); // a race may lose a millisecond
        @Nullable Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (idempotent) {
            seen.failedIdempotent.increment();
        } else if (cause instanceof CallException call && call.executed() == Executed.NO) {
            seen.failedUnexecuted.increment();
        } else {
            seen.unknown.increment();
        }
        if (seen.examples.getAndIncrement() < EXAMPLES) {
            System.err.println((idempotent ? "read: " : "write: ") + cause);
        }
    }
}
