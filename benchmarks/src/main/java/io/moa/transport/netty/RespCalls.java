package io.moa.transport.netty;

import static java.util.Objects.requireNonNull;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.server.MoaServer;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.RespHost;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A call by RESP without a socket: the bytes of 32 commands of 1 KiB go into a connection of a whole server, and 32 answers of 1 KiB
 * come out, in nanoseconds per call. The methods do not block.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 8, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "-Xms1g",
            "-Xmx1g", // up to 512 MiB Netty pools no large buffers
            "-XX:+UseG1GC",
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=io.moa.benchmarks.parts.Baselines$LoopThreads"
        })
public class RespCalls {

    private static final int TOGETHER = 32;
    private static final int BYTES = 1024;

    /** The service. */
    @MoaService(name = "bench.Echo")
    public interface Echo {
        @NonBlocking
        String text(String text);

        @NonBlocking
        Order order(Order order);
    }

    /** Something with fields. */
    public record Order(String item, int count, long customer, String note) {}

    /** A server, and a connection of its. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls open() first
    public static class Open {
        private EmbeddedChannel channel;
        private MoaServer server;
        private ByteBuf texts;
        private ByteBuf orders;
        private int answerBytes;

        @Setup
        public void open() {
            Door door = new Door();
            server = MoaServer.builder(Moa.builder("bench")
                            .transport(door)
                            .scheduler((task, delay) -> () -> {})
                            .build())
                    .export(Echo.class, new Echo() {
                        @Override
                        public String text(String text) {
                            return text;
                        }

                        @Override
                        public Order order(Order order) {
                            return order;
                        }
                    })
                    .start();
            channel = door.accept();
            String kib = "abcdefghijklmnopqrstuvwxyzABCDEF".repeat(BYTES / 32);
            texts = commands("text", "\"" + kib + "\"");
            orders = commands(
                    "order",
                    "{\"item\":\"top\",\"count\":3,\"customer\":9007199254740993,\"note\":\"" + kib.substring(64)
                            + "\"}");
            answerBytes = answered(texts);
            if (answerBytes < TOGETHER * BYTES) {
                throw new IllegalStateException("the calls fail");
            }
        }

        private static ByteBuf commands(String method, String argument) {
            String json = "{\"service\":\"bench.Echo\",\"method\":\"" + method + "\",\"args\":[" + argument + "]}";
            String command = "*2\r\n$3\r\nGET\r\n$" + json.length() + "\r\n" + json + "\r\n";
            return ByteBufAllocator.DEFAULT
                    .directBuffer(64 * 1024)
                    .writeBytes(command.repeat(TOGETHER).getBytes(StandardCharsets.US_ASCII));
        }

        private int answered(ByteBuf commands) {
            channel.writeInbound(commands.retainedDuplicate());
            int bytes = 0;
            for (ByteBuf each = channel.readOutbound(); each != null; each = channel.readOutbound()) {
                bytes += each.readableBytes();
                each.release();
            }
            return bytes;
        }

        @TearDown
        public void close() {
            channel.close();
            server.closeNow();
            texts.release();
            orders.release();
        }
    }

    /** Hands out the host that a server gives it. */
    private static final class Door implements Transport {
        private final NettyListener[] opened = new NettyListener[1];

        EmbeddedChannel accept() {
            RespHost resp = requireNonNull(opened[0].host().resp());
            return new EmbeddedChannel(new RespConnection(opened[0], resp, TransportConfig.DEFAULT, Ticker.system()));
        }

        @Override
        public boolean supports(Address address) {
            return true;
        }

        @Override
        public CompletableFuture<Listener> listen(Address address, Host host) {
            opened[0] = new NettyListener(host, TransportConfig.DEFAULT, Ticker.system(), 1);
            opened[0].opened(new EmbeddedChannel(), new Address.Tcp("127.0.0.1", 1));
            return CompletableFuture.completedFuture(opened[0]);
        }

        @Override
        public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("nobody is called"));
        }

        @Override
        public void close() {}
    }

    @Benchmark
    @OperationsPerInvocation(TOGETHER)
    public int text(Open open) {
        return open.answered(open.texts);
    }

    @Benchmark
    @OperationsPerInvocation(TOGETHER)
    public int order(Open open) {
        return open.answered(open.orders);
    }
}
