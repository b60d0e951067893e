package io.moa.transport;

import io.moa.invoke.Attributes;

/**
 * What never changes about the calls of one method in its encoded form, made once by the stub so that a connection only
 * copies it. Immutable; the array is not to be changed.
 *
 * @param target the encoded target field of the call header: service, method, serializer
 * @param serializer the number of the serializer that encodes the payload
 */
@SuppressWarnings("ArrayRecordComponent") // copied to a buffer with every call; nobody compares wire forms
public record WireForm(byte[] target, int serializer) {

    /** Under this key an invocation carries the wire form of its method. */
    public static final Attributes.Key<WireForm> KEY = new Attributes.Key<>("wire form");
}
