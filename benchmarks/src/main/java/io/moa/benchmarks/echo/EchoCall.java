package io.moa.benchmarks.echo;

import java.util.concurrent.CompletableFuture;

/** The client's end of an echo; used by many threads at once. */
public interface EchoCall {

    /** Sends the bytes and waits for the answer, as a synchronous interface method would. The body is not changed. */
    byte[] call(byte[] body) throws Exception;

    /** Sends the bytes without waiting. Never throws; a failure completes the future. */
    CompletableFuture<byte[]> callAsync(byte[] body);
}
