package io.moa.benchmarks.decision;

import io.moa.discovery.Address;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import java.util.concurrent.CompletableFuture;

/** A network without any: calls wait until they are answered, one at a time. Used by one thread. */
final class AnsweringTransport implements Transport {

    private CompletableFuture<Reply> waiting = new CompletableFuture<>();

    /** Answers the call that waits. */
    void answer(Reply reply) {
        waiting.complete(reply);
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        throw new UnsupportedOperationException("nobody listens here");
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        return CompletableFuture.completedFuture(
                new Answered(address, new Peer(wanted.application(), wanted.instance())));
    }

    @Override
    public void close() {}

    private final class Answered implements Connection {
        private final Address address;
        private final Peer peer;
        private final CompletableFuture<Void> unusable = new CompletableFuture<>();

        Answered(Address address, Peer peer) {
            this.address = address;
            this.peer = peer;
        }

        @Override
        public Peer peer() {
            return peer;
        }

        @Override
        public Address address() {
            return address;
        }

        @Override
        public boolean usable() {
            return true;
        }

        @Override
        public int inFlight() {
            return 0;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public CompletableFuture<Reply> invoke(Invocation call) {
            CompletableFuture<Reply> reply = new CompletableFuture<>();
            waiting = reply;
            return reply;
        }

        @Override
        public CompletableFuture<Void> unusable() {
            return unusable;
        }

        @Override
        public void close() {
            unusable.complete(null);
        }
    }
}
