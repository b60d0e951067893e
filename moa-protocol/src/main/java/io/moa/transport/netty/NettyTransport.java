package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverEditions;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.HandOverFailedException;
import io.moa.transport.handover.Predecessor;
import io.moa.transport.handover.Successor;
import io.moa.transport.handover.Takeover;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sockets: TCP everywhere, Unix sockets with epoll. One group of event loops drives listeners and connections of both
 * directions.
 */
public final class NettyTransport implements Transport {

    private static final String UNKNOWN_NAME = "no host of this name is known here";

    private final TransportConfig config;
    private final Ticker ticker;
    private final EventLoopGroup loops;
    private final boolean epoll;
    private final int maxConnections;
    private final NameResolver names = new NameResolver();

    /**
     * Starts the event loops.
     *
     * @param eventLoops how many
     * @param name of the application, for thread names
     */
    public NettyTransport(TransportConfig config, int eventLoops, Ticker ticker, String name) {
        this.config = config;
        this.ticker = ticker;
        this.epoll = Epoll.isAvailable();
        AtomicInteger number = new AtomicInteger();
        this.loops = new MultiThreadIoEventLoopGroup(
                eventLoops,
                (ThreadFactory)
                        task -> new MoaEventLoopThread(task, "moa-loop-" + name + "-" + number.incrementAndGet()),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.maxConnections = Math.min(config.maxConnections(), halfOfOpenFiles());
    }

    /** A listener may use at most half of the open files, so that the process can always still do something else. */
    private static int halfOfOpenFiles() {
        return (int) Math.max(16, Math.min(Integer.MAX_VALUE, OpenFiles.limit() / 2));
    }

    /** Whether epoll is used; otherwise NIO, without Unix sockets and {@code TCP_USER_TIMEOUT}. */
    public boolean usesEpoll() {
        return epoll;
    }

    /** Why native epoll is not available here, for people; null if it is. */
    public static @Nullable String nativeObstacle() {
        Throwable cause = Epoll.unavailabilityCause();
        if (cause == null) {
            return null;
        }
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    /** Runs delays on the event loops. */
    public Scheduler scheduler() {
        return (task, delayNanos) -> {
            var scheduled = loops.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        };
    }

    @Override
    public List<Executor> loops() {
        List<Executor> each = new ArrayList<>();
        loops.forEach(each::add);
        return each;
    }

    @Override
    public boolean supports(Address address) {
        return address instanceof Address.Tcp || (epoll && address instanceof Address.Unix);
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        NettyListener listener = new NettyListener(host, config, ticker, maxConnections);
        CompletableFuture<Listener> opened = new CompletableFuture<>();
        if (!supports(address)) {
            opened.completeExceptionally(new IllegalArgumentException(unsupported(address)));
            return opened;
        }
        ServerDoor door = new ServerDoor(listener, config, ticker, loops, epoll, address);
        door.bind(socketAddress(address)).addListener(done -> {
            io.netty.channel.ChannelFuture bound = (io.netty.channel.ChannelFuture) done;
            if (bound.isSuccess()) {
                listener.opened(bound.channel(), actual(address, bound.channel()));
                opened.complete(listener);
            } else {
                opened.completeExceptionally(new IllegalStateException(reason(bound.cause()), bound.cause()));
            }
        });
        return opened;
    }

    /**
     * Offers listeners of this transport to another process of the same host and user, which takes them over with their connections.
     * Everything is served here until it has; if it does not, as if nothing had happened. Opens the socket before it returns, so it is
     * not for event loops.
     *
     * @param socket where; in a folder that nobody else may enter, which is made if it is not there
     * @param nonce that the other process was told, at least 16 bytes: who does not know it is not let in
     * @param predecessor says what is handed over, when the other process has come
     * @throws IllegalStateException if it cannot be; the message says why
     */
    public HandOver offer(Path socket, byte[] nonce, Predecessor predecessor, HandOverConfig limits) {
        return offer(socket, nonce, predecessor, limits, UnaryOperator.identity());
    }

    HandOver offer(
            Path socket, byte[] nonce, Predecessor predecessor, HandOverConfig limits, UnaryOperator<MoveLine> wiring) {
        return offer(socket, nonce, predecessor, limits, HandOverEditions.OWN, wiring);
    }

    HandOver offer(
            Path socket,
            byte[] nonce,
            Predecessor predecessor,
            HandOverConfig limits,
            HandOverEditions editions,
            UnaryOperator<MoveLine> wiring) {
        requireMovable(nonce);
        MovingDoors.movable(predecessor.listeners()); // what can be said at once is
        MoveOut offer = new MoveOut(socket, nonce, predecessor, limits, ticker, loops, editions, wiring);
        try {
            offer.open();
        } catch (IOException e) {
            throw new IllegalStateException("Nothing can be offered at " + socket + ": " + e.getMessage(), e);
        }
        return offer;
    }

    /**
     * Takes over what another process of the same host and user {@linkplain #offer offers}. Completes when it is served here;
     * exceptionally, with a {@link HandOverFailedException}, if nothing was taken.
     */
    public CompletableFuture<Takeover> takeOver(Path socket, byte[] nonce, Successor successor, HandOverConfig limits) {
        return takeOver(socket, nonce, successor, limits, UnaryOperator.identity());
    }

    CompletableFuture<Takeover> takeOver(
            Path socket, byte[] nonce, Successor successor, HandOverConfig limits, UnaryOperator<MoveLine> wiring) {
        return takeOver(socket, nonce, successor, limits, HandOverEditions.OWN, wiring);
    }

    CompletableFuture<Takeover> takeOver(
            Path socket,
            byte[] nonce,
            Successor successor,
            HandOverConfig limits,
            HandOverEditions editions,
            UnaryOperator<MoveLine> wiring) {
        requireMovable(nonce);
        EventLoop loop = loops.next();
        MoveIn in = new MoveIn(successor, limits, ticker, loop, (address, host) -> {
            NettyListener listener = new NettyListener(host, config, ticker, maxConnections);
            return new ServerDoor(listener, config, ticker, loops, true, address);
        });
        loop.execute(new MoveGuest(editions, socket, nonce, limits.maxMessageBytes(), loop, in, wiring)::enter);
        return in.taken();
    }

    private void requireMovable(byte[] nonce) {
        if (!epoll) {
            throw new IllegalStateException(
                    "Connections are handed over with Netty's native epoll only, which is not available" + " here ("
                            + nativeObstacle() + "): let this process drain instead");
        }
        if (nonce.length < MoveProof.LEAST_NONCE_BYTES) {
            throw new IllegalArgumentException("The nonce of a hand-over has at least " + MoveProof.LEAST_NONCE_BYTES
                    + " bytes, not " + nonce.length);
        }
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        ClientConnection connection = new ClientConnection(address, self, wanted, config, ticker);
        if (!supports(address)) {
            connection.failOpening(unsupported(address), null);
            return connection.opened();
        }
        Bootstrap client = new Bootstrap()
                .group(loops)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, ServerDoor.waterMark(config))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(connection.link());
                    }
                });
        if (address instanceof Address.Unix) {
            client.channel(EpollDomainSocketChannel.class);
        } else {
            client.channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                            config.connectTimeout().toMillis())
                    .option(ChannelOption.TCP_NODELAY, true);
            if (epoll) {
                client.option(EpollChannelOption.TCP_USER_TIMEOUT, userTimeoutMillis());
            }
        }
        Address.Tcp named = address instanceof Address.Tcp tcp && !isLiteral(tcp.host()) ? tcp : null;
        AtomicBoolean resolving = new AtomicBoolean(named != null);
        // One limit for name, connect and handshake together: what a caller waits for is all of them.
        var limit = loops.schedule(
                () -> {
                    if (connection.opened().isDone()) {
                        return;
                    }
                    String within = " within " + config.connectTimeout().toMillis() + " ms";
                    if (resolving.get()) {
                        connection.failNameless(
                                "No connection to " + address + within + ": nobody has told where this name leads");
                    } else {
                        connection.failOpening(
                                (connection.introduced() ? "No handshake with " : "No connection to ")
                                        + address
                                        + within,
                                null);
                    }
                    connection.link().close("the connect timeout was over");
                },
                config.connectTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
        connection.opened().whenComplete((opened, failed) -> limit.cancel(false));
        if (named != null) {
            names.resolve(named.host()).whenComplete((found, unknown) -> {
                if (found != null) {
                    resolving.set(false);
                    connect(client, address, new InetSocketAddress(found, named.port()), connection);
                } else {
                    connection.failNameless("Could not connect to " + address + ": "
                            + (unknown instanceof UnknownHostException ? UNKNOWN_NAME : reason(unknown)));
                }
            });
        } else {
            connect(client, address, socketAddress(address), connection);
        }
        return connection.opened();
    }

    private void connect(Bootstrap client, Address address, SocketAddress where, ClientConnection connection) {
        try {
            if (connection.opened().isDone()) {
                return; // the name took longer than the limit
            }
            client.connect(where).addListener(done -> {
                if (!done.isSuccess()) {
                    Throwable cause = done.cause();
                    connection.failOpening("Could not connect to " + address + ": " + reason(cause), cause);
                } else if (connection.opened().isCompletedExceptionally()) {
                    connection.link().close("the connect timeout was over");
                }
            });
        } catch (RuntimeException e) { // such as event loops that have ended
            connection.failOpening("Could not connect to " + address + ": " + reason(e), e);
        }
    }

    /** What the operating system meant, without the names of its functions and the numbers of its errors. */
    static String reason(Throwable thrown) {
        if (thrown instanceof UnresolvedAddressException) {
            return UNKNOWN_NAME;
        }
        if (thrown instanceof FileNotFoundException) {
            return "there is no such file or directory";
        }
        String message = thrown.getMessage();
        if (message == null) {
            return thrown.toString();
        }
        if (message.contains("Connection refused")) {
            return "connection refused; no process listens there";
        }
        if (message.contains("Address already in use")) {
            return "the address is in use by another process";
        }
        if (message.contains("Cannot assign requested address")) {
            return "it is not an address of this host";
        }
        if (message.contains("No such file or directory")) {
            return "there is no such file or directory";
        }
        if (message.contains("Permission denied")) {
            return "the operating system does not allow it to this user";
        }
        if (message.contains("Connection reset by peer") || message.contains("Broken pipe")) {
            return "the peer's process ended or gave the connection up";
        }
        return message;
    }

    private static boolean isLiteral(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    private int userTimeoutMillis() {
        return (int) Math.min(Integer.MAX_VALUE, config.heartbeatLimit().toMillis());
    }

    private static String unsupported(Address address) {
        return "This transport cannot use " + address
                + (address instanceof Address.Unix
                        ? ": Unix sockets need Netty's native epoll, which is not available here"
                        : "; it carries tcp:// and unix: addresses");
    }

    private static SocketAddress socketAddress(Address address) {
        if (address instanceof Address.Tcp tcp) {
            return new InetSocketAddress(tcp.host(), tcp.port());
        }
        return new DomainSocketAddress(((Address.Unix) address).path());
    }

    private static Address actual(Address asked, Channel channel) {
        return asked instanceof Address.Tcp tcp && channel.localAddress() instanceof InetSocketAddress bound
                ? new Address.Tcp(tcp.host(), bound.getPort())
                : asked;
    }

    @Override
    public void close() {
        names.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
