package io.moa.server;

import com.sun.management.OperatingSystemMXBean;
import io.moa.invoke.Ticker;
import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * How busy the processors are that this process may use: by all that runs on the machine, or in the container; and by this process alone, which
 * may be kept to some of the machine's processors. The larger share counts; but while this process uses next to nothing, its calls wait for
 * others, whatever those do with the processors, and its own share alone counts. Used by one thread.
 */
final class Processors implements DoubleSupplier {

    private static final double NEXT_TO_NOTHING = 0.15;

    private final Ticker ticker;
    private final DoubleSupplier machine;
    private final LongSupplier usedNanos;
    private final IntSupplier number;
    private long lookedNanos;
    private long usedThenNanos;

    /**
     * Looks there.
     *
     * @param machine the share that is in use, 0 to 1, since it was asked last; negative if nobody knows
     * @param usedNanos the processor time of this process so far; negative if nobody knows
     * @param number how many processors it may use
     */
    Processors(Ticker ticker, DoubleSupplier machine, LongSupplier usedNanos, IntSupplier number) {
        this.ticker = ticker;
        this.machine = machine;
        this.usedNanos = usedNanos;
        this.number = number;
        this.lookedNanos = ticker.nanos();
        this.usedThenNanos = usedNanos.getAsLong();
    }

    /** Those of this process; of a Java that does not tell, nothing is known. */
    static DoubleSupplier ofThisProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? new Processors(
                        System::nanoTime,
                        system::getCpuLoad,
                        system::getProcessCpuTime,
                        Runtime.getRuntime()::availableProcessors)
                : () -> Double.NaN;
    }

    /** The share that was in use since it was asked last, 0 to 1; NaN if nobody knows. */
    @Override
    public double getAsDouble() {
        double all = machine.getAsDouble();
        long used = usedNanos.getAsLong();
        long now = ticker.nanos();
        double own = used < 0 || now - lookedNanos <= 0
                ? -1
                : (used - usedThenNanos) / ((double) (now - lookedNanos) * number.getAsInt());
        lookedNanos = now;
        usedThenNanos = used;
        double most = own >= 0 && own < NEXT_TO_NOTHING ? own : Math.max(all, own);
        return most < 0 || Double.isNaN(most) ? Double.NaN : Math.min(1, most);
    }
}
