package io.moa.server;

import io.moa.server.dispatch.WorkerPool;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the worker pools of a server, five times a second, how busy the processors are and whether memory is short. It has a thread of its own, because asking takes a
 * tenth of a millisecond, and because event loops are late when processors are busy. Opened once and closed once.
 */
final class OverloadWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OverloadWatch.class);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Collection<WorkerPool> pools;
    private final DoubleSupplier busy;
    private final BooleanSupplier memoryShort;
    private final Thread thread;
    private boolean wasShort; // used by the thread alone
    private volatile boolean closed;

    private OverloadWatch(Collection<WorkerPool> pools, DoubleSupplier busy, BooleanSupplier memoryShort, String name) {
        this.pools = pools;
        this.busy = busy;
        this.memoryShort = memoryShort;
        this.thread = new Thread(this::watch, "moa-overload-" + name);
        thread.setDaemon(true);
    }

    /** Begins. */
    static OverloadWatch open(Collection<WorkerPool> pools, String name) {
        OverloadWatch watch = new OverloadWatch(pools, Processors.ofThisProcess(), HeapPressure.ofThisProcess(), name);
        watch.thread.start();
        return watch;
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(this, STEP_NANOS);
            try {
                double now = busy.getAsDouble();
                boolean isShort = memoryShort.getAsBoolean();
                if (isShort && !wasShort) {
                    LOG.warn(
                            "More than 85 % of the heap is in use after a collection: until it is less, no call waits for a"
                                    + " thread here, and those that find none are refused");
                }
                wasShort = isShort;
                pools.forEach(pool -> pool.judge(now, isShort));
            } catch (RuntimeException | Error e) { // of an executor that was given: the others are judged all the same
                LOG.warn("How many calls run at once could not be judged; it is tried again in 200 ms", e);
            }
        }
    }

    /** Ends its thread; does not wait for it. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
