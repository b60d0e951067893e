package io.moa.transport.netty;

import org.jspecify.annotations.Nullable;

/**
 * Something whose bytes were handed to a connection and that wants to know when they have left the process. It carries the
 * link of the list it waits in. Called on the event loop.
 */
interface Flushable {

    /** Every byte was taken by the operating system. */
    void flushed(long nowNanos);

    /**
     * The connection broke before every byte was taken.
     *
     * @param untouched whether certainly no byte of it was taken
     */
    void notFlushed(boolean untouched);

    @Nullable
    Flushable nextFlushable();

    void nextFlushable(@Nullable Flushable next);
}
