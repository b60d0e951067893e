package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/**
 * Why a call did not yield a value. A caller can act on the status without reading the message.
 *
 * <p>Two questions are answered by the status together with {@link Executed}, and nowhere else: may the call be sent
 * again, and what does the failure say about the instance? Each constant says when to use it and when to use a neighbour.
 */
public enum Status {
    /**
     * The implementation threw: a business exception. The instance is healthy. A failure of MOA's own is {@link
     * #INTERNAL}.
     */
    APPLICATION(1, false),
    /** The arguments could not be decoded or do not fit the method. A whole body over a limit is {@link #TOO_LARGE}. */
    INVALID_ARGUMENT(2, false),
    /** The service or method is not exported here. A serializer or compression not offered is {@link #UNSUPPORTED}. */
    UNIMPLEMENTED(3, false),
    /** The service is exported, but not with this serializer, compression or feature. */
    UNSUPPORTED(4, false),
    /**
     * The time of the call was up, at the caller or at a hop. It speaks against nobody by itself, because it is the caller
     * who chose the time. A call withdrawn earlier is {@link #CANCELLED}.
     */
    DEADLINE_EXCEEDED(5, false),
    /** The caller withdrew the call. */
    CANCELLED(6, false),
    /**
     * No instance could be reached, or the connection broke. An instance that answered, and refused, is {@link
     * #OVERLOADED}, {@link #DRAINING} or {@link #REJECTED}.
     */
    UNAVAILABLE(7, true),
    /** A rule or limit said no to this call: rate, concurrency, access. Trying elsewhere does not help by itself. */
    REJECTED(8, false),
    /** This instance has no room: its queue or memory budget is full. Another instance may have room. */
    OVERLOADED(9, true),
    /** This instance is closing and took no new call. Send it elsewhere. */
    DRAINING(10, false),
    /** The request or the reply is larger than a limit. The message names the limit and both sizes. */
    TOO_LARGE(11, false),
    /** The peer could not prove who it is. An identity that is known but not allowed is {@link #PERMISSION_DENIED}. */
    UNAUTHENTICATED(12, false),
    /** The identity is known and may not do this. */
    PERMISSION_DENIED(13, false),
    /** The peer broke the wire protocol. */
    PROTOCOL_ERROR(14, true),
    /** A fault of MOA or of an extension: a bug. */
    INTERNAL(15, true);

    private static final @Nullable Status[] BY_CODE = byCode();

    private final int code;
    private final boolean instanceSuspect;

    Status(int code, boolean instanceSuspect) {
        this.code = code;
        this.instanceSuspect = instanceSuspect;
    }

    /** The number that stands for this status on the wire: 1 to 255, 0 meaning success. Never changes. */
    public int code() {
        return code;
    }

    /** Whether a failure of this status, as such, says something against the instance that answered. */
    public boolean instanceSuspect() {
        return instanceSuspect;
    }

    /**
     * The status for a number from the wire.
     *
     * @return the status; {@link #INTERNAL} for a number that a newer peer may know and we do not
     */
    public static Status ofCode(int code) {
        Status status = code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        return status != null ? status : INTERNAL;
    }

    private static @Nullable Status[] byCode() {
        @Nullable Status[] table = new @Nullable Status[32];
        for (Status status : values()) {
            table[status.code] = status;
        }
        return table;
    }
}
