package io.moa.transport.netty;

import io.netty.buffer.ByteBuf;

/**
 * Where the replies of calls go whose connection is served by another process meanwhile. Called on the event loop that the
 * connection had.
 */
interface LateFrames {

    /**
     * A frame, whole and not split.
     *
     * @param last whether the call has ended with it
     * @param frame its reference is taken over
     */
    void frame(long requestId, boolean last, ByteBuf frame);

    /** A call has ended, and nobody waits for its reply. */
    void ended(long requestId);
}
