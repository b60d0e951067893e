package io.moa.transport.inprocess;

import io.moa.discovery.Address;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.payload.BodyPayload;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.SerializationException;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import io.moa.transport.WireForm;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Both ends of a connection within one process. */
final class InProcessConnection implements Connection {

    private static final Phase[] AT_SERVER = {Phase.SERVER_QUEUE, Phase.DECODE, Phase.EXECUTE, Phase.ENCODE};

    private final InProcessTransport transport;
    private final InProcessListener listener;
    private final Peer client;
    private final Set<Flight> flights = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final CompletableFuture<Void> unusable = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile @Nullable String ended;

    InProcessConnection(InProcessTransport transport, InProcessListener listener, Peer client) {
        this.transport = transport;
        this.listener = listener;
        this.client = client;
    }

    @Override
    public Peer peer() {
        return listener.host().self();
    }

    @Override
    public Address address() {
        return listener.address();
    }

    @Override
    public boolean usable() {
        return !closing && ended == null;
    }

    @Override
    public int inFlight() {
        return flights.size();
    }

    @Override
    public long queuedBytes() {
        return 0; // calls are handed over; none waits to be written
    }

    @Override
    public CompletableFuture<Void> unusable() {
        return unusable;
    }

    void serverIsClosing() {
        closing = true;
        unusable.complete(null);
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        Ticker ticker = transport.ticker();
        call.ledger().enter(Phase.WRITE, ticker.nanos());
        String gone = ended;
        if (gone != null) {
            return refused(Status.UNAVAILABLE, "The connection to " + peer() + " cannot be used: " + gone);
        }
        if (closing) {
            return refused(Status.DRAINING, peer() + " is closing and takes no new calls; the call was not sent");
        }
        long now = ticker.nanos();
        if (call.deadline().expired(now)) {
            return CompletableFuture.completedFuture(call.timedOut(Executed.NO, now, "it was never sent"));
        }
        WireForm form = call.attributes().get(WireForm.KEY);
        if (form == null) {
            return refused(Status.INTERNAL, "The call carries no wire form; only calls made by a stub do");
        }
        Payload body;
        try {
            body = call.payload() instanceof BodyPayload content
                    ? new BytesPayload(content.encoded(
                            ByteBufAllocator.DEFAULT, transport.config().maxBodyBytes()))
                    : Payload.EMPTY;
        } catch (SerializationException e) {
            return CompletableFuture.completedFuture(
                    Reply.failure(e.reason().status(), Executed.NO, "The arguments cannot be sent: " + e.getMessage())
                            .withCause(e));
        }
        Flight flight = new Flight(call);
        flights.add(flight);
        if (ended != null) { // meanwhile; and what is reported as not run must not depart
            body.release();
            flight.end(Reply.failure(Status.UNAVAILABLE, Executed.NO, "The connection to " + peer() + " ended"));
            return flight.reply;
        }
        flight.depart(body, form);
        return flight.reply;
    }

    private static CompletableFuture<Reply> refused(Status status, String why) {
        return CompletableFuture.completedFuture(Reply.failure(status, Executed.NO, why));
    }

    /** Ends the connection; calls in flight fail, in the order in which they were made, so that a run can be repeated. */
    void end(String why) {
        ended = why;
        unusable.complete(null);
        List<Flight> failing = new ArrayList<>(flights);
        failing.sort(Comparator.comparingLong(flight -> flight.number));
        for (Flight flight : failing) {
            flight.arrived.cancellation().fire(Cancellation.Reason.CONNECTION_LOST);
            flight.end(Reply.failure(
                    Status.UNAVAILABLE,
                    Executed.MAYBE,
                    "The connection to " + peer() + " broke (" + why + ") while the call waited for its reply; whether"
                            + " it ran is not known"));
        }
        listener.closed(this);
    }

    @Override
    public void close() {
        end("this side closed the connection");
    }

    /** One call on its way there and back. */
    private final class Flight implements Cancellation.Listener {
        private final Invocation call;
        private final long number = numbers.incrementAndGet();
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile Invocation arrived;
        private volatile Scheduler.@Nullable Timer timer;

        Flight(Invocation call) {
            this.call = call;
            this.arrived = call; // until it departs
        }

        void depart(Payload body, WireForm form) {
            long now = transport.ticker().nanos();
            Attributes facts = listener.host().attributesOf(call.service(), call.method(), form.serializer());
            arrived = Invocation.of(call.service(), call.method(), body, new Ledger(Phase.SERVER_QUEUE, now))
                    .oneWay(call.oneWay())
                    .deadline(call.deadline())
                    .caller(call.caller().application().isEmpty() ? client.asCaller() : call.caller())
                    .baggage(call.baggage())
                    .idempotencyKey(call.idempotencyKey())
                    .callKeys(call.callKeys())
                    .hopAttachments(call.hopAttachments())
                    .hop(call.hop())
                    .attributes(facts == null ? Attributes.EMPTY : facts)
                    .build();
            call.ledger().enter(Phase.BACK, now);
            call.cancellation().add(this);
            if (!call.deadline().isNone()) {
                timer = transport
                        .scheduler()
                        .schedule(this::expire, call.deadline().remainingNanos(now));
                if (ended.get()) {
                    stopTimer();
                }
            }
            listener.began();
            Invocation served = arrived;
            listener.host().route().invoke(served).whenComplete((answer, broken) -> {
                served.ledger().settle(transport.ticker().nanos());
                served.payload().release();
                Reply end = answer != null
                        ? answer
                        : Reply.failure(Status.INTERNAL, Executed.MAYBE, "The route broke its contract: " + broken);
                if (!call.oneWay()) {
                    land(end, served.ledger());
                } else if (end instanceof Reply.Value value) {
                    value.payload().release();
                }
                listener.ended(); // last: a listener that drains closes when this was the last call
            });
            if (call.oneWay()) {
                end(new Reply.Value(Payload.EMPTY));
            }
        }

        private void land(Reply end, Ledger server) {
            if (!ended.get()) {
                for (Phase phase : AT_SERVER) {
                    call.ledger().addMeasured(phase, server.spentNanos(phase));
                }
            }
            end(end);
        }

        private void expire() {
            if (ended.get()) {
                return;
            }
            long now = transport.ticker().nanos();
            Ledger server = arrived.ledger();
            for (Phase phase : AT_SERVER) {
                call.ledger().addMeasured(phase, server.spentNanos(phase));
            }
            if (server.current().atServer()) {
                call.ledger().addMeasured(server.current(), now - server.sinceNanos());
            }
            end(call.timedOut(Executed.MAYBE, now, "at " + peer()));
            arrived.cancellation().fire(Cancellation.Reason.DEADLINE);
        }

        @Override
        public void cancelled(Cancellation.Reason reason) {
            arrived.cancellation().fire(reason);
            end(Reply.failure(
                    Status.CANCELLED,
                    Executed.MAYBE,
                    "The call to " + call.service() + " " + call.method() + " was withdrawn (" + reason + ")"));
        }

        void end(Reply how) {
            if (!ended.compareAndSet(false, true)) {
                if (how instanceof Reply.Value value) {
                    value.payload().release();
                }
                return;
            }
            stopTimer();
            call.cancellation().remove(this);
            flights.remove(this);
            reply.complete(how);
        }

        private void stopTimer() {
            Scheduler.Timer running = timer;
            if (running != null) {
                running.cancel();
            }
        }
    }
}
