package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Attributes;
import io.moa.invoke.Hints;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.BytesTable;
import io.moa.protocol.frame.Target;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open door of a server: its connections, what they hold together, and how they all leave. Safe for many threads. */
final class NettyListener implements Listener {

    private static final Logger LOG = LoggerFactory.getLogger(NettyListener.class);
    private static final int KNOWN_TARGETS = 16_384;
    private static final int NONCE_BYTES = 16;

    /** Looking through all connections costs time; once in 5 ms is enough. */
    private static final long SHORTEST_CUT_PERIOD_NANOS = 5_000_000;

    /** A target of which the bytes are known: what they mean, and the facts that its calls carry. */
    record KnownTarget(Target target, Attributes attributes) {}

    private final Host host;
    private final TransportConfig config;
    private final int maxConnections;
    private final Set<ServedConnection> connections = ConcurrentHashMap.newKeySet();
    private final PeerCounts peers;
    private final AtomicInteger connectionCount = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger elsewhere = new AtomicInteger();
    private final AtomicLong requestBytes = new AtomicLong();
    private final AtomicLong replyBytes = new AtomicLong();
    private final AtomicLong lastCutNanos;
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();
    private final BytesTable<KnownTarget> targets;
    private final SecureRandom random = new SecureRandom();
    private final CompletableFuture<Integer> drained = new CompletableFuture<>();
    private volatile boolean draining;
    private volatile @Nullable Channel door;
    private volatile @Nullable Address address;
    private @Nullable Hints lastHints;

    NettyListener(Host host, TransportConfig config, Ticker ticker, int maxConnections) {
        this.host = host;
        this.config = config;
        this.maxConnections = maxConnections;
        this.peers = new PeerCounts(config.maxConnectionsPerPeer());
        this.lastCutNanos = new AtomicLong(ticker.nanos() - SHORTEST_CUT_PERIOD_NANOS);
        this.targets = new BytesTable<>(KNOWN_TARGETS, random.nextLong());
    }

    void opened(Channel channel, Address where) {
        door = channel;
        address = where;
    }

    Host host() {
        return host;
    }

    boolean isDraining() {
        return draining;
    }

    byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    /** What no peer can guess. */
    RandomGenerator random() {
        return random;
    }

    /** The given hints with the server's load; the same object as long as the load is the same. */
    Hints hints(Hints given) {
        int load = host.load();
        if (!given.equals(Hints.NONE)) {
            return new Hints(given.retryAfterMillis(), given.neverRetry(), load, given.fault());
        }
        Hints last = lastHints;
        if (last == null || last.load() != load) {
            last = new Hints(0, false, load);
            lastHints = last; // a race costs an object and nothing else
        }
        return last;
    }

    /** What target bytes mean. Only exported methods are remembered, so strangers' names cannot fill the table. */
    KnownTarget target(ByteBuf in, int index, int length) {
        KnownTarget known = targets.get(in, index, length);
        if (known != null) {
            return known;
        }
        Target target = Target.parse(in, index, length);
        Attributes facts = host.attributesOf(target);
        KnownTarget found = new KnownTarget(target, facts == null ? Attributes.EMPTY : facts);
        if (facts != null) {
            targets.put(ByteBufUtil.getBytes(in, index, length), found);
        }
        return found;
    }

    // ---- connections

    /**
     * Whether one more connection may stay; if so, it {@linkplain #leave leaves} once.
     *
     * @param from the remote address; null if there is none, as of Unix sockets
     */
    boolean admit(@Nullable SocketAddress from) {
        if (draining) {
            turnedAway.increment();
            return false;
        }
        if (connectionCount.incrementAndGet() > maxConnections) {
            connectionCount.decrementAndGet();
            turnAway("it has " + maxConnections + " connections, which is its limit");
            return false;
        }
        if (!peers.enter(from)) {
            connectionCount.decrementAndGet();
            turnAway(from + " has " + config.maxConnectionsPerPeer() + " connections, which is the limit for one peer");
            return false;
        }
        return true;
    }

    /** One that was admitted by the process it comes from, whatever the limits; whether its peer was counted. */
    boolean take(@Nullable SocketAddress from) {
        connectionCount.incrementAndGet();
        return peers.enter(from);
    }

    private void turnAway(String why) {
        turnedAway.increment();
        if (turnedAway.sum() % 1_000 == 1) {
            LOG.warn("{} takes no connection: {}; {} were turned away so far", address, why, turnedAway.sum());
        }
    }

    void opened(ServedConnection connection) {
        connections.add(connection);
        if (draining) {
            connection.beginClosing();
        }
    }

    void closed(ServedConnection connection) {
        connections.remove(connection);
        completeIfDrained();
    }

    /** A connection that was admitted is closed. */
    void leave(@Nullable SocketAddress from) {
        connectionCount.decrementAndGet();
        peers.leave(from);
    }

    private void completeIfDrained() {
        if (draining && connections.isEmpty()) {
            drained.complete(0);
        }
    }

    // ---- what they hold together

