package io.moa.node.local;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;

/**
 * A local process gave no answer, or none that is one. Its message says for people what the process did, such as "gave no
 * answer within 300 ms", so that its name can stand before it; and nothing of the content.
 */
public final class LocalProcessException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Status status;
    private final Executed executed;

    /**
     * A failure.
     *
     * @param status what a call fails with
     * @param executed whether the process may have begun to run it
     */
    public LocalProcessException(Status status, Executed executed, String message) {
        super(message, null, false, false); // what happened out there has no stack here
        this.status = status;
        this.executed = executed;
    }

    public Status status() {
        return status;
    }

    public Executed executed() {
        return executed;
    }
}
