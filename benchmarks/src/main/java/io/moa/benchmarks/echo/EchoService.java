package io.moa.benchmarks.echo;

import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** The service that MOA's contenders call: the same echo by a worker and directly, waiting and not. */
@MoaService
@Timeout(millis = 5_000)
public interface EchoService {

    byte[] byWorker(byte[] body);

    @NonBlocking
    byte[] direct(byte[] body);

    CompletableFuture<byte[]> byWorkerLater(byte[] body);

    @NonBlocking
    CompletableFuture<byte[]> directLater(byte[] body);
}
