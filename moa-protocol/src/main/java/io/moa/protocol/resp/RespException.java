package io.moa.protocol.resp;

/**
 * What came is no RESP, or over a limit, and where the next command begins is not known: the connection must be closed. Its message is for people, one
 * line, and shows nothing of the peer's but a character. It has no stack trace, so that a hostile peer cannot make us walk the stack.
 */
public final class RespException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RespException(String message) {
        super(message, null, false, false);
    }
}
