package io.moa.transport;

import org.jspecify.annotations.Nullable;

/** A connection that did not come about. The message says where to, how far it got, and why it ended. */
public final class ConnectFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ConnectFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
