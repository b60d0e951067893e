package io.moa.server.health;

import io.moa.invoke.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET} and {@code HEAD} of {@code /live}, {@code /ready} and {@code /startup} over HTTP/1.0 and 1.1: 200 for
 * yes, 503 for no, with the reasons as a small JSON object.
 *
 * <p>One daemon thread does all of it and waits for nobody. It keeps at most {@value #CONNECTIONS} connections, each at most
 * for {@link HealthConfig#requestLimit()}; when one more comes, the oldest is cut. So whoever sends slowly or not at all
 * takes neither the answer of another nor the descriptors of the process. Safe for many threads.
 */
public final class HealthEndpoint implements AutoCloseable {

    /** How many connections are open at most. */
    static final int CONNECTIONS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(HealthEndpoint.class);

    /** They wait in the kernel, without a descriptor; a probe among them is slower by what it takes to accept and cut those before. */
    private static final int BACKLOG = 1_024;

    private static final long REFUSED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long END_MILLIS = 1_000;

    /** How the next connection comes in. A seam, for a process without descriptors left. */
    interface Door {
        /** Null if nobody waits any more. */
        @Nullable
        SocketChannel accept() throws IOException;
    }

    private final ServerSocketChannel listening;
    private final Door door;
    private final InetSocketAddress address;
    private final Selector selector;
    private final SelectionKey doorKey;
    private final HealthReplies replies;
    private final Ticker ticker;
    private final long limitNanos;
    private final Thread thread;
    private final Set<HealthConnection> open = new LinkedHashSet<>(); // oldest first; only the thread's
    private boolean doorRefuses; // only the thread's
    private final OnceAMinute refusal = new OnceAMinute(); // only the thread's
    private long doorAgainNanos; // only the thread's
    private volatile int connections;
    private volatile boolean closed;

    private HealthEndpoint(
            ServerSocketChannel listening,
            Door door,
            Selector selector,
            Ticker ticker,
            HealthConfig config,
            Health health,
            String application)
            throws IOException {
        this.listening = listening;
        this.door = door;
        this.address = (InetSocketAddress) listening.getLocalAddress();
        this.selector = selector;
        this.doorKey = listening.register(selector, SelectionKey.OP_ACCEPT);
        this.replies = new HealthReplies(health, ticker);
        this.ticker = ticker;
        this.limitNanos = config.requestLimit().toNanos();
        this.thread = new Thread(this::answer, "moa-health-" + application);
        thread.setDaemon(true);
    }

    /**
     * Begins to answer.
     *
     * @param application for the thread's name
     * @param ticker by which connections are cut
     * @throws IllegalStateException if the place cannot be listened on
     */
    public static HealthEndpoint open(HealthConfig config, Health health, String application, Ticker ticker) {
        return open(config, health, application, ticker, listening -> listening::accept);
    }

    static HealthEndpoint open(
            HealthConfig config,
            Health health,
            String application,
            Ticker ticker,
            Function<ServerSocketChannel, Door> doorOf) {
        ServerSocketChannel listening = null;
        Selector selector = null;
        HealthEndpoint endpoint = null;
        try {
            listening = ServerSocketChannel.open();
            listening.bind(new InetSocketAddress(InetAddress.getByName(config.host()), config.port()), BACKLOG);
            listening.configureBlocking(false);
            selector = Selector.open();
            endpoint = new HealthEndpoint(
                    listening, doorOf.apply(listening), selector, ticker, config, health, application);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Health cannot be told at " + config.host() + ":" + config.port() + ": " + e.getMessage()
                            + ". Choose another place (moa.server.health), or off",
                    e);
        } finally {
            if (endpoint == null) {
                end(listening);
                end(selector);
            }
        }
        endpoint.thread.start();
        return endpoint;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** How many connections are open. */
    int connections() {
        return connections;
    }

    private void answer() {
        try {
            while (!closed) {
                turn();
            }
        } catch (IOException broken) {
            LOG.error("Health is told at {} no more: the system's selector failed", address, broken);
        } catch (ClosedSelectorException | CancelledKeyException | ConcurrentModificationException ended) {
            if (!closed) { // else somebody could not wait for this thread, and took its selector
                throw ended;
            }
        } finally { // also after an Error: a port where nobody answers is worse than one that is closed
            open.forEach(each -> end(each.channel()));
            end(listening);
            end(selector);
        }
    }

    private void turn() throws IOException {
        selector.select(untilNextMillis());
        boolean knocks = false;
        for (SelectionKey key : selector.selectedKeys()) {
            if (key == doorKey) {
                knocks = true;
            } else if (key.attachment() instanceof HealthConnection connection) {
                serve(connection, key);
            }
        }
        selector.selectedKeys().clear();
        long now = ticker.nanos();
        cutThoseOverTheirTime(now);
        if (doorRefuses && now - doorAgainNanos >= 0) {
            doorRefuses = false;
            doorKey.interestOps(SelectionKey.OP_ACCEPT);
        }
        if (knocks) { // one in each turn, so that what is open is read before the next one may cut it
            accept(now);
        }
        connections = open.size();
    }

    /** How long to wait for the next byte; 0 for as long as it takes, never negative. */
    private long untilNextMillis() {
        long now = ticker.nanos();
        long next = Long.MAX_VALUE;
        if (!open.isEmpty()) {
            next = open.iterator().next().untilNanos() - now;
        }
        if (doorRefuses) {
            next = Math.min(next, doorAgainNanos - now);
        }
        // Never 0, which would be for ever, and rounded up, for else the last millisecond would spin.
        return next == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(Math.max(0, next)) + 1;
    }

    private void accept(long now) {
        try {
            SocketChannel channel = door.accept();
            if (channel != null) {
                admit(channel, now);
            }
        } catch (IOException e) { // mostly: no descriptor is left
            tellRefusal(e, now);
            if (!open.isEmpty()) {
                cut(open.iterator().next()); // its descriptor is for the next one
                return;
            }
            // The connection still waits, so the selector would tell of it at once again.
            doorRefuses = true;
            doorAgainNanos = now + REFUSED_PAUSE_NANOS;
            doorKey.interestOps(0);
        }
    }

    private void tellRefusal(IOException why, long now) {
        if (refusal.isDue(now)) {
            LOG.warn("Health at {} cannot take a connection ({}), and tries again and again", address, why.toString());
        }
    }

    private void admit(SocketChannel channel, long now) {
        HealthConnection connection = new HealthConnection(channel, replies, now + limitNanos);
        try {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, connection);
        } catch (IOException gone) {
            end(channel);
            return;
        }
        open.add(connection);
        if (open.size() > CONNECTIONS) {
            cut(open.iterator().next());
        }
    }

    private void serve(HealthConnection connection, SelectionKey key) {
        int interest = 0;
        try {
            interest = connection.step();
        } catch (IOException gone) {
            LOG.trace("a client of health at {} has gone", address, gone);
        }
        if (interest == 0) {
            cut(connection);
        } else {
            key.interestOps(interest);
        }
    }

    /** All have the same limit, so the order in which they came is the one in which they end. */
    private void cutThoseOverTheirTime(long now) {
        for (Iterator<HealthConnection> each = open.iterator(); each.hasNext(); ) {
            HealthConnection oldest = each.next();
            if (now - oldest.untilNanos() < 0) {
                return;
            }
            each.remove();
            end(oldest.channel());
        }
    }

    private void cut(HealthConnection connection) {
        open.remove(connection);
        end(connection.channel());
    }

    private static void end(@Nullable AutoCloseable resource) {
        try {
            if (resource != null) {
                resource.close();
            }
        } catch (Exception e) { // there is nothing to be done about a descriptor that does not close
            LOG.debug("{} does not close", resource, e);
        }
    }

    /** Answers nobody any more; the port is free when this returns. Idempotent. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            if (Thread.currentThread() != thread) {
                thread.join(END_MILLIS); // the thread waits for nobody, but what it asks is not its own code
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            // Mostly the thread has done so already. The selector too: it keeps a channel's port until it lets it go.
            end(listening);
            end(selector);
        }
    }
}
