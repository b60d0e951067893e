package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a connection of a RESP client writes: answers into one buffer, which is handed to the socket with one flush, large bodies as they are.
 * Belongs to the event loop, except {@link #lastProgressNanos}.
 */
final class RespOutput {

    private static final int FIRST_BATCH_BYTES = 4 * 1024;
    private static final int EARLY_FLUSH_BYTES = 32 * 1024;
    private static final int MOST_EXPECTED_BYTES = 48 * 1024;
    /** A larger body is cheaper to hand over than to copy. */
    static final int COPY_LIMIT_BYTES = 8 * 1024;

    private final ChannelHandlerContext context;
    private final Ticker ticker;
    private final IntConsumer left;
    private @Nullable ByteBuf batch;
    private int expected = FIRST_BATCH_BYTES; // as much as the last batch, for a client asks as much as before
    private int held; // of what stands in the batch, and in what was written since
    private boolean keptBack; // what stands in the batch waits until the socket has taken what is before it
    private boolean closed;
    private @Nullable RespFollowing late; // where each answer goes, if the connection was moved
    private volatile long lastProgressNanos; // read by other threads too
    private @Nullable Object lastHead;
    private long lastHeadProgress;

    /**
     * @param left told how many bytes that were {@linkplain #hold held} have left, or never will
     */
    RespOutput(ChannelHandlerContext context, Ticker ticker, IntConsumer left) {
        this.context = context;
        this.ticker = ticker;
        this.left = left;
        this.lastProgressNanos = ticker.nanos();
    }

    /** Where the next answer is written. */
    ByteBuf batch() {
        ByteBuf current = batch;
        if (current == null) {
            current = context.alloc().directBuffer(expected);
            batch = current;
        }
        return current;
    }

    /** Writes a body after what stands in the batch; takes its reference over. */
    void body(ByteBuf body) {
        if (late != null || body.readableBytes() <= COPY_LIMIT_BYTES) {
            batch().writeBytes(body, body.readerIndex(), body.readableBytes());
            body.release();
        } else {
            emit();
            write(body);
        }
    }

    /** So many bytes are counted somewhere for what was just written, until it has left. */
    void hold(int bytes) {
        held += bytes;
    }

    /** Hands over what was written, if it is enough to be worth a system call. */
    void flushIfMuch() {
        if (late != null) {
            follow(late);
            return;
        }
        ByteBuf current = batch;
        if (current != null && current.readableBytes() >= EARLY_FLUSH_BYTES) {
            flush();
        }
    }

    /**
     * Hands everything written so far to the socket. While that takes nothing a little is kept back until it is much, or the socket has taken the rest: a
     * short answer in a buffer of its own takes a hundred times what it says, and a client that asks for one after the other and takes none would hold as
     * many of them as it likes.
     */
    void flush() {
        if (closed || late != null) {
            return;
        }
        ByteBuf current = batch;
        if (isSocketFull() && (current == null || current.readableBytes() < EARLY_FLUSH_BYTES)) {
            keptBack = true;
            return;
        }
        keptBack = false;
        noteWaiting();
        emit();
        context.flush();
    }

    /** Hands everything over; the future is that of the last byte. */
    ChannelFuture finish() {
        emit();
        return context.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    private void emit() {
        ByteBuf current = batch;
        if (current != null) {
            batch = null;
            int rounded = (current.readableBytes() + FIRST_BATCH_BYTES) & -FIRST_BATCH_BYTES;
            expected = Math.min(MOST_EXPECTED_BYTES, Math.max(FIRST_BATCH_BYTES, rounded));
            write(current);
        }
    }

    private void write(ByteBuf bytes) {
        int waiting = held;
        held = 0;
        ChannelFuture write = context.write(bytes);
        if (write.isDone()) {
            written(write, waiting);
        } else {
            write.addListener(done -> written((ChannelFuture) done, waiting));
        }
    }

    private void written(ChannelFuture write, int waiting) {
        if (write.isSuccess()) {
            lastProgressNanos = ticker.nanos();
        }
        if (waiting > 0) {
            left.accept(waiting);
        }
        if (keptBack && !closed && !isSocketFull()) {
            flush();
        }
    }

    // ---- moving

    /** Copies of the bytes that the socket has not taken, which no event loop watches any more. */
    byte[] rest() {
        emit();
        return UnsentBytes.of(channel());
    }

    /** Goes on where it rested, with the socket watched again. */
    void goOn() {
        keptBack = false;
        context.flush();
    }

    /** Writes bytes that were made elsewhere, before anything else is; so many are counted for them as there are. */
    void resume(byte[] unsent) {
        emit();
        hold(unsent.length);
        write(Unpooled.wrappedBuffer(unsent));
        context.flush();
    }

    /** The connection is served elsewhere: from now on each answer follows it there. */
    void followInto(RespFollowing answers) {
        close();
        late = answers;
    }

    /** Nobody waits for the answers that would still follow. */
    void abandonFollowing() {
        if (late != null) {
            late.abandon();
        }
    }

    private void follow(RespFollowing answers) {
        ByteBuf answer = batch();
        batch = null;
        answers.accept(answer);
        int waiting = held;
        held = 0;
        if (waiting > 0) {
            left.accept(waiting);
        }
    }

    private boolean isSocketFull() {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        return pending != null && !pending.isEmpty();
    }

    private Channel channel() {
        return context.channel();
    }

    /** The time without progress counts from when something began to wait. */
    private void noteWaiting() {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        if (pending == null || pending.isEmpty()) {
            lastProgressNanos = ticker.nanos();
        }
    }

    /** How many bytes wait for the socket to take them, or to be handed to it. */
    long unsentBytes() {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        ByteBuf current = batch;
        return (pending == null ? 0 : pending.totalPendingWriteBytes())
                + (current == null ? 0 : current.readableBytes());
    }

    /** Since when the client has taken no byte although some wait for it; or the present if none wait. */
    long stalledSinceNanos(long nowNanos) {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        Object head = pending == null ? null : pending.current();
        long headProgress = head == null ? 0 : pending.currentProgress();
        if (head == null || head != lastHead || headProgress != lastHeadProgress) {
            lastProgressNanos = nowNanos;
        }
        lastHead = head;
        lastHeadProgress = headProgress;
        return lastProgressNanos;
    }

    /** When the client last took something, as far as known. Any thread. */
    long lastProgressNanos() {
        return lastProgressNanos;
    }

    /** Counts the time without progress from now on. */
    void watchAnew(long nowNanos) {
        lastProgressNanos = nowNanos;
    }

    /** The connection is gone. */
    void close() {
        closed = true;
        ByteBuf unsent = batch;
        batch = null;
        if (unsent != null) {
            unsent.release();
        }
        if (held > 0) {
            left.accept(held);
            held = 0;
        }
    }
}
