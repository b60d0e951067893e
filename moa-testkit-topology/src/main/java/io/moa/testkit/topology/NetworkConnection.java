package io.moa.testkit.topology;

import io.moa.discovery.Address;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BodyPayload;
import io.moa.protocol.serialize.SerializationException;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts a network between the two ends of an in-process connection: calls and replies take time, wait while the path is
 * cut, and are lost with the connection. Everything that both ends decide is left to the connection itself.
 */
final class NetworkConnection implements Connection {

    private final Loop loop;
    private final Path path;
    private final Connection inner;
    private final TransportConfig config;
    private final Pipe there;
    private final Pipe back;
    private final Set<Flight> flights = new LinkedHashSet<>();
    private final CompletableFuture<Void> unusable = new CompletableFuture<>();
    private @Nullable String lost;

    NetworkConnection(Loop loop, Path path, Connection inner, TransportConfig config) {
        this.loop = loop;
        this.path = path;
        this.inner = inner;
        this.config = config;
        this.there = new Pipe(loop, path);
        this.back = new Pipe(loop, path);
        path.add(this);
        inner.unusable().thenRun(() -> back.send(() -> unusable.complete(null)));
    }

    long silenceLimitNanos() {
        return config.heartbeatLimit().toNanos();
    }

    long heartbeatNanos() {
        return config.heartbeat().toNanos();
    }

    @Override
    public Peer peer() {
        return inner.peer();
    }

    @Override
    public Address address() {
        return inner.address();
    }

    @Override
    public boolean isClosing() {
        return inner.isClosing();
    }

    @Override
    public boolean usable() {
        return !unusable.isDone();
    }

    @Override
    public int inFlight() {
        return flights.size();
    }

    @Override
    public long queuedBytes() {
        return 0; // the network has room for everything
    }

    @Override
    public CompletableFuture<Void> unusable() {
        return unusable;
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        call.ledger().enter(Phase.WRITE, loop.nanos());
        if (lost != null) {
            return CompletableFuture.completedFuture(Reply.failure(
                    Status.UNAVAILABLE,
                    Executed.NO,
                    "The connection to " + peer() + " is broken (" + lost + "); the call was not sent"));
        }
        if (call.payload() instanceof BodyPayload body) {
            try { // as every connection does: on the calling thread, and before anything is sent
                body.encoded(ByteBufAllocator.DEFAULT, config.maxBodyBytes()).release();
            } catch (SerializationException e) {
                return CompletableFuture.completedFuture(Reply.failure(
                                e.reason().status(), Executed.NO, "The arguments cannot be sent: " + e.getMessage())
                        .withCause(e));
            }
        }
        call.ledger().enter(Phase.BACK, loop.nanos());
        return new Flight(call).depart();
    }

    /** Goes on with what waited for a cut to end. */
    void resume() {
        there.resume();
        back.resume();
    }

    /** Breaks the connection: at the caller's end now, and at the server's too. */
    void lose(String why) {
        if (lost != null) {
            return;
        }
        lost = why;
        path.remove(this);
        unusable.complete(null);
        for (Flight flight : List.copyOf(flights)) {
            flight.end(Reply.failure(
                    Status.UNAVAILABLE,
                    Executed.MAYBE,
                    "The connection to " + peer() + " broke (" + why + ") while the call waited for its reply; whether"
                            + " it ran is not known"));
        }
        inner.close();
    }

    @Override
    public void close() {
        lose("this side closed the connection");
    }

    @Override
    public String toString() {
        return "NetworkConnection[to " + peer() + ", " + flights.size() + " in flight]";
    }

    /** One call on its way there and back. */
    private final class Flight implements Cancellation.Listener {
        private final Invocation call;
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private @Nullable Reply answer; // on its way back
        private boolean atServer;
        private boolean ended;
        private Scheduler.@Nullable Timer timer;

        Flight(Invocation call) {
            this.call = call;
        }

        CompletableFuture<Reply> depart() {
            flights.add(this);
            call.cancellation().add(this);
            if (!call.deadline().isNone()) {
                timer = loop.schedule(this::expire, call.deadline().remainingNanos(loop.nanos()));
            }
            if (!ended) { // it may have been withdrawn before it was begun
                there.send(this::arrive);
            }
            return reply;
        }

        private void arrive() {
            if (ended) {
                return;
            }
            atServer = true;
            inner.invoke(call).whenComplete((given, broken) -> {
                atServer = false;
                Reply end = given != null
                        ? given
                        : Reply.failure(
                                Status.INTERNAL, Executed.MAYBE, "The connection broke its contract: " + broken);
                boolean decidedHere = call.oneWay()
                        || call.cancellation().isCancelled()
                        || call.deadline().expired(loop.nanos());
                if (ended || decidedHere) {
                    end(end);
                } else {
                    answer = end;
                    back.send(this::answered);
                }
            });
        }

        private void answered() {
            Reply end = answer;
            answer = null;
            if (end != null) {
                end(end);
            }
        }

        private void expire() {
            if (!atServer) { // otherwise the connection itself ends the call, and can say what the server did
                end(call.timedOut(Executed.MAYBE, loop.nanos(), "at " + peer()));
            }
        }

        @Override
        public void cancelled(Cancellation.Reason reason) {
            if (!atServer) {
                end(Reply.failure(
                        Status.CANCELLED,
                        Executed.MAYBE,
                        "The call to " + call.service() + " " + call.method() + " was withdrawn (" + reason + ")"));
            }
        }

        void end(Reply how) {
            if (ended) {
                free(how);
                return;
            }
            ended = true;
            if (answer != null) {
                free(answer);
                answer = null;
            }
            if (timer != null) {
                timer.cancel();
            }
            call.cancellation().remove(this);
            flights.remove(this);
            reply.complete(how);
        }

        private static void free(Reply reply) {
            if (reply instanceof Reply.Value value) {
                value.payload().release();
            }
        }
    }
}
