package io.moa.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * One direction of a {@link ChaosProxy}: its faults and its counters, over all connections.
 *
 * <p>Faults add up: a direction may be slow, sliced and corrupt at once. A setter holds for the connections that exist and
 * for those to come; when it returns, it is in force, and a byte that had not gone on by then is subject to it. Only what
 * was held back for its time keeps that time, until no timed fault (delay, jitter, bandwidth) is left.
 *
 * <p>Safe for many threads.
 */
public final class ChaosDirection {

    private final String name;
    private final Runnable changed;
    private final Object lock = new Object();
    private volatile ChaosFaults faults = ChaosFaults.NONE; // written under lock

    final LongAdder received = new LongAdder();
    final LongAdder forwarded = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder flipped = new LongAdder();

    /** A direction without faults; {@code changed} puts a new value of them in force before it returns. */
    ChaosDirection(String name, Runnable changed) {
        this.name = name;
        this.changed = changed;
    }

    /**
     * Holds every byte back for so long. Bytes on the way are limited to {@value ChaosPump#TIMED_LIMIT_BYTES} a connection;
     * beyond, the sender feels it.
     *
     * @param delay zero for none
     * @return this
     */
    public ChaosDirection delay(Duration delay) {
        long nanos = nanos(delay);
        return change(before -> before.withDelay(nanos));
    }

    /**
     * Holds bytes back for up to so long, evenly distributed and drawn anew for each piece, on top of the delay. Order is
     * kept.
     *
     * @param jitter zero for none
     * @return this
     */
    public ChaosDirection jitter(Duration jitter) {
        long nanos = nanos(jitter);
        return change(before -> before.withJitter(nanos));
    }

    /**
     * Sends bytes on in pieces of at most so many, each with a write of its own. The receiver's kernel may join pieces that
     * the receiver is slow to read.
     *
     * @param bytes 1 or more, or 0 for whole
     * @return this
     */
    public ChaosDirection slice(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("A slice has 1 byte or more, or 0 for whole, not " + bytes);
        }
        return change(before -> before.withSlice(bytes));
    }

    /**
     * Limits what goes on, for each connection.
     *
     * @param bytesPerSecond 1 or more, or 0 for no limit
     * @return this
     */
    public ChaosDirection bandwidth(long bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "A bandwidth is 1 byte a second or more, or 0 for no limit, not " + bytesPerSecond);
        }
        return change(before -> before.withBandwidth(bytesPerSecond));
    }

    /**
     * Flips one bit in every so many bytes of each connection: the bit drawn from the proxy's seed, the byte each n-th one.
     *
     * @param everyBytes 1 or more, or 0 for none
     * @return this
     */
    public ChaosDirection corrupt(int everyBytes) {
        if (everyBytes < 0) {
            throw new IllegalArgumentException("Every 1 byte or more, or 0 for none, not " + everyBytes);
        }
        return change(before -> before.withCorruption(everyBytes));
    }

    /**
     * Stops reading and forwarding, so that after the kernels' buffers are full the sender cannot write. Nothing is lost:
     * {@link #flow()} lets it go on. A piece that was asked for before may still be read, and is kept.
     *
     * @return this
     */
    public ChaosDirection stall() {
        return change(before -> before.withFlow(ChaosFaults.Flow.STALLED));
    }

    /**
     * Reads and drops, what waits to go on included, so that the sender notices nothing and the receiver gets nothing. An
     * end of the stream is kept and passed on at {@link #flow()}, as TCP would after an outage; the bytes are gone.
     *
     * @return this
     */
    public ChaosDirection swallow() {
        return change(before -> before.withFlow(ChaosFaults.Flow.SWALLOWED));
    }

    /**
     * Ends {@link #stall()} and {@link #swallow()}.
     *
     * @return this
     */
    public ChaosDirection flow() {
        return change(before -> before.withFlow(ChaosFaults.Flow.ON));
    }

    /**
     * Ends every fault of this direction; what was held back goes on at once, in order.
     *
     * @return this
     */
    public ChaosDirection heal() {
        return change(before -> ChaosFaults.NONE);
    }

    /** Bytes read from the senders so far. */
    public long received() {
        return received.sum();
    }

    /** Bytes handed to the kernel for the receivers so far. */
    public long forwarded() {
        return forwarded.sum();
    }

    /** Bytes read that will never go on: swallowed, or held when their connection ended. */
    public long dropped() {
        return dropped.sum();
    }

    /** Bits flipped so far. */
    public long flipped() {
        return flipped.sum();
    }

    ChaosFaults faults() {
        return faults;
    }

    private ChaosDirection change(UnaryOperator<ChaosFaults> change) {
        synchronized (lock) {
            faults = change.apply(faults);
        }
        changed.run();
        return this;
    }

    private static long nanos(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("Bytes do not arrive before they are sent: " + duration);
        }
        return duration.toNanos();
    }

    @Override
    public String toString() {
        return name + "[received " + received() + ", forwarded " + forwarded() + ", dropped " + dropped() + ", flipped "
                + flipped() + ", " + faults + "]";
    }
}
