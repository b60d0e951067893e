package io.moa.protocol.frame;

/**
 * The bytes of a connection do not follow the protocol, and where the next frame begins is not known any more: the
 * connection must be closed. The message says what was found, in printable characters only.
 *
 * <p>It has no stack trace. It describes a peer's bytes and not our code, and a hostile peer must not be able to make us
 * walk the stack for every connection it opens.
 */
public final class FrameException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public FrameException(String message) {
        super(message, null, false, false);
    }
}
