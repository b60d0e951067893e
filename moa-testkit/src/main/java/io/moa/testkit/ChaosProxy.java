package io.moa.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback that breaks a connection in the ways in which networks do, while it is in use: for kernels without
 * netem, and for tests that need the fault at a certain moment and in one direction.
 *
 * <pre>{@code
 * client ──▶ ChaosProxy ──▶ server
 *            clientToServer()  delay, jitter, slice, bandwidth, corrupt, stall, swallow
 *        ◀── serverToClient() ◀──
 * }</pre>
 *
 * <p>Without faults it is transparent: bytes in order, back-pressure, half-closed streams and resets all pass through. Faults
 * are set on a {@linkplain #clientToServer() direction}; what concerns whole connections is here. When a method returns, it
 * is in force.
 *
 * <p>Chance comes from a seed and the number of the connection, so a run can be repeated as far as the kernel cuts the
 * stream into the same pieces; which bytes are corrupted does not depend on that.
 *
 * <p>Safe for many threads, which must not be the proxy's own: nothing here calls back. The maker closes it.
 */
public final class ChaosProxy implements AutoCloseable {

    private static final Eventually RELEASE = Eventually.within(Duration.ofSeconds(10));
    private static final int READ_BYTES = 16 * 1024;

    private final InetSocketAddress target;
    private final long seed;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final ChaosDirection up = new ChaosDirection("clientToServer", this::applyFaults);
    private final ChaosDirection down = new ChaosDirection("serverToClient", this::applyFaults);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();

    // Only on the loop.
    private final Set<ChaosLink> links = new LinkedHashSet<>();
    private final Set<Channel> halves = new LinkedHashSet<>(); // accepted, and not yet connected onwards

    private final Object listening = new Object();
    private final InetSocketAddress address;
    private @Nullable Channel listener; // guarded by listening
    private @Nullable Socket holder; // guarded by listening; of the port while nobody listens

    private ChaosProxy(InetSocketAddress target, long seed) {
        this.target = target;
        this.seed = seed;
        this.group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("chaos-proxy", true), NioIoHandler.newFactory());
        this.loop = group.next();
        try {
            Channel bound = bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            this.listener = bound;
            this.address = (InetSocketAddress) bound.localAddress();
        } catch (RuntimeException e) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw e;
        }
    }

    /** A proxy to a server, on a free port of loopback, already accepting. Nothing connects to the server before a client. */
    public static ChaosProxy to(String host, int port) {
        return to(host, port, 1);
    }

    /**
     * A proxy whose chance comes from a seed.
     *
     * @param seed for jitter and for the bits that are flipped
     */
    public static ChaosProxy to(String host, int port, long seed) {
        return new ChaosProxy(new InetSocketAddress(host, port), seed);
    }

    /** Where clients connect. Never changes. */
    public InetSocketAddress address() {
        return address;
    }

    /** The port of {@link #address()}. */
    public int port() {
        return address.getPort();
    }

    /** What clients send. */
    public ChaosDirection clientToServer() {
        return up;
    }

    /** What the server sends. */
    public ChaosDirection serverToClient() {
        return down;
    }

    /** Resets every connection: both sides get RST, bytes on the way are lost. New connections are accepted. */
    public void reset() {
        onLoop(() -> List.copyOf(links).forEach(ChaosLink::reset));
    }

    /**
     * Ends every connection in the orderly way: both sides see the end of the stream, bytes held here are lost, and what
     * they still send is dropped until they close too. New connections are accepted.
     */
    public void disconnect() {
        onLoop(() -> List.copyOf(links).forEach(ChaosLink::finish));
    }

    /**
     * Refuses new connections, as a dead process would: connecting fails. Existing connections stay. The port is held
     * meanwhile, so that nobody else is given it.
     */
    public void refuse() {
        synchronized (listening) {
            if (listener != null) {
                listener.close().syncUninterruptibly();
                listener = null;
                // The JDK closes a channel for real when its selector comes round to it, and listens until then.
                RELEASE.until(this::hold, () -> "the port " + address.getPort() + " was not released");
            }
        }
    }

    /** Takes the port without listening; whether it could be taken. Called with the lock held. */
    private boolean hold() {
        Socket bound = new Socket();
        try {
            bound.setReuseAddress(true); // connections of the port may remain; only a listener is in the way
            bound.bind(address);
            holder = bound;
            return true;
        } catch (IOException inUse) {
            end(bound);
            return false;
        }
    }

    private static void end(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Ends {@link #refuse()}; on the same port. Idempotent.
     *
     * @throws IllegalStateException if the proxy is closed
     */
    public void accept() {
        synchronized (listening) {
            if (closed.get()) {
                throw new IllegalStateException("The proxy is closed");
            }
            if (listener == null) {
                listener = bind(address); // beside the holder, so that the port is never free
                end(holder);
                holder = null;
            }
        }
    }

    /** Ends every fault, here and in both directions. Bytes held back go on; what was dropped or reset stays so. */
    public void heal() {
        up.heal();
        down.heal();
        accept();
    }

    /** How many connections were accepted so far. */
    public long accepted() {
        return accepted.get();
    }

    /** How many connections stand between a client and the server now. */
    public int open() {
        return open.get();
    }

    /** Ends every connection, stops accepting, lets go of every byte and of the thread. Idempotent. */
    @Override
    public void close() {
        synchronized (listening) {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            refuse();
            end(holder);
            holder = null;
        }
        loop.submit(() -> {
                    List.copyOf(links).forEach(ChaosLink::close);
                    List.copyOf(halves).forEach(Channel::close);
                })
                .syncUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void applyFaults() {
        onLoop(() -> List.copyOf(links).forEach(ChaosLink::advance));
    }

    private void onLoop(Runnable work) {
        if (!closed.get()) {
            loop.submit(work).syncUninterruptibly();
        }
    }

    private Channel bind(InetSocketAddress where) {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, receives())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, marks())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        connectOnwards(client);
                    }
                })
                .bind(where)
                .syncUninterruptibly()
                .channel();
    }

    private void connectOnwards(SocketChannel client) {
        long number = accepted.incrementAndGet();
        halves.add(client);
        ChannelFuture connecting = new Bootstrap()
                .group(client.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, receives())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, marks())
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target);
        connecting.addListener(connected -> {
            halves.remove(client);
            if (!connected.isSuccess() || !client.isActive()) {
                ChaosPump.reset(client);
                connecting.channel().close();
                return;
            }
            SocketChannel server = (SocketChannel) connecting.channel();
            ChaosLink link = new ChaosLink(client, server, up, down, seed + number);
            links.add(link);
            open.incrementAndGet();
            client.closeFuture().addListener(ended -> forgetIfClosed(link, client, server));
            server.closeFuture().addListener(ended -> forgetIfClosed(link, client, server));
            link.start();
        });
    }

    private void forgetIfClosed(ChaosLink link, Channel client, Channel server) {
        if (!client.isOpen() && !server.isOpen() && links.remove(link)) {
            open.decrementAndGet();
        }
    }

    /** One small buffer a read: what a stall finds already asked for is no more than that. */
    private static FixedRecvByteBufAllocator receives() {
        FixedRecvByteBufAllocator receives = new FixedRecvByteBufAllocator(READ_BYTES);
        receives.maxMessagesPerRead(1);
        return receives;
    }

    private static WriteBufferWaterMark marks() {
        return new WriteBufferWaterMark(READ_BYTES, 2 * READ_BYTES);
    }

    @Override
    public String toString() {
        return "ChaosProxy[" + address.getPort() + " to " + target + ", " + accepted() + " accepted, " + open()
                + " open, " + up + ", " + down + "]";
    }
}
