package io.moa.transport.netty;

import org.jspecify.annotations.Nullable;

/**
 * Something that any thread wants written on a connection. It carries the link of the stack it waits in, so that waiting
 * allocates nothing.
 */
interface Outbound {

    /** Writes itself, or finds that it need not any more. Called once, on the connection's event loop. */
    void write(FrameOutput out);

    /** Called instead of {@link #write}, on any thread, if the connection ended before. */
    void abandon();

    /** Called after {@link #write} threw; what it wrote of a frame is taken back. On the event loop. */
    void failed(FrameOutput out, Throwable thrown);

    @Nullable
    Outbound nextOutbound();

    void nextOutbound(@Nullable Outbound next);
}
