package io.moa.transport.handover;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * An offer to hand listeners over, in the process that has them. It goes on serving until another process has taken them, and also
 * afterwards for the calls in flight, whose replies it passes on. Safe for many threads.
 */
public interface HandOver extends AutoCloseable {

    /** The socket at which the offer stands. */
    Path socket();

    /**
     * Completes when the other process serves; from then on this one does not. Exceptionally, with a {@link
     * HandOverFailedException}, when it will not: then this process serves on with everything it had.
     */
    CompletableFuture<HandOverLedger> taken();

    /**
     * Completes after {@link #taken()} when the calls in flight are answered, or have been given up, or the other process is gone;
     * then nothing of what was handed over needs this process any more. Exceptionally as {@link #taken()}.
     */
    CompletableFuture<HandOverLedger> ended();

    /** Takes the offer back, unless it was taken already. Idempotent. */
    @Override
    void close();
}
