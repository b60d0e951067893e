package io.moa.transport.netty;

import io.moa.invoke.Cancellation;

/**
 * A connection that can be served by another process from some moment on. Belongs to the event loop of the connection.
 *
 * <pre>
 *              rest()                    followInto()
 *   served ───────────────▶ resting ───────────────────▶ served elsewhere; its open calls end here
 *      ▲                       │
 *      └───────────────────────┘
 *               goOn()
 * </pre>
 */
interface Movable {

    /** Whether it can be moved now; else it stays, and ends where it is. */
    boolean canMove();

    /**
     * Stops: nothing is read or written from here on, and replies wait. The event loop does not watch the socket any more.
     *
     * @return what another process needs to go on, as it travels
     */
    Rest rest();

    /** Goes on as if nothing had happened; the event loop watches the socket again. */
    void goOn();

    /** It is served elsewhere: what its open calls are answered goes there. The channel is closed behind it. */
    void followInto(LateFrames frames);

    /** A call that stayed here is not wanted any more. */
    void cancel(long requestId, Cancellation.Reason reason);

    /** Where a call is that stayed here; answered by a frame that follows. */
    void inquire(long requestId);

    /**
     * A connection at rest.
     *
     * @param kind what its client speaks
     * @param state that travels
     * @param halfReadBytes that were read, and are no whole frame or command yet
     * @param unsentBytes that the socket has not taken
     * @param openCalls that end here
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody shares, and nobody compares
    record Rest(MovedKind kind, byte[] state, long halfReadBytes, long unsentBytes, int openCalls) {}
}
