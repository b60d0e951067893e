package io.moa.transport;

import org.jspecify.annotations.Nullable;

/** A connection that did not come about. The message says where to, how far it got, and why it ended. */
public final class ConnectFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean nameless;

    public ConnectFailedException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    /**
     * One of which it may be known that nobody was asked.
     *
     * @param nameless whether it was not found out where the name of the host leads
     */
    public ConnectFailedException(String message, @Nullable Throwable cause, boolean nameless) {
        super(message, cause);
        this.nameless = nameless;
    }

    /** Whether it was not found out where the name of the host leads, so that no host was asked for a connection. */
    public boolean nameless() {
        return nameless;
    }
}
