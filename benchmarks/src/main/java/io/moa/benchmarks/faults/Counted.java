package io.moa.benchmarks.faults;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** The service under load: each call has an id, and answers with it; a server that is marked answers with its complement. */
@MoaService(name = "moa.benchmarks.Counted")
@Timeout(millis = 3_000)
public interface Counted {

    /** May be run again. */
    @Idempotent
    CompletableFuture<Long> read(long id, byte[] payload);

    /** Must not be run twice. */
    CompletableFuture<Long> write(long id, byte[] payload);

    /** The uuid of who answers; calls of this method go where a rule leads them, if a row has one. */
    @Idempotent
    CompletableFuture<String> led();

    /** The same, of which no rule speaks. */
    @Idempotent
    CompletableFuture<String> unled();
}
