package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.invoke.Backstop;
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
import io.moa.transport.Wanted;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one connection: empty until the first call, then connecting while calls wait, then open; after a failure it
 * pauses, and calls fail at once with the reason, until the pause is over and the next call tries again.
 */
final class ConnectionSlot {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSlot.class);

    private static final long IDLE_CHECK_NANOS = 100_000_000;

    private final Moa moa;
    private final Instance instance;
    private final @Nullable Address address;
    private final EndpointConfig config;
    private final Unreachables unreachables;

    private volatile @Nullable Connection open; // the fast path reads only this
    private volatile boolean retired;
    private volatile boolean closed;

    // Guarded by this.
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private final List<Connection> leaving = new ArrayList<>(); // told us that they close, with calls of ours on them
    private boolean connecting;
    private int failures;
    private long pausedUntilNanos;
    private String lastFailure = "";

    ConnectionSlot(
            Moa moa, Instance instance, @Nullable Address address, EndpointConfig config, Unreachables unreachables) {
        this.moa = moa;
        this.instance = instance;
        this.address = address;
        this.config = config;
        this.unreachables = unreachables;
    }

    CompletableFuture<Reply> invoke(Invocation call) {
        Connection connection = open;
        if (connection != null && connection.usable() && !retired) {
            return connection.invoke(call);
        }
        return invokeUnconnected(call);
    }

    private CompletableFuture<Reply> invokeUnconnected(Invocation call) {
        long now = moa.ticker().nanos();
        if (retired) {
            return refuse(Status.DRAINING, whyRetired());
        }
        if (address == null) {
            return refuse(
                    Status.UNAVAILABLE,
                    instance + " can only be reached at " + instance.addresses() + ", which this process cannot");
        }
        Reply.Failure badArguments = encodeNow(call);
        if (badArguments != null) {
            return CompletableFuture.completedFuture(badArguments);
        }
        call.ledger().enter(Phase.CONNECT_WAIT, now);
        Waiting mine = new Waiting(call);
        boolean connect = false;
        Connection connected;
        synchronized (this) {
            if (retired) {
                return refuse(Status.DRAINING, whyRetired());
            }
            connected = open;
            if (connected != null && !connected.usable()) {
                connected = null;
            }
            if (connected != null) {
                connect = false; // somebody connected meanwhile; the call is made below, without the lock
            } else if (!connecting) {
                if (failures > 0 && pausedUntilNanos - now > 0) {
                    return refuse(
                            Status.UNAVAILABLE,
                            "No connection to " + instance + " (failed " + failures + " times; next try in "
                                    + Math.max(1, (pausedUntilNanos - now) / 1_000_000) + " ms): " + lastFailure);
                }
                connecting = true;
                connect = true;
            } else if (waiting.size() >= config.maxWaiting()) {
                return refuse(
                        Status.OVERLOADED,
                        waiting.size() + " calls already wait for a connection to " + instance
                                + ", which is the limit");
            }
            if (connected == null) {
                waiting.add(mine);
            }
        }
        if (connected != null) {
            return connected.invoke(call);
        }
        try {
            mine.limit();
        } catch (RejectedExecutionException runtimeClosed) {
            mine.end(Endpoint.refused(Status.UNAVAILABLE, "The runtime of " + moa.self() + " is closed"));
        }
        if (connect) {
            connect(call);
        }
        return mine.reply;
    }

    /** The connection may be ready on an event loop, where users' classes must not be encoded; so it is done here. */
    private Reply.@Nullable Failure encodeNow(Invocation call) {
        if (call.payload() instanceof BodyPayload body) {
            try {
                body.encoded(ByteBufAllocator.DEFAULT, moa.transportConfig().maxBodyBytes())
                        .release();
            } catch (SerializationException e) {
                return Reply.failure(
                                e.reason().status(), Executed.NO, "The arguments cannot be sent: " + e.getMessage())
                        .withCause(e);
            }
        }
        return null;
    }

    private void connect(Invocation cause) {
        Address where = address;
        if (where == null) {
            return;
        }
        boolean anybody = instance.application().equals(Instance.ANY_APPLICATION);
        Wanted wanted = new Wanted(
                anybody ? "" : instance.application(), anybody ? "" : instance.uuid(), List.of(cause.service()));
        CompletableFuture<Connection> coming;
        try {
            coming = moa.transport().connect(where, moa.self(), wanted);
        } catch (RuntimeException e) {
            failed(e); // such as a transport that is closed: without this the slot would stay "connecting" for ever
            return;
        }
        coming.whenComplete((connection, thrown) -> {
            if (thrown == null) {
                connected(connection);
            } else {
                failed(thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown);
            }
        });
    }

    private void connected(Connection connection) {
        List<Waiting> ready;
        synchronized (this) {
            connecting = false;
            failures = 0;
            open = connection;
            ready = new ArrayList<>(waiting);
            waiting.clear();
        }
        if (!connection.peer().instance().equals(instance.uuid())
                && !instance.application().equals(Instance.ANY_APPLICATION)) {
            LOG.info(
                    "{} at {} is now process {}; it serves what was wanted and is used until the registry says more",
                    instance.application(),
                    address,
                    connection.peer());
            unreachables.stranger(instance, "another process, " + connection.peer() + ", answers at " + address);
        } else {
            unreachables.reached(instance.uuid());
        }
        connection.unusable().thenRun(() -> gone(connection));
        for (Waiting call : ready) {
            call.proceed(connection);
        }
        if (closed) {
            connection.close();
        } else if (retired) {
            retire(); // after them, or it would find nothing in flight and close before they were made
        }
    }

    private void failed(Throwable thrown) {
        List<Waiting> unlucky;
        String reason = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
        synchronized (this) {
            connecting = false;
            pause(reason);
            unlucky = new ArrayList<>(waiting);
            waiting.clear();
        }
        LOG.debug("no connection to {}", instance, thrown);
        if (!retired) {
            unreachables.failed(instance, reason);
        }
        for (Waiting call : unlucky) {
            call.end(Endpoint.refused(Status.UNAVAILABLE, "No connection to " + instance + ": " + reason));
        }
    }

    /** Full jitter: anywhere between nothing and a bound that doubles. Called with the lock held. */
    private void pause(String reason) {
        failures++;
        lastFailure = reason;
        long bound = config.backoffMax().toNanos();
        int doublings = Math.min(failures - 1, 30);
        if (config.backoffFirst().toNanos() < bound >> doublings) {
            bound = config.backoffFirst().toNanos() << doublings;
        }
        pausedUntilNanos = moa.ticker().nanos() + moa.chance().nextLong(bound);
    }

    /** The next call connects again at once; only a connect that fails is followed by a pause. */
    private synchronized void gone(Connection connection) {
        if (open == connection) {
            open = null;
        }
        leaving.removeIf(left -> left.inFlight() == 0);
        if (connection.inFlight() > 0) {
            leaving.add(connection); // its server is closing; the calls on it are still ours to end
        }
    }

    private String whyRetired() {
        return closed
                ? "The client is closed; the call was not sent"
                : instance + " has left the registry; the call was not sent there";
    }

    void retire() {
        retired = true;
        Connection connection = open;
        if (connection != null) {
            closeWhenIdle(connection);
        }
    }

    /** Without a limit of its own: each call has its deadline, and a peer that is gone is noticed by its heartbeat. */
    private void closeWhenIdle(Connection connection) {
        if (connection.inFlight() == 0) {
            connection.close();
        } else {
            moa.scheduler().schedule(() -> closeWhenIdle(connection), IDLE_CHECK_NANOS);
        }
    }

    /** Whether the very process is connected. */
    boolean isConnected() {
        Connection connection = open;
        return connection != null
                && connection.usable()
                && connection.peer().instance().equals(instance.uuid());
    }

    /** Whether nothing is open or coming here. */
    synchronized boolean isIdle() {
        return open == null && !connecting;
    }

    void close() {
        closed = true;
        retired = true;
        Connection connection = open;
        if (connection != null) {
            connection.close();
        }
        List<Connection> draining;
        List<Waiting> unlucky;
        synchronized (this) {
            draining = List.copyOf(leaving);
            leaving.clear();
            unlucky = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (Waiting call : unlucky) {
            call.end(Endpoint.refused(Status.UNAVAILABLE, "The client was closed; the call was not sent"));
        }
        draining.forEach(Connection::close);
    }

    private static CompletableFuture<Reply> refuse(Status status, String message) {
        return CompletableFuture.completedFuture(Endpoint.refused(status, message));
    }

    /** A call that waits for the connection, at most until its deadline. */
    private final class Waiting implements Cancellation.Listener {
        private final Invocation call;
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private final AtomicBoolean decided = new AtomicBoolean(); // proceeds, or ends here: never both
        private volatile Scheduler.@Nullable Timer timer;

        Waiting(Invocation call) {
            this.call = call;
        }

        void limit() {
            if (!call.deadline().isNone()) {
                timer = moa.scheduler()
                        .schedule(
                                this::expire,
                                call.deadline().remainingNanos(moa.ticker().nanos()));
                if (decided.get()) {
                    stopTimer();
                }
            }
            call.cancellation().add(this);
        }

        void proceed(Connection connection) {
            if (!decide()) {
                return;
            }
            try {
                connection
                        .invoke(call)
                        .whenComplete((ended, broken) -> reply.complete(
                                ended != null
                                        ? ended
                                        : Backstop.broken(
                                                call, broken == null ? new NullPointerException("no reply") : broken)));
            } catch (RuntimeException e) { // such as a payload that an interrupted caller has given up
                reply.complete(Backstop.broken(call, e));
            }
        }

        void end(Reply failure) {
            if (decide()) {
                reply.complete(failure);
            }
        }

        private void expire() {
            if (decide()) {
                forget();
                reply.complete(call.timedOut(Executed.NO, moa.ticker().nanos(), "connecting to " + instance));
            }
        }

        @Override
        public void cancelled(Cancellation.Reason reason) {
            if (decide()) {
                forget();
                reply.complete(Endpoint.refused(
                        Status.CANCELLED, "The call was withdrawn (" + reason + ") while it waited for a connection"));
            }
        }

        private boolean decide() {
            if (!decided.compareAndSet(false, true)) {
                return false;
            }
            stopTimer();
            call.cancellation().remove(this);
            return true;
        }

        private void stopTimer() {
            Scheduler.Timer running = timer;
            if (running != null) {
                running.cancel();
            }
        }

        private void forget() {
            synchronized (ConnectionSlot.this) {
                waiting.remove(this);
            }
        }
    }
}
