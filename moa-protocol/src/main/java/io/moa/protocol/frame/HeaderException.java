package io.moa.protocol.frame;

/**
 * A header or message does not follow the protocol or is over a limit. The frame around it was intact, so the connection
 * lives and only the call, or the handshake, fails. The message is a sentence in printable characters.
 *
 * <p>It has no stack trace, for the reason given at {@link FrameException}.
 */
public final class HeaderException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HeaderException(String message) {
        super(message, null, false, false);
    }
}
