package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/**
 * A business exception of a service whose class is not declared by the method or not known here. Declared exceptions
 * arrive as themselves.
 */
public final class RemoteApplicationException extends CallException {

    private static final long serialVersionUID = 1L;

    private final String exceptionType;

    public RemoteApplicationException(Reply.Failure failure, @Nullable Ledger ledger) {
        super(failure.withMessage(text(failure)), ledger);
        this.exceptionType = failure.exceptionType() == null ? "" : failure.exceptionType();
    }

    /** The class name of what the implementation threw; empty if the server did not say. */
    public String exceptionType() {
        return exceptionType;
    }

    private static String text(Reply.Failure failure) {
        return failure.exceptionType() == null ? failure.message() : failure.exceptionType() + ": " + failure.message();
    }
}
