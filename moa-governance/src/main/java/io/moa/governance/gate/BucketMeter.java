package io.moa.governance.gate;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket of tokens, kept as one number: the moment at which it will be full again, so there is no timer and no lock. With a bucket of one token
 * calls are evenly spaced. Source: the generic cell rate algorithm, ITU-T I.371.
 */
final class BucketMeter implements Meter {

    private final AtomicLong fullAt = new AtomicLong();

    @Override
    public long take(Rate rate, long now, long mostWait) {
        while (true) {
            long before = fullAt.get();
            long begin = Math.max(before, now);
            long turn = Math.max(now, begin - rate.ahead());
            if (turn - now > mostWait) {
                return ~turn;
            }
            if (fullAt.compareAndSet(before, begin + rate.interval())) {
                return turn;
            }
        }
    }

    @Override
    public long next(Rate rate, long now) {
        return Math.max(now, fullAt.get() - rate.ahead());
    }

    @Override
    public void changed(Rate rate, long now) {
        // An empty bucket of the new size, and not what is missing in a much larger one of before.
        long latest = now + rate.mostWait() + rate.ahead() + rate.interval();
        fullAt.updateAndGet(at -> Math.min(at, latest));
    }

    @Override
    public long untilFree(long now) {
        return Math.max(0, fullAt.get() - now);
    }

    @Override
    public void owe(Rate rate, long now, long untilFree) {
        fullAt.set(now + Math.min(untilFree, rate.ahead() + rate.interval()));
    }

    @Override
    public Meter copy() {
        BucketMeter copy = new BucketMeter();
        copy.fullAt.set(fullAt.get());
        return copy;
    }
}
