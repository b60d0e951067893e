package io.moa.client.mesh;

import io.moa.discovery.Address;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.mesh.MeshProtocol;
import io.moa.protocol.payload.BytesPayload;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The connection to an agent that answers, falls silent and breaks when the test says so. Used by one thread. */
final class StagedAgent implements Connection {

    /** A call on it, announcements included. */
    final class Call implements Cancellation.Listener {
        final Invocation invocation;
        final CompletableFuture<Reply> reply = new CompletableFuture<>();

        /** What its body says; who made the call frees it when it ends. */
        final String text;

        /** Why it was withdrawn; none if it was not. */
        final List<Cancellation.Reason> withdrawn = new ArrayList<>();

        Call(Invocation invocation) {
            this.invocation = invocation;
            this.text = invocation.payload() instanceof BytesPayload body
                    ? body.content().toString(StandardCharsets.UTF_8)
                    : "";
        }

        @Override
        public void cancelled(Cancellation.Reason reason) {
            withdrawn.add(reason);
        }

        void fail(Status status, Executed executed) {
            reply.complete(Reply.failure(status, executed, "said by " + peer));
        }

        /** The process that had it is gone, says who has taken the connection over. */
        void orphan() {
            reply.complete(Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "said by " + peer)
                    .withHints(Hints.ORPHANED));
        }

        /** The connection finds out that nothing is heard. */
        void silent() {
            invocation.ledger().silent(this);
        }
    }

    /** All of them, the oldest first. */
    final List<Call> calls = new ArrayList<>();

    final CompletableFuture<Void> unusable = new CompletableFuture<>();
    final List<CompletableFuture<Void>> pings = new ArrayList<>();

    /** Whether it answers signs of life at once. */
    boolean answers = true;

    boolean usable = true;
    boolean closing;
    boolean closed;
    int toldSilence;

    private final Peer peer;

    StagedAgent(String instance) {
        this.peer = new Peer("web", instance);
    }

    /** The latest one. */
    Call last() {
        return calls.get(calls.size() - 1);
    }

    /** Those to methods of others. */
    List<Call> passedOn() {
        return calls.stream()
                .filter(each -> !each.invocation.service().equals(MeshProtocol.AGENT))
                .toList();
    }

    /** What announcements said, in their order. */
    List<Call> announced() {
        return calls.stream()
                .filter(each -> each.invocation.method().equals(MeshProtocol.ANNOUNCE))
                .toList();
    }

    /** It has said that it closes. */
    void leave() {
        closing = true;
        usable = false;
        unusable.complete(null);
    }

    /** The connection breaks; calls under way end as they do then. */
    void breakDown(Executed executed) {
        usable = false;
        calls.forEach(each -> each.fail(Status.UNAVAILABLE, executed));
        unusable.complete(null);
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Address address() {
        return new Address.InProcess(peer.instance());
    }

    @Override
    public boolean usable() {
        return usable;
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    @Override
    public int inFlight() {
        return (int) calls.stream().filter(each -> !each.reply.isDone()).count();
    }

    @Override
    public long queuedBytes() {
        return 0;
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        Call known = new Call(call);
        calls.add(known);
        return known.reply;
    }

    @Override
    public CompletableFuture<Void> unusable() {
        return unusable;
    }

    @Override
    public CompletableFuture<Void> ping() {
        CompletableFuture<Void> pong = new CompletableFuture<>();
        pings.add(pong);
        if (answers) {
            pong.complete(null);
        }
        return pong;
    }

    @Override
    public void tellSilence() {
        toldSilence++;
        List.copyOf(calls).stream().filter(each -> !each.reply.isDone()).forEach(Call::silent);
    }

    @Override
    public void close() {
        closed = true;
        breakDown(Executed.MAYBE);
    }
}
