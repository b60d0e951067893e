package io.moa.benchmarks.echo;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Calls that arrive by a fixed schedule, one every {@code 1/rate} seconds, whatever became of those before. Latency counts
 * from the moment the schedule names, not from the moment the call was made: a pause of the client, the server or this
 * loop delays all calls that fall into it, and all of them say so.
 *
 * <p>One thread makes the calls and parks in between. It is not woken to the microsecond; how late it was is reported
 * beside the latencies, which contain it. It does not spin, because that would count as CPU of the client.
 */
final class OpenLoop implements Load {

    /** More calls than this in flight mean that the rate is beyond the peer; further ones fail unsent. */
    private static final int MOST_IN_FLIGHT = 20_000;

    private final EchoCall echo;
    private final long intervalNanos;
    private final byte[] body;
    private final Recorder latencies = new Recorder(Calls.HIGHEST_NANOS, 3);
    private final Histogram lateness = Calls.histogram(); // the sender's, read after it has ended
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Thread sender = new Thread(this::send, "open-loop");
    private volatile boolean measuring;
    private volatile boolean stopped;
    private long beganNanos;

    OpenLoop(EchoCall echo, EchoOptions options) {
        this.echo = echo;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / options.ratePerSecond();
        this.body = new byte[options.payloadBytes()];
        new Random(1).nextBytes(body);
        sender.setDaemon(true);
    }

    @Override
    public void start() {
        sender.start();
    }

    @Override
    public void begin() {
        beganNanos = System.nanoTime();
        measuring = true;
    }

    @Override
    public Calls end() throws InterruptedException {
        measuring = false;
        long windowNanos = System.nanoTime() - beganNanos;
        long within = answered.sum();
        stopped = true;
        sender.join();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (inFlight.get() > 0 && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        long unanswered = inFlight.get();
        return Calls.of(windowNanos, within, failed.sum() + unanswered, latencies.getIntervalHistogram(), lateness);
    }

    private void send() {
        long next = System.nanoTime();
        while (!stopped) {
            long now = System.nanoTime();
            if (now - next < 0) {
                LockSupport.parkNanos(this, next - now);
                continue;
            }
            boolean counted = measuring;
            if (counted) {
                lateness.recordValue(Math.min(now - next, Calls.HIGHEST_NANOS));
            }
            if (inFlight.get() >= MOST_IN_FLIGHT) {
                failed.increment();
            } else {
                call(next, counted);
            }
            next += intervalNanos;
        }
    }

    private void call(long intendedNanos, boolean counted) {
        inFlight.incrementAndGet();
        echo.callAsync(body).whenComplete((back, failure) -> {
            long nanos = System.nanoTime() - intendedNanos;
            if (failure != null || !Arrays.equals(body, back)) {
                if (failed.sum() == 0) {
                    System.err.println(
                            "open-loop: " + (failure instanceof CompletionException ? failure.getCause() : failure));
                }
                failed.increment();
            } else {
                if (measuring) {
                    answered.increment();
                }
                if (counted) {
                    latencies.recordValue(Math.max(0, Math.min(nanos, Calls.HIGHEST_NANOS)));
                }
            }
            inFlight.decrementAndGet();
        });
    }
}
