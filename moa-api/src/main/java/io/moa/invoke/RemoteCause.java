package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/**
 * Stands for the cause of an exception of another process, where its class is not known here. It has no stack trace: the
 * one that it had belongs to the other process.
 */
public final class RemoteCause extends Exception {

    private static final long serialVersionUID = 1L;

    private final String exceptionType;

    /**
     * Names a cause.
     *
     * @param exceptionType its class name in the other process
     * @param message its message; empty if it had none
     * @param cause what caused it in turn; null if nothing did
     */
    public RemoteCause(String exceptionType, String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
        this.exceptionType = exceptionType;
    }

    /** The class name in the other process. */
    public String exceptionType() {
        return exceptionType;
    }

    @Override
    public String toString() {
        return "remote " + exceptionType + (getMessage().isEmpty() ? "" : ": " + getMessage());
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
