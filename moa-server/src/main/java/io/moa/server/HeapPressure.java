package io.moa.server;

import io.moa.invoke.Ticker;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Whether a collection has left too little of the heap free. What is in use between collections says nothing, because most of it is garbage; and
 * what one has left, a while ago, says nothing of now. Used by one thread.
 */
final class HeapPressure implements BooleanSupplier {

    private static final double MUCH = 0.85;
    private static final long TELLING_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Ticker ticker;
    private final LongSupplier collections;
    private final LongSupplier left;
    private final long most;
    private long counted;
    private long collectedNanos;
    private boolean collected; // since this looks

    /**
     * Looks there.
     *
     * @param collections how many there were so far
     * @param left how many bytes the latest one has left in use; negative if nobody knows
     * @param most how many may be; not positive if nobody knows
     */
    HeapPressure(Ticker ticker, LongSupplier collections, LongSupplier left, long most) {
        this.ticker = ticker;
        this.collections = collections;
        this.left = left;
        this.most = most;
        this.counted = collections.getAsLong();
    }

    /** The heap of this process, or the part of it where what lives long ends; where the collector does not tell, memory is never short. */
    static BooleanSupplier ofThisProcess() {
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isCollectionUsageThresholdSupported())
                .filter(pool ->
                        !pool.getName().contains("Eden") && !pool.getName().contains("Survivor"))
                .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
                .<BooleanSupplier>map(pool -> new HeapPressure(
                        System::nanoTime,
                        () -> count(collectors, pool),
                        () -> left(pool),
                        pool.getUsage().getMax()))
                .orElse(() -> false);
    }

    private static long count(List<GarbageCollectorMXBean> collectors, MemoryPoolMXBean pool) {
        long sum = 0;
        for (GarbageCollectorMXBean each : collectors) {
            if (List.of(each.getMemoryPoolNames()).contains(pool.getName())) {
                sum += each.getCollectionCount();
            }
        }
        return sum;
    }

    private static long left(MemoryPoolMXBean pool) {
        MemoryUsage after = pool.getCollectionUsage();
        return after == null ? -1 : after.getUsed();
    }

    @Override
    public boolean getAsBoolean() {
        long now = ticker.nanos();
        long count = collections.getAsLong();
        if (count != counted) {
            counted = count;
            collectedNanos = now;
            collected = true;
        }
        return collected && now - collectedNanos < TELLING_NANOS && most > 0 && left.getAsLong() >= most * MUCH;
    }
}
