package io.moa.ops;

/** What was asked for is refused or failed, with a message for people, and the status of HTTP that says of which kind it is. */
public final class OpsException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;

    public OpsException(int status, String message) {
        super(message);
        this.status = status;
    }

    public OpsException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** Of HTTP. */
    public int status() {
        return status;
    }
}
