package io.moa.transport;

import io.moa.invoke.Attributes;

/**
 * What never changes about the calls of one method in its encoded form, made once by the stub so that a connection only
 * copies it. Immutable; the array is not to be changed.
 *
 * @param target the encoded target field of the call header: service, method, serializer
 * @param serializer the number of the serializer that encodes the payload
 * @param governedThere whether the peer is an agent that makes the call for its caller. It is told of a little less time than there is, so that
 *     its account of a call that was late is here in time, and what it says of where rules led the call is believed
 */
@SuppressWarnings("ArrayRecordComponent") // copied to a buffer with every call; nobody compares wire forms
public record WireForm(byte[] target, int serializer, boolean governedThere) {

    private static final long MOST_LESS_NANOS = 3_000_000;

    /** Of calls that the peer serves. */
    public WireForm(byte[] target, int serializer) {
        this(target, serializer, false);
    }

    /**
     * Of how much time the peer is told: an agent of up to 3 ms less than there is, and of no more than a sixteenth less.
     *
     * @param remainingNanos what is left; negative for no limit
     */
    public long told(long remainingNanos) {
        return governedThere && remainingNanos > 0
                ? remainingNanos - Math.min(MOST_LESS_NANOS, remainingNanos / 16)
                : remainingNanos;
    }

    /** Under this key an invocation carries the wire form of its method. */
    public static final Attributes.Key<WireForm> KEY = new Attributes.Key<>("wire form");
}
