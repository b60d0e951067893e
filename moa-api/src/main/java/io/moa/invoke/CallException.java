package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/**
 * A call that failed for a reason other than its implementation. The message is for people; {@link #status()} and {@link
 * #executed()} are for code.
 */
public class CallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Status status;
    private final Executed executed;
    private final transient @Nullable Ledger ledger;

    /**
     * Makes the exception for a failed call.
     *
     * @param failure how the call ended
     * @param ledger where its time went, or null if it never began
     */
    public CallException(Reply.Failure failure, @Nullable Ledger ledger) {
        super(failure.message(), failure.cause());
        this.status = failure.status();
        this.executed = failure.executed();
        this.ledger = ledger;
    }

    /** Why the call failed. */
    public Status status() {
        return status;
    }

    /** Whether the implementation ran. */
    public Executed executed() {
        return executed;
    }

    /** Where the call's time went; null after the exception itself was serialized, or if the call never began. */
    public @Nullable Ledger ledger() {
        return ledger;
    }
}
