package io.moa.observe;

import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;

/** Is told how a call has ended. See {@link CallObserver} for threads and what it may do. */
@FunctionalInterface
public interface CallEnd {

    /**
     * The call has its reply, which nobody has read yet: whoever gets it owns its payload.
     *
     * @param call as it began; its ledger is complete but for the last phase
     * @param tookNanos since its ledger was opened: at a client the call was made, at a server its last byte was read
     */
    void ended(Invocation call, Reply reply, long tookNanos);
}
