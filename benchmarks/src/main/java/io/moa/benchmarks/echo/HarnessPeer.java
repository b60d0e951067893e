package io.moa.benchmarks.echo;

import java.util.concurrent.CompletableFuture;

/**
 * A call that copies the body and returns: what remains is the cost of measuring. It does not park its callers, so only
 * its CPU per call says something, and only at the client.
 */
final class HarnessPeer implements EchoPeer {

    @Override
    public int start(EchoOptions options) {
        return 1; // nobody connects
    }

    @Override
    public EchoCall connect(String host, int port, EchoOptions options) {
        return new EchoCall() {
            @Override
            public byte[] call(byte[] body) {
                return body.clone();
            }

            @Override
            public CompletableFuture<byte[]> callAsync(byte[] body) {
                return CompletableFuture.completedFuture(body.clone());
            }
        };
    }
}
