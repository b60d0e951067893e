package io.moa.client.stub;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of failures that callers are not told of: the first one, and then at most one line in a second, with the number of those
 * between. Safe for many threads.
 */
final class SwallowedFailures {

    private static final Logger LOG = LoggerFactory.getLogger(SwallowedFailures.class);
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final AtomicLong untold = new AtomicLong();
    private final AtomicLong toldAt = new AtomicLong(Long.MIN_VALUE); // for "not yet"

    void add(String method, Throwable failure, String instead, long nowNanos) {
        long last = toldAt.get();
        boolean due = last == Long.MIN_VALUE || nowNanos - last >= PAUSE_NANOS;
        if (!due || !toldAt.compareAndSet(last, nowNanos)) {
            untold.incrementAndGet();
            return;
        }
        long others = untold.getAndSet(0);
        LOG.warn(
                "{} failed, and its caller gets {}{}: {}",
                method,
                instead,
                others == 0 ? "" : "; " + others + " other failures since the last such line",
                failure.getMessage());
    }
}
