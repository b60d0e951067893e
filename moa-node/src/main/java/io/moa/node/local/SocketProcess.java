package io.moa.node.local;

import io.moa.discovery.Address;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A local process behind a socket. Each connection carries one question at a time; those of a dialect that keeps connections are used
 * again, the one used last first, so that spare ones stay idle and end.
 */
final class SocketProcess implements LocalProcess {

    private static final int CONNECT_MILLIS = 1_000; // it is on this host
    private static final int MOST_IDLE = 64;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final String about;
    private final Dialect dialect;
    private final SocketAddress where;
    private final EventLoopGroup loops;
    private final Bootstrap bootstrap;
    private final Deque<Exchange> idle = new ArrayDeque<>(); // guarded by this
    private final Set<SocketQuestion> open = ConcurrentHashMap.newKeySet(); // which an event loop that ends may not end
    private boolean closed; // guarded by this

    /**
     * Connects to nobody yet.
     *
     * @param about for people
     * @throws IllegalArgumentException if there are no sockets of this kind here
     */
    SocketProcess(String about, Address address, Dialect dialect) {
        this.about = about;
        this.dialect = dialect;
        boolean epoll = Epoll.isAvailable();
        this.bootstrap = new Bootstrap();
        if (address instanceof Address.Unix unix) {
            if (!epoll) {
                throw new IllegalArgumentException(
                        about + " is a Unix socket; they need Linux and Netty's native epoll");
            }
            this.where = new DomainSocketAddress(unix.path());
            bootstrap.channel(EpollDomainSocketChannel.class);
        } else if (address instanceof Address.Tcp tcp) {
            this.where = InetSocketAddress.createUnresolved(tcp.host(), tcp.port());
            bootstrap
                    .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true);
        } else {
            throw new IllegalArgumentException(about + " is neither a TCP address nor a Unix socket");
        }
        this.loops = new MultiThreadIoEventLoopGroup(
                1,
                new DefaultThreadFactory("moa-local", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        bootstrap
                .group(loops)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Exchange(SocketProcess.this));
                    }
                });
    }

    @Override
    public Asked ask(ByteBuf request, Duration patience) {
        return begin(request, patience);
    }

    @Override
    public Asked check(Duration patience) {
        return begin(null, patience);
    }

    private Asked begin(@Nullable ByteBuf request, Duration patience) {
        SocketQuestion question = new SocketQuestion(this, request);
        open.add(question);
        question.answer().whenComplete((answer, failed) -> open.remove(question));
        question.failAfter(patience.toNanos());
        if (question.isOver()) {
            return question;
        }
        Exchange known = request == null ? null : takeIdle(); // a check sees whether it still takes connections
        try {
            if (known != null) {
                known.begin(question);
            } else {
                connect(question);
            }
        } catch (RejectedExecutionException closedMeanwhile) {
            question.failAsClosing();
        }
        return question;
    }

    /** Asks on a connection of its own what was to be asked on one that had ended. */
    void askAnew(SocketQuestion question, @Nullable ByteBuf request) {
        if (question.again(request)) {
            connect(question);
        }
    }

    private void connect(SocketQuestion question) {
        if (isClosed()) {
            question.failAsClosing();
            return;
        }
        bootstrap.connect(where).addListener((io.netty.channel.ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                connected.channel().pipeline().get(Exchange.class).begin(question);
            } else {
                question.fail(new LocalProcessException(
                        Status.UNAVAILABLE, Executed.NO, "cannot be reached: " + why(connected.cause())));
            }
        });
    }

    static LocalProcessException closing(Executed executed) {
        return new LocalProcessException(Status.UNAVAILABLE, executed, "is asked no more: this process is closing");
    }

    private static String why(@Nullable Throwable cause) {
        String text = cause == null ? "" : String.valueOf(cause.getMessage());
        String plain = text.replaceFirst("^.*failed with error\\(-\\d+\\): ", ""); // the system's own words
        return plain.isEmpty() ? "no reason is known" : plain.replaceAll("[\\r\\n]+", " ");
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized @Nullable Exchange takeIdle() {
        return idle.pollFirst();
    }

    /** A connection may be used again. */
    void keep(Exchange exchange) {
        boolean room;
        synchronized (this) {
            room = !closed && idle.size() < MOST_IDLE;
            if (room) {
                idle.addFirst(exchange);
            }
        }
        if (!room) {
            exchange.end();
            return;
        }
        exchange.later(
                () -> {
                    if (exchange.isIdleFor(IDLE) && forget(exchange)) {
                        exchange.end();
                    }
                },
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Whether it was among those that may be used again, and is so no more. */
    synchronized boolean forget(Exchange exchange) {
        return idle.remove(exchange);
    }

    Dialect dialect() {
        return dialect;
    }

    EventLoopGroup loops() {
        return loops;
    }

    @Override
    public String toString() {
        return about;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            idle.clear();
        }
        open.forEach(SocketQuestion::failAsClosing);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS); // its connections end with it
    }
}
