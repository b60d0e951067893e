package io.moa.benchmarks.mesh;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.Timeout;

/** A service that is offered in many versions, each of which is a service of its own. */
@MoaService(name = "memory.Many")
@Timeout(millis = 20_000)
public interface Many {

    /** Answers with it. */
    @Idempotent
    @NonBlocking // four thousand pools, and a thread more for each call until a pool has all of its own, are more than
    // a process may have
    int same(int number);
}
