package io.moa.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** So many lines of one service in a second, and how many more there would have been. Safe for many threads; at a turn of the second one more may pass. */
final class LinePace {

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int most;
    private final AtomicLong beganNanos;
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicLong leftOut = new AtomicLong();

    LinePace(int most, long nowNanos) {
        this.most = most;
        this.beganNanos = new AtomicLong(nowNanos);
    }

    /** Whether a line may be told; if not, it is counted. */
    boolean take(long nowNanos) {
        long began = beganNanos.get();
        if (nowNanos - began >= SECOND_NANOS && beganNanos.compareAndSet(began, nowNanos)) {
            told.set(0);
        }
        if (told.get() < most && told.incrementAndGet() <= most) {
            return true;
        }
        leftOut.incrementAndGet();
        return false;
    }

    /** One that might be told could not be. */
    void leaveOut() {
        leftOut.incrementAndGet();
    }

    /** How many were left out since this was asked last. */
    long takeLeftOut() {
        return leftOut.get() == 0 ? 0 : leftOut.getAndSet(0);
    }
}