    void began() {
        inFlight.incrementAndGet();
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    /** A call that another process serves was read there, and its connection is served here. */
    void beganElsewhere() {
        inFlight.incrementAndGet();
        elsewhere.incrementAndGet();
    }

    void endedElsewhere() {
        inFlight.decrementAndGet();
        elsewhere.decrementAndGet();
    }

    /** How many calls are in flight that another process serves. */
    int callsElsewhere() {
        return elsewhere.get();
    }

    /**
     * Counts bytes of a request that have come; whether there is room for them.
     *
     * @param toCome for what else there must be room at this moment. It is not counted: whoever only announces takes
     *     nothing away from others.
     */
    boolean holdRequest(int bytes, int toCome) {
        if (requestBytes.addAndGet(bytes) + toCome > config.maxRequestBytesHeld() && bytes + toCome > 0) {
            requestBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Counts bytes of a request that came before the connection was moved here, whether there is room for them or not. */
    void takeRequest(int bytes) {
        requestBytes.addAndGet(bytes);
    }

    /** The same for bytes that wait for a client. */
    void takeReply(int bytes) {
        replyBytes.addAndGet(bytes);
    }

    void releaseRequest(int bytes) {
        requestBytes.addAndGet(-bytes);
    }

    /**
     * Counts bytes that begin to wait for a client; whether there is room for them. If there is none, clients that take
     * nothing are cut off first, and little is always let through, so that those who do read go on.
     */
    boolean holdReply(ServedConnection to, int bytes, long nowNanos) {
        long held = replyBytes.addAndGet(bytes);
        if (held <= config.maxReplyBytesQueued()
                || to.heldReplyBytes() <= config.chunkBytes()
                || held - cutStalled(nowNanos) <= config.maxReplyBytesQueued()) {
            return true;
        }
        replyBytes.addAndGet(-bytes);
        return false;
    }

    /** Cuts off whoever has taken nothing for a while, and answers how many bytes that will free. */
    private long cutStalled(long nowNanos) {
        long last = lastCutNanos.get();
        if (nowNanos - last < SHORTEST_CUT_PERIOD_NANOS || !lastCutNanos.compareAndSet(last, nowNanos)) {
            return 0; // another thread has just looked
        }
        long patience = config.stallTimeout().toNanos() / 10;
        long freed = 0;
        for (ServedConnection connection : connections) {
            if (connection.tookNothingSince(nowNanos - patience)) {
                long held = connection.heldReplyBytes();
                if (connection.cutOff("the replies that wait for clients take more than " + config.maxReplyBytesQueued()
                        + " bytes, and this client takes none of its own")) {
                    freed += held;
                }
            }
        }
        return freed;
    }

    void releaseReply(int bytes) {
        replyBytes.addAndGet(-bytes);
    }

    void duplicate() {
        duplicates.increment();
    }

    /** How many bytes of replies wait for clients, for tests and meters. */
    long heldReplyBytes() {
        return replyBytes.get();
    }

    /** How many connections were turned away at the door, for tests and meters. */
    long turnedAway() {
        return turnedAway.sum();
    }

    /** How many requests came with an id used before. */
    long duplicates() {
        return duplicates.sum();
    }

    // ---- moving

    /** The socket that accepts; null if there is none any more. */
    @Nullable
    Channel door() {
        return door;
    }

    /** Those that were accepted and have not ended. */
    Set<ServedConnection> served() {
        return connections;
    }

    /**
     * Another process accepts, and serves the connections that were moved. Those that were not are closed gracefully.
     */
    void moved() {
        Channel open = door;
        door = null;
        draining = true;
        if (open instanceof EpollServerDomainSocketChannel unix) {
            try {
                unix.fd()
                        .close(); // and not the channel, which would take the file away that leads to the other process
            } catch (IOException e) {
                LOG.warn("The socket of {} could not be closed after it was handed over", address, e);
            }
        } else if (open != null) {
            open.close();
        }
        for (ServedConnection connection : connections) {
            connection.beginClosing();
        }
        completeIfDrained();
    }

    // ---- Listener

    @Override
    public Address address() {
        Address known = address;
        if (known == null) {
            throw new IllegalStateException("the listener is not open yet");
        }
        return known;
    }

    @Override
    public int connections() {
        return connectionCount.get();
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public long heldBytes() {
        return requestBytes.get() + replyBytes.get();
    }

    @Override
    public CompletableFuture<Integer> drain(Duration limit) {
        Channel open = door;
        if (open == null || draining) {
            return drained;
        }
        draining = true;
        open.close();
        for (ServedConnection connection : connections) {
            connection.beginClosing();
        }
        open.eventLoop()
                .schedule(
                        () -> {
                            int cut = inFlight.get();
                            if (drained.complete(cut)) {
                                close();
                            }
                        },
                        limit.toNanos(),
                        TimeUnit.NANOSECONDS);
        completeIfDrained();
        return drained;
    }

    @Override
    public CompletableFuture<Integer> dismiss() {
        CompletableFuture<Integer> gone = CompletableFuture.completedFuture(0);
        for (ServedConnection connection : connections) {
            gone = gone.thenCombine(connection.dismiss(), (count, told) -> told ? count + 1 : count);
        }
        return gone;
    }

    @Override
    public void close() {
        Channel open = door;
        if (open != null) {
            open.close();
        }
        draining = true;
        for (ServedConnection connection : connections) {
            connection.close("the server was closed");
        }
        completeIfDrained();
    }

    @Override
    public String toString() {
        return "Listener[" + address + ", " + connectionCount.get() + " connections]";
    }
}
