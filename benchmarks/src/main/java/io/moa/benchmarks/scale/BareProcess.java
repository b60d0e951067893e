package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.registry.redis.RedisConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/**
 * The floor of a client's start: what a JVM needs to ask Redis once through Jedis and once through a channel of Netty, each as sparingly
 * as it can be used, and nothing else. The two libraries are there for any client that uses them.
 */
final class BareProcess {

    private BareProcess() {}

    /** Runs it; the argument is Redis's URL. */
    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        RedisConfig config = RedisConfig.parse(args[0]);
        String host = config.nodes().get(0).host();
        int port = config.nodes().get(0).port();
        DefaultJedisClientConfig.Builder login = DefaultJedisClientConfig.builder()
                .autoNegotiateProtocol(false)
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        if (!config.password().isEmpty()) {
            login.password(config.password());
        }
        try (Connection redis = new Connection(new HostAndPort(host, port), login.build())) {
            redis.sendCommand(Protocol.Command.PING);
            redis.getOne();
        }
        CountDownLatch answered = new CountDownLatch(1);
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        opened.pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
                            @Override
                            protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
                                answered.countDown(); // a refusal is an answer too
                            }
                        });
                    }
                })
                .connect(host, port)
                .sync()
                .channel();
        channel.writeAndFlush(Unpooled.copiedBuffer("PING\r\n", StandardCharsets.US_ASCII));
        if (!answered.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Redis did not answer within 30 s");
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
        long sinceJvm = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println(ChildProcess.MARK + "booted micros=" + micros + " sinceJvmMillis=" + sinceJvm);
        System.exit(0);
    }

    /** Starts one, waits for its end and tells what it said, as {@link BootProcess#boot}. */
    static Map<String, String> boot(String url) throws Exception {
        return BootProcess.run(BareProcess.class, List.of(), List.of(url));
    }
}
