package io.moa.benchmarks.echo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Callers that block: each calls again as soon as it is answered. It finds the throughput and the cost per call; its
 * latencies flatter, because a slow answer keeps its caller from asking meanwhile.
 */
final class ClosedLoop implements Load {

    private final EchoCall echo;
    private final List<Caller> callers = new ArrayList<>();
    private volatile boolean measuring;
    private volatile boolean stopped;
    private long beganNanos;

    ClosedLoop(EchoCall echo, EchoOptions options) {
        this.echo = echo;
        for (int i = 0; i < options.callers(); i++) {
            callers.add(new Caller(i, options.payloadBytes()));
        }
    }

    @Override
    public void start() {
        callers.forEach(Thread::start);
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
        stopped = true;
        Histogram latencies = Calls.histogram();
        long failed = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        for (Caller caller : callers) {
            caller.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            if (caller.isAlive()) {
                failed++; // never answered; its figures are still its own
            } else {
                latencies.add(caller.latencies);
                failed += caller.failed;
            }
        }
        return Calls.of(windowNanos, latencies.getTotalCount(), failed, latencies, Calls.histogram());
    }

    /** Keeps its own figures, so that callers meet nowhere but in the peer. */
    private final class Caller extends Thread {
        private final byte[] body;
        private final Histogram latencies = Calls.histogram();
        private long failed;

        Caller(int number, int payloadBytes) {
            super("caller-" + number);
            setDaemon(true);
            // different for each caller: an answer to somebody else would be noticed
            body = new byte[payloadBytes];
            new Random(number).nextBytes(body);
        }

        @Override
        public void run() {
            while (!stopped) {
                long begin = System.nanoTime();
                boolean right = answeredRightly();
                long nanos = System.nanoTime() - begin;
                if (!right) {
                    failed++;
                } else if (measuring) {
                    latencies.recordValue(Math.min(nanos, Calls.HIGHEST_NANOS));
                }
            }
        }

        private boolean answeredRightly() {
            try {
                return Arrays.equals(body, echo.call(body));
            } catch (Exception e) {
                if (failed == 0) {
                    System.err.println(getName() + ": " + e);
                }
                return false;
            }
        }
    }
}
