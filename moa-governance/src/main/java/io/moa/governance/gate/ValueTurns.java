package io.moa.governance.gate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.moa.invoke.Ticker;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The turns of each value of a key, of at most {@value #MOST} values and as many more as threads come at once. A value is forgotten when so much
 * time has passed without its calls that nothing is left of what they used, and never sooner: whoever comes with a million names finds those
 * that were there before as he left them. What finds no room shares one count.
 *
 * <p>Values are remembered by a Caffeine cache without threads: it tidies up on the calls that come. Safe for many threads.
 */
final class ValueTurns {

    /** How many values are told apart. */
    static final int MOST = 10_000;

    private static final long TIDY_NANOS = 100_000_000;

    private final Cache<String, Turns> values;
    private final Supplier<Meter> meters;
    private final Turns others;
    private final Ticker ticker;
    private final AtomicLong tidiedNanos;
    private volatile long idleNanos;

    ValueTurns(Supplier<Meter> meters, Rate rate, Ticker ticker) {
        this.meters = meters;
        this.ticker = ticker;
        this.others = new Turns(meters.get());
        this.tidiedNanos = new AtomicLong(ticker.nanos());
        this.idleNanos = rate.idleAfter() / Rate.PARTS;
        this.values = Caffeine.newBuilder()
                .executor(Runnable::run)
                .ticker(ticker::nanos)
                .expireAfter(new Idle())
                .build();
    }

    /** Those of a value, which they have from now on if there is room; else those of all without room. */
    Turns of(String value) {
        Turns known = values.getIfPresent(value);
        if (known != null) {
            return known;
        }
        return hasRoom() ? values.get(value, any -> new Turns(meters.get())) : others;
    }

    private boolean hasRoom() {
        if (values.estimatedSize() < MOST) {
            return true;
        }
        long now = ticker.nanos();
        long tidied = tidiedNanos.get();
        // Those that are idle still count until somebody looks, which takes a lock: not on each call of a flood.
        if (now - tidied >= TIDY_NANOS && tidiedNanos.compareAndSet(tidied, now)) {
            values.cleanUp();
        }
        return values.estimatedSize() < MOST;
    }

    /** As {@link #of} would answer, while nothing changes; null for a value that would be new. */
    @Nullable
    Turns known(String value) {
        Turns known = values.policy().getIfPresentQuietly(value);
        return known != null || values.estimatedSize() < MOST ? known : others;
    }

    /** Whether these are of all that found no room. */
    boolean isShared(@Nullable Turns turns) {
        return turns == others;
    }

    /** How many values are remembered. */
    long size() {
        return values.estimatedSize();
    }

    /** Another rate holds from now on, and the time after which nothing is left with it. */
    void changed(Rate rate, long now) {
        idleNanos = rate.idleAfter() / Rate.PARTS;
        others.changed(rate, now);
        values.asMap().values().forEach(each -> each.changed(rate, now));
    }

    private final class Idle implements Expiry<String, Turns> {
        @Override
        public long expireAfterCreate(String value, Turns turns, long now) {
            return idleNanos;
        }

        @Override
        public long expireAfterUpdate(String value, Turns turns, long now, long left) {
            return idleNanos;
        }

        @Override
        public long expireAfterRead(String value, Turns turns, long now, long left) {
            return idleNanos;
        }
    }
}
