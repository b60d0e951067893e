package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/** A call whose time was up. Its message says in which phase most of the time went, and lists them all. */
public final class CallTimeoutException extends CallException {

    private static final long serialVersionUID = 1L;

    public CallTimeoutException(Reply.Failure failure, @Nullable Ledger ledger) {
        super(failure, ledger);
    }
}
