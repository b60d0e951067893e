package io.moa.transport.netty;

import io.moa.invoke.Cancellation;

/** The process that a connection came from, for the calls that it still serves. Any thread; nothing blocks. */
interface Elsewhere {

    /** The reply of a call is not wanted any more. */
    void cancel(long requestId, Cancellation.Reason reason);

    /** Asks where a call is; the answer comes as a frame. */
    void inquire(long requestId);
}
