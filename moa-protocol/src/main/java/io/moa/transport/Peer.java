package io.moa.transport;

import io.moa.invoke.Caller;

/**
 * A process at one end of a connection.
 *
 * @param application whose process it is
 * @param instance its uuid
 */
public record Peer(String application, String instance) {

    /** The same, in the words of a call. */
    public Caller asCaller() {
        return new Caller(application, instance);
    }

    @Override
    public String toString() {
        return application + "#" + instance.substring(0, Math.min(8, instance.length()));
    }
}
