package io.moa.benchmarks.faults;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** A service whose servers stand in a row, each of which passes on what it gets. */
@MoaService(name = "moa.benchmarks.Hop")
@Timeout(millis = 10_000)
public interface Hop {

    /** The last server does some work, or fails. */
    @Idempotent
    long go(long id);

    /** The last server keeps it until it is withdrawn. */
    CompletableFuture<Long> keep(long id);
}
