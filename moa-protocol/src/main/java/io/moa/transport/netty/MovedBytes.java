package io.moa.transport.netty;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Bytes that another process wrote and its socket did not take: counted here until they have left. */
final class MovedBytes implements Flushable {

    private final int bytes;
    private final IntConsumer left;
    private @Nullable Flushable next;

    /**
     * @param left told of them when they have left, or never will
     */
    MovedBytes(int bytes, IntConsumer left) {
        this.bytes = bytes;
        this.left = left;
    }

    @Override
    public void flushed(long nowNanos) {
        left.accept(bytes);
    }

    @Override
    public void notFlushed(boolean untouched) {
        left.accept(bytes);
    }

    @Override
    public @Nullable Flushable nextFlushable() {
        return next;
    }

    @Override
    public void nextFlushable(@Nullable Flushable following) {
        next = following;
    }
}
