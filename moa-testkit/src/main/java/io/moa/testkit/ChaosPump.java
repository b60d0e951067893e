package io.moa.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One direction of one connection: reads from the source what the faults allow, holds it for its time, writes it to the
 * sink while the sink takes it. Everything happens on the event loop that both channels share.
 *
 * <p>Back-pressure is the product of two limits: nothing is written to a sink that is not writable, and nothing is read
 * while as much is held as the limit says. A buffer belongs to the pump from {@link #received} until it is written or
 * dropped.
 */
final class ChaosPump {

    /** How many bytes one connection holds while it has no reason to. */
    static final int LIMIT_BYTES = 64 * 1024;

    /** How many bytes one connection holds while bytes wait for their time. */
    static final int TIMED_LIMIT_BYTES = 4 * 1024 * 1024;

    private static final long SLICES_PER_SECOND = 100; // how finely a limited bandwidth is spread

    /** How a source ended. */
    enum End {
        /** With the end of its stream: the other way may go on. */
        FIN,
        /** By a reset, or by an error of the socket. */
        RST
    }

    private record Piece(ByteBuf bytes, long dueNanos) {}

    private final ChaosDirection direction;
    private final SocketChannel source;
    private final SocketChannel sink;
    private final RandomGenerator random;
    private final Runnable onEnd;

    private final ArrayDeque<Piece> held = new ArrayDeque<>();
    private long heldBytes;
    private int writing;
    private boolean reading;
    private boolean advancing;
    private boolean draining;
    private @Nullable End end;
    private boolean endPassedOn;
    private long wakeNanos;
    private boolean wakeScheduled;
    private long lastDueNanos;
    private long lineFreeNanos;
    private long position;

    /**
     * A pump that does nothing before {@link #advance()}.
     *
     * @param onEnd told once when the end of the source was passed on
     */
    ChaosPump(
            ChaosDirection direction,
            SocketChannel source,
            SocketChannel sink,
            RandomGenerator random,
            Runnable onEnd) {
        this.direction = direction;
        this.source = source;
        this.sink = sink;
        this.random = random;
        this.onEnd = onEnd;
        this.lastDueNanos = System.nanoTime();
        this.lineFreeNanos = lastDueNanos;
    }

    /** Takes bytes that the source sent; they belong to this pump now. */
    void received(ByteBuf bytes) {
        int count = bytes.readableBytes();
        direction.received.add(count);
        ChaosFaults faults = direction.faults();
        if (draining || faults.flow() == ChaosFaults.Flow.SWALLOWED || !sink.isActive()) {
            direction.dropped.add(count);
            bytes.release();
            return;
        }
        if (faults.corruptEveryBytes() > 0) {
            corrupt(bytes, faults.corruptEveryBytes());
        }
        position += count;
        int most = count;
        if (faults.sliceBytes() > 0) {
            most = Math.min(most, faults.sliceBytes());
        }
        if (faults.bytesPerSecond() > 0) {
            most = (int) Math.min(most, Math.max(1, faults.bytesPerSecond() / SLICES_PER_SECOND));
        }
        while (bytes.readableBytes() > most) {
            hold(bytes.readRetainedSlice(most), faults);
        }
        hold(bytes, faults);
    }

    private void hold(ByteBuf bytes, ChaosFaults faults) {
        int count = bytes.readableBytes();
        long due = System.nanoTime() + faults.delayNanos();
        if (faults.jitterNanos() > 0) {
            due += random.nextLong(faults.jitterNanos() + 1);
        }
        if (due - lastDueNanos < 0) {
            due = lastDueNanos; // nothing overtakes
        }
        if (faults.bytesPerSecond() > 0) {
            if (due - lineFreeNanos < 0) {
                due = lineFreeNanos;
            }
            lineFreeNanos = due + TimeUnit.SECONDS.toNanos(count) / faults.bytesPerSecond();
        }
        lastDueNanos = due;
        held.add(new Piece(bytes, due));
        heldBytes += count;
    }

    private void corrupt(ByteBuf bytes, int every) {
        long first = every - 1 - position % every;
        for (long at = first; at < bytes.readableBytes(); at += every) {
            int index = bytes.readerIndex() + (int) at;
            bytes.setByte(index, bytes.getByte(index) ^ (1 << random.nextInt(8)));
            direction.flipped.increment();
        }
    }

    /** The read that was asked for is over. */
    void readComplete() {
        reading = false;
        advance();
    }

    /** The source has ended; the first end counts. */
    void ended(End how) {
        if (end == null) {
            end = how;
            advance();
        }
    }

    /** Does what can be done now: forwards, passes the end on, reads. Harmless at any time. */
    void advance() {
        if (advancing) {
            return; // a write or a read below came back to here; the outer call goes on
        }
        advancing = true;
        try {
            forward();
            passEndOn();
            read();
        } finally {
            advancing = false;
        }
    }

    private void forward() {
        ChaosFaults faults = direction.faults();
        if (draining || faults.flow() == ChaosFaults.Flow.SWALLOWED || !sink.isActive()) {
            drop();
            return;
        }
        if (faults.flow() == ChaosFaults.Flow.STALLED) {
            return;
        }
        boolean timed = faults.timed();
        while (sink.isWritable()) {
            Piece piece = held.peek();
            if (piece == null) {
                return;
            }
            long wait = timed ? piece.dueNanos() - System.nanoTime() : 0;
            if (wait > 0) {
                wakeIn(wait, piece.dueNanos());
                return;
            }
            held.remove();
            int count = piece.bytes().readableBytes();
            heldBytes -= count;
            writing++;
            sink.writeAndFlush(piece.bytes()).addListener(written -> {
                writing--;
                (written.isSuccess() ? direction.forwarded : direction.dropped).add(count);
                advance();
            });
            if (faults.sliceBytes() > 0 && !held.isEmpty()) {
                // The next piece in a turn of its own, so that thousands of one byte do not keep the loop from the
                // rest.
                source.eventLoop().execute(this::advance);
                return;
            }
        }
    }

    private void wakeIn(long waitNanos, long dueNanos) {
        if (wakeScheduled && wakeNanos - dueNanos <= 0) {
            return;
        }
        wakeScheduled = true;
        wakeNanos = dueNanos;
        source.eventLoop()
                .schedule(
                        () -> {
                            if (wakeNanos == dueNanos) {
                                wakeScheduled = false;
                            }
                            advance();
                        },
                        waitNanos,
                        TimeUnit.NANOSECONDS);
    }

    private void passEndOn() {
        if (end == null || endPassedOn || (!draining && direction.faults().flow() != ChaosFaults.Flow.ON)) {
            return;
        }
        // A reset does not wait for a receiver that takes nothing; the end of the stream comes after the last byte.
        boolean due = held.isEmpty() ? (writing == 0 || end == End.RST) : (end == End.RST && !sink.isWritable());
        if (!due) {
            return;
        }
        endPassedOn = true;
        drop();
        if (end == End.RST) {
            reset(sink);
        } else if (sink.isActive()) {
            sink.shutdownOutput();
        }
        onEnd.run();
    }

    private void read() {
        ChaosFaults faults = direction.faults();
        boolean wanted = draining || faults.flow() != ChaosFaults.Flow.STALLED;
        int limit = faults.timed() ? TIMED_LIMIT_BYTES : LIMIT_BYTES;
        if (!reading && end == null && wanted && heldBytes < limit) {
            reading = true;
            source.read();
        }
    }

    /** Ends the sink's stream now and drops whatever the source still sends. */
    void drain() {
        draining = true;
        drop();
        if (sink.isActive() && !sink.isOutputShutdown()) {
            sink.shutdownOutput();
        }
        advance();
    }

    /** Lets go of everything held. */
    void drop() {
        for (Piece piece = held.poll(); piece != null; piece = held.poll()) {
            direction.dropped.add(piece.bytes().readableBytes());
            piece.bytes().release();
        }
        heldBytes = 0;
    }

    /** Whether the end of the source was passed on. */
    boolean isOver() {
        return endPassedOn;
    }

    /** Closes a channel so that its peer sees a reset. */
    static void reset(Channel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.close();
    }
}
