package io.moa.e2e.robust;

import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** Tells what it sees of its caller's scope. */
@MoaService
@Timeout(millis = 60_000)
public interface Scoped {

    /** Gathers over several threads and further calls what each of them sees. */
    CompletableFuture<String> gather(String expected);

    CompletableFuture<String> later();

    String now();

    /** Returns when all {@code together} such calls have come, so that each has a worker of its own. */
    int meet(Probe probe, int together);
}
