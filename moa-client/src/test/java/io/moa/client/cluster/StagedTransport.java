package io.moa.client.cluster;

import io.moa.discovery.Address;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A transport whose connections open, answer and break when the test says so. Used by one thread. */
final class StagedTransport implements Transport {

    final List<Dial> dials = new ArrayList<>();

    /** Somebody connects. */
    record Dial(Address address, Wanted wanted, CompletableFuture<Connection> coming) {

        Line succeed(String application, String instance) {
            Line line = new Line(address, new Peer(application, instance));
            coming.complete(line);
            return line;
        }

        void fail(String why) {
            coming.completeExceptionally(new io.moa.transport.ConnectFailedException(why, null));
        }
    }

    /** An open connection. */
    static final class Line implements Connection {
        final List<Invocation> calls = new ArrayList<>();
        final List<CompletableFuture<Reply>> replies = new ArrayList<>();
        private final Address address;
        private final Peer peer;
        private final CompletableFuture<Void> unusable = new CompletableFuture<>();
        boolean usable = true;
        boolean closing;
        boolean closed;

        @Nullable
        RuntimeException refusesToClose;

        @Nullable
        SignsOfLife signs;

        Line(Address address, Peer peer) {
            this.address = address;
            this.peer = peer;
        }

        /** The server says that it closes. */
        void leave() {
            usable = false;
            closing = true;
            unusable.complete(null);
        }

        @Override
        public boolean isClosing() {
            return closing;
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
            return usable;
        }

        @Override
        public void watch(SignsOfLife told) {
            signs = told;
        }

        @Override
        public int inFlight() {
            return (int) replies.stream().filter(reply -> !reply.isDone()).count();
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public CompletableFuture<Reply> invoke(Invocation call) {
            calls.add(call);
            CompletableFuture<Reply> reply = new CompletableFuture<>();
            replies.add(reply);
            return reply;
        }

        @Override
        public CompletableFuture<Void> unusable() {
            return unusable;
        }

        @Override
        public void close() {
            if (refusesToClose != null) {
                throw refusesToClose;
            }
            closed = true;
            usable = false;
            for (CompletableFuture<Reply> reply : replies) {
                reply.complete(Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "closed"));
            }
            unusable.complete(null);
        }
    }

    Dial last() {
        return dials.get(dials.size() - 1);
    }

    @Override
    public boolean supports(Address address) {
        return address instanceof Address.Tcp;
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        throw new UnsupportedOperationException("clients do not listen");
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        Dial dial = new Dial(address, wanted, new CompletableFuture<>());
        dials.add(dial);
        return dial.coming();
    }

    @Override
    public void close() {}
}
