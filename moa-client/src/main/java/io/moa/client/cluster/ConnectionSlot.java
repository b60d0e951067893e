package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of one connection: empty until the first call, then connecting while calls wait, then open; after a failure it
 * pauses, and calls fail at once with the reason, until the pause is over and the next call tries again.
 *
 * <p>If the peer fell silent before its connection ended, the slot connects again by itself, over and over, because a call that tried
 * it would only wait: a process that is stopped takes connections, and answers none.
 */
final class ConnectionSlot {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionSlot.class);

    /** From so many failures on the server is down, and not just busy. */
    static final int SPREAD_FROM = 4;

    /** One that fell silent is sought after at most so long, again and again: 1 s, beside the time that a connect takes. */
    private static final long SEEK_NANOS = 1_000_000_000;

    private static final long IDLE_CHECK_NANOS = 100_000_000;

    private final Moa moa;
    private final Instance instance;
    private final Ways ways;
    private final EndpointConfig config;
    private final Unreachables unreachables;
    private final ConnectSpread spread;
    private final Predicate<ServiceId> servedElsewhere;
    private final long knownSinceNanos;
    private final Endpoint endpoint;

    private volatile @Nullable Connection open; // the fast path reads only this
    private volatile boolean retired;
    private volatile boolean closed;
    private volatile boolean runtimeClosed; // so that nothing can be scheduled any more
    private volatile boolean silent; // its connection, or the one that ended so was the latest
    private volatile boolean left; // the latest connection ended with a goodbye

    // Guarded by this.
    private final Queue<WaitingCall> waiting = new ArrayDeque<>();
    private final List<Connection> leaving = new ArrayList<>(); // told us that they close, with calls of ours on them
    private boolean connecting;
    private boolean tried;
    private boolean reached; // at any time
    private long connectsAtNanos; // while connecting
    private int failures;
    private long pausedUntilNanos;
    private String lastFailure = "";
    private String whyThere = "";

    ConnectionSlot(
            Moa moa,
            Instance instance,
            Ways ways,
            EndpointConfig config,
            Unreachables unreachables,
            ConnectSpread spread,
            Predicate<ServiceId> servedElsewhere,
            long knownSinceNanos,
            Endpoint endpoint) {
        this.moa = moa;
        this.endpoint = endpoint;
        this.instance = instance;
        this.ways = ways;
        this.config = config;
        this.unreachables = unreachables;
        this.spread = spread;
        this.servedElsewhere = servedElsewhere;
        this.knownSinceNanos = knownSinceNanos;
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
        String noWay = ways.addresses().isEmpty() ? Ways.whyNone(moa, instance) : null;
        if (noWay != null) {
            return refuse(Status.UNAVAILABLE, instance + ": " + noWay);
        }
        Reply.Failure badArguments = encodeNow(call);
        if (badArguments != null) {
            return CompletableFuture.completedFuture(badArguments);
        }
        call.ledger().enter(Phase.CONNECT_WAIT, now);
        WaitingCall mine = new WaitingCall(moa, instance, call, this::forget, servedElsewhere);
        boolean connect = false;
        long pause = 0;
        long beginsIn;
        boolean goesElsewhere;
        boolean slow;
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
                pause = tried ? 0 : spread.pauseNanos(call.service(), knownSinceNanos, now);
                tried = true;
                connectsAtNanos = now + pause;
            } else if (waiting.size() >= config.maxWaiting()) {
                return refuse(
                        Status.OVERLOADED,
                        waiting.size() + " calls already wait for a connection to " + instance
                                + ", which is the limit");
            }
            beginsIn = connected == null ? Math.max(0, connectsAtNanos - now) : 0;
            boolean late = beginsIn > 0 && beginsIn > call.deadline().remainingNanos(now);
            slow = silent || (connecting && !connect && WaitingCall.isLong(moa, now - connectsAtNanos));
            goesElsewhere =
                    connected == null && (late || ((beginsIn > 0 || slow) && servedElsewhere.test(call.service())));
            if (connected == null && !goesElsewhere) {
                waiting.add(mine);
            }
        }
        if (connected != null) {
            return connected.invoke(call);
        }
        if (goesElsewhere) {
            if (connect) {
                connectAfter(pause, call.service());
            }
            if (slow) {
                return refuse(Status.UNAVAILABLE, instance + " does not answer; the call goes to others");
            }
            return refuse(
                    Status.UNAVAILABLE,
                    instance + " is new, and others have just failed: this client connects in " + beginsIn / 1_000_000
                            + " ms, so that not all come at once, and the call goes to others or has less time than that");
        }
        try {
            mine.limit(beginsIn);
        } catch (RejectedExecutionException runtimeClosed) {
            mine.end(Endpoint.refused(Status.UNAVAILABLE, "The runtime of " + moa.self() + " is closed"));
        }
        if (connect) {
            connectAfter(pause, call.service());
        }
        return mine.reply();
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

    private void connectAfter(long pause, ServiceId called) {
        if (pause == 0) {
            connect(called);
            return;
        }
        try {
            moa.scheduler().schedule(() -> connect(called), pause);
        } catch (RejectedExecutionException closing) {
            runtimeClosed = true;
            failed(closing, called);
        }
    }

    private void connect(ServiceId called) {
        boolean anybody = instance.application().equals(Instance.ANY_APPLICATION);
        Wanted wanted =
                new Wanted(anybody ? "" : instance.application(), anybody ? "" : instance.uuid(), List.of(called));
        Dialer.dial(moa, ways, wanted).whenComplete((dialled, thrown) -> {
            if (thrown == null) {
                connected(dialled.connection(), dialled.why(), called);
            } else {
                failed(
                        thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown,
                        called);
            }
        });
    }

    private void connected(Connection connection, String why, ServiceId called) {
        List<WaitingCall> ready;
        synchronized (this) {
            connecting = false;
            reached = true;
            failures = 0;
            open = connection;
            whyThere = why;
            ready = new ArrayList<>(waiting);
            waiting.clear();
        }
        if (!connection.peer().instance().equals(instance.uuid())
                && !instance.application().equals(Instance.ANY_APPLICATION)) {
            LOG.info(
                    "{} at {} is now process {}; it serves what was wanted and is used until the registry says more",
                    instance.application(),
                    connection.address(),
                    connection.peer());
            unreachables.stranger(
                    instance, "another process, " + connection.peer() + ", answers at " + connection.address());
        } else {
            unreachables.reached(instance.uuid());
        }
        if (silent || left) {
            heard();
        }
        connection.watch(new Connection.SignsOfLife() {
            @Override
            public void silent() {
                fellSilent();
            }

            @Override
            public void heard() {
                ConnectionSlot.this.heard();
            }
        });
        connection.unusable().thenRun(() -> gone(connection, called));
        for (WaitingCall call : ready) {
            call.proceed(connection);
        }
        if (closed) {
            close(connection);
        } else if (retired) {
            retire(); // after them, or it would find nothing in flight and close before they were made
        }
    }

    private void failed(Throwable thrown, ServiceId called) {
        List<WaitingCall> unlucky;
        String reason = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
        synchronized (this) {
            connecting = false;
            pause(reason, called);
            unlucky = new ArrayList<>(waiting);
            waiting.clear();
        }
        LOG.debug("no connection to {}", instance, thrown);
        if (!retired) {
            unreachables.failed(instance, reason);
        }
        for (WaitingCall call : unlucky) {
            call.end(Endpoint.refused(Status.UNAVAILABLE, "No connection to " + instance + ": " + reason));
        }
        if (silent && !runtimeClosed) {
            endpoint.silent(); // still
            seek(called);
        }
    }

    private void fellSilent() {
        silent = true;
        endpoint.silent();
    }

    private void heard() {
        silent = false;
        left = false;
        endpoint.heard();
    }

    /** Connects again without a call, after a pause of its own. */
    private void seek(ServiceId called) {
        long pause = moa.chance().nextLong(SEEK_NANOS);
        synchronized (this) {
            if (connecting || open != null || retired) {
                return;
            }
            connecting = true;
            connectsAtNanos = moa.ticker().nanos() + pause;
        }
        connectAfter(pause, called);
    }

    /**
     * Full jitter: anywhere between nothing and a bound that doubles. After some failures a client makes all its tries at moments of
     * its own, for whom it tries has probably crashed together with others, and will be back with them. Called with the lock held.
     */
    private void pause(String reason, ServiceId called) {
        if (reached && !servedElsewhere.test(called)) {
            spread.lost(called, moa.ticker().nanos());
        }
        failures++;
        lastFailure = reason;
        long bound = config.backoffMax().toNanos();
        int doublings = Math.min(failures - 1, 30);
        if (config.backoffFirst().toNanos() < bound >> doublings) {
            bound = config.backoffFirst().toNanos() << doublings;
        }
        pausedUntilNanos = moa.ticker().nanos() + moa.chance().nextLong(bound);
        if (failures >= SPREAD_FROM) {
            pausedUntilNanos += spread.untilMoment(pausedUntilNanos);
        }
    }

    /** The next call connects again at once; only a connect that fails is followed by a pause. */
    private void gone(Connection connection, ServiceId called) {
        synchronized (this) {
            if (open == connection) {
                open = null;
            }
            leaving.removeIf(left -> left.inFlight() == 0);
            if (connection.inFlight() > 0) {
                leaving.add(connection); // its server is closing; the calls on it are still ours to end
            }
        }
        if (connection.isClosing() && connection.peer().instance().equals(instance.uuid())) {
            left = true;
            endpoint.leaves();
        }
        if (silent) {
            seek(called);
        }
    }

    private String whyRetired() {
        return closed
                ? "The client is closed; the call was not sent"
                : instance + " has left the registry; the call was not sent there";
    }

    void retire() {
        retired = true;
        if (silent || left) {
            heard(); // nobody listens any more; where it is now, it may be well
        }
        Connection connection = open;
        if (connection != null) {
            later(connection); // not now: a call may be on its way there that has just seen that it is open
        }
    }

    /** Without a limit of its own: each call has its deadline, and a peer that is gone is noticed by its heartbeat. */
    private void closeWhenIdle(Connection connection) {
        if (connection.inFlight() == 0) {
            close(connection);
        } else {
            later(connection);
        }
    }

    private void later(Connection connection) {
        try {
            moa.scheduler().schedule(() -> closeWhenIdle(connection), IDLE_CHECK_NANOS);
        } catch (RejectedExecutionException runtimeClosed) {
            close(connection);
        }
    }

    /** A transport of somebody's own may fail here; the other connections, and what the client does after them, go on. */
    private void close(Connection connection) {
        try {
            connection.close();
        } catch (RuntimeException e) {
            LOG.debug("the connection to {} could not be closed", instance, e);
        }
    }

    /** Which address is used, or would be, and why; for people. */
    synchronized String way() {
        Connection connection = open;
        if (connection != null && connection.usable()) {
            return "connected to " + connection.address() + " (" + whyThere + ")";
        }
        if (ways.addresses().isEmpty()) {
            return "none of its addresses can be used here";
        }
        return "not connected" + (failures > 0 ? ", because " + lastFailure : "") + "; would try "
                + ways.addresses().get(0) + " (" + ways.reason() + ")";
    }

    /** Whether the very process is connected. */
    boolean isConnected() {
        Connection connection = open;
        return connection != null
                && connection.usable()
                && connection.peer().instance().equals(instance.uuid());
    }

    /** Whether it has said nothing although it was asked, and not been heard since. */
    boolean isSilent() {
        return silent;
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
            close(connection);
        }
        List<Connection> draining;
        List<WaitingCall> unlucky;
        synchronized (this) {
            draining = List.copyOf(leaving);
            leaving.clear();
            unlucky = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (WaitingCall call : unlucky) {
            call.end(Endpoint.refused(Status.UNAVAILABLE, "The client was closed; the call was not sent"));
        }
        draining.forEach(this::close);
    }

    private synchronized void forget(WaitingCall call) {
        waiting.remove(call);
    }

    private static CompletableFuture<Reply> refuse(Status status, String message) {
        return CompletableFuture.completedFuture(Endpoint.refused(status, message));
    }
}
