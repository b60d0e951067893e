package io.moa.node.local;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/** A question to a local process that is under way. Safe for many threads. */
public interface Asked {

    /**
     * The answer: JSON, with a reference that the receiver releases, and no bytes for a check; or exceptionally a {@link
     * LocalProcessException}.
     */
    CompletableFuture<ByteBuf> answer();

    /** Nobody waits any more: the question ends, with the connection on which it was asked. Idempotent; does nothing after the answer. */
    void withdraw();
}
