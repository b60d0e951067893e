package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.RespState;
import io.moa.protocol.frame.ServedState;
import io.moa.transport.Host;
import io.moa.transport.RespHost;
import io.moa.transport.TransportConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.File;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a listener's connections come in: accepted by a socket that it opens or takes over, or taken over themselves. */
final class ServerDoor {

    private static final Logger LOG = LoggerFactory.getLogger(ServerDoor.class);

    private final NettyListener listener;
    private final Host host;
    private final TransportConfig config;
    private final Ticker ticker;
    private final EventLoopGroup loops;
    private final boolean epoll;
    private final boolean unix;

    ServerDoor(
            NettyListener listener,
            TransportConfig config,
            Ticker ticker,
            EventLoopGroup loops,
            boolean epoll,
            Address address) {
        this.listener = listener;
        this.host = listener.host();
        this.config = config;
        this.ticker = ticker;
        this.loops = loops;
        this.epoll = epoll;
        this.unix = address instanceof Address.Unix;
    }

    /** Opens a socket and accepts. */
    ChannelFuture bind(SocketAddress where) {
        ServerBootstrap server = bootstrap();
        if (unix) {
            server.channel(EpollServerDomainSocketChannel.class);
        } else {
            server.channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .option(ChannelOption.SO_BACKLOG, 1024);
        }
        return server.bind(where);
    }

    NettyListener listener() {
        return listener;
    }

    /** Accepts from a socket that another process has opened; completes when it does. With epoll only. */
    CompletableFuture<Void> takeOver(int descriptor, Address address) {
        ServerChannel channel =
                unix ? new EpollServerDomainSocketChannel(descriptor) : new EpollServerSocketChannel(descriptor);
        listener.opened(channel, address);
        if (address instanceof Address.Unix file) {
            // Netty does so for what it has bound itself.
            channel.closeFuture().addListener(closed -> new File(file.path()).delete());
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        bootstrap().channelFactory(() -> channel).register().addListener(registered -> done.complete(null));
        return done;
    }

    private ServerBootstrap bootstrap() {
        ServerBootstrap server = new ServerBootstrap()
                .group(loops)
                .handler(new AcceptPause(ticker))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(config))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (!isAdmitted(channel)) {
                            channel.close();
                            return;
                        }
                        SocketAddress from = channel.remoteAddress();
                        if (!listener.admit(from)) {
                            channel.close();
                            return;
                        }
                        channel.closeFuture().addListener(ended -> listener.leave(from));
                        begin(channel);
                    }
                });
        if (!unix) {
            server.childOption(ChannelOption.TCP_NODELAY, true);
            if (epoll) {
                server.childOption(EpollChannelOption.TCP_USER_TIMEOUT, userTimeoutMillis());
            }
        }
        return server;
    }

    /** Whether the user whose process has connected may; asked of the operating system, for Unix sockets. */
    private boolean isAdmitted(Channel channel) {
        if (!(channel instanceof EpollDomainSocketChannel unix)) {
            return true;
        }
        try {
            int uid = unix.peerCredentials().uid();
            if (host.admitsUser(uid)) {
                return true;
            }
            LOG.warn("{} refuses a process of the user {}, who is none of those that may connect", host.self(), uid);
        } catch (IOException e) {
            LOG.warn("{} refuses a process: the system does not say whose it is", host.self(), e);
        }
        return false;
    }

    /** Linux counts a closed window as no answer: shorter than the stall timeout, it would come before it. */
    private int userTimeoutMillis() {
        return (int) Math.min(
                Integer.MAX_VALUE,
                Math.max(
                        config.heartbeatLimit().toMillis(),
                        config.stallTimeout().toMillis()));
    }

    private void begin(Channel channel) {
        FrameLink link = new ServerConnection(listener, config, ticker).link();
        RespHost resp = host.resp();
        if (resp != null) {
            channel.pipeline().addLast(new FirstByte(listener, resp, link, config, ticker));
        }
        channel.pipeline().addLast(link);
    }

    /**
     * A connection that another process has served.
     *
     * @param from for its open calls
     * @return what goes on with its state; null if there is none
     * @throws RuntimeException if the state cannot be read
     */
    @Nullable
    Adopted adopt(MovedKind kind, byte[] state, Elsewhere from) {
        return switch (kind) {
            case UNDECIDED -> null;
            case MOA -> new ServerConnection(listener, config, ticker, ServedState.parse(state), from);
            case RESP -> new RespConnection(listener, resp(), config, ticker, RespState.parse(state), from);
        };
    }

    private RespHost resp() {
        RespHost resp = host.resp();
        if (resp == null) {
            throw new HeaderException("There are clients that speak RESP, which is not answered here");
        }
        return resp;
    }

    /**
     * Serves a connection that was taken over. Completes when it does.
     *
     * @param connection null for one that has said nothing yet
     */
    CompletableFuture<Void> serve(int descriptor, @Nullable Adopted connection) {
        Channel channel = unix ? new EpollDomainSocketChannel(descriptor) : new EpollSocketChannel(descriptor);
        channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(config));
        SocketAddress from = channel.remoteAddress();
        boolean counted = listener.take(from);
        channel.closeFuture().addListener(ended -> listener.leave(counted ? from : null));
        if (connection == null) {
            begin(channel);
        } else {
            channel.pipeline().addLast(connection.handler());
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        loops.register(channel).addListener(registered -> {
            if (!channel.isActive()) { // its client broke it meanwhile
                channel.close();
            }
            done.complete(null);
        });
        return done;
    }

    static WriteBufferWaterMark waterMark(TransportConfig config) {
        int high = (int) Math.min(config.readPauseBytes(), Integer.MAX_VALUE / 2);
        return new WriteBufferWaterMark(high / 2, high);
    }
}
