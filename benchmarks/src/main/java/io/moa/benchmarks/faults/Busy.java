package io.moa.benchmarks.faults;

import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** A service that is more work than it looks. */
@MoaService(name = "moa.benchmarks.Busy")
public interface Busy {

    /** Computes for so many microseconds of a processor, and answers with the number. */
    @Timeout(millis = 1_000)
    CompletableFuture<Integer> compute(int micros);

    /** Keeps the body while it computes for so many microseconds, and answers with its length. */
    @Timeout(millis = 1_000)
    CompletableFuture<Integer> keep(byte[] body, int micros);

    /** Waits for so long, as for a database that does not answer. */
    @Timeout(millis = 10_000)
    CompletableFuture<Integer> sleep(int millis);
}
