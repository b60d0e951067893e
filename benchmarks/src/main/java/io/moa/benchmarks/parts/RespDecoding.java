package io.moa.benchmarks.parts;

import io.moa.protocol.resp.RespCommand;
import io.moa.protocol.resp.RespLimits;
import io.moa.protocol.resp.RespReader;
import io.moa.protocol.resp.RespSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The bytes of one command to its arguments, in nanoseconds per command: MOA's reader, and Netty's decoder with the two aggregators without
 * which its messages are no commands. Both get an {@link EmbeddedChannel} or none as they need it: Netty's cannot be called without a pipeline,
 * and what the pipeline costs is told by {@code pipeline}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "-Xms512m",
            "-Xmx512m",
            "-XX:+UseG1GC",
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=io.moa.benchmarks.parts.Baselines$LoopThreads"
        })
public class RespDecoding {

    /** A connection that gets the same command again and again. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls open() first
    public static class Commands implements RespSink {

        /** A {@code GET} of 1 KiB, or an {@code MGET} of 32 requests of 32 bytes. */
        @Param({"GET of 1 KiB", "MGET of 32"})
        public String command = "";

        private final RespReader reader = new RespReader(RespLimits.upTo(8 << 20));
        private final EmbeddedChannel empty = new EmbeddedChannel();
        private final EmbeddedChannel netty = new EmbeddedChannel(
                new RedisDecoder(true), new RedisBulkStringAggregator(), new RedisArrayAggregator(1024, 2));
        private ByteBuf wire;
        private int seen;

        @Setup
        public void open() {
            String text = command.startsWith("GET")
                    ? "*2\r\n$3\r\nGET\r\n$1024\r\n" + "x".repeat(1024) + "\r\n"
                    : "*33\r\n$4\r\nMGET\r\n" + ("$32\r\n" + "x".repeat(32) + "\r\n").repeat(32);
            wire = PooledByteBufAllocator.DEFAULT
                    .directBuffer(4096)
                    .writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }

        @TearDown
        public void close() {
            reader.close();
            netty.close();
            empty.close();
            wire.release();
        }

        @Override
        public void command(RespCommand read) {
            for (int i = 0; i < read.count(); i++) {
                seen += read.slice(i).readableBytes();
            }
        }
    }

    @Benchmark
    public int moa(Commands commands) {
        commands.reader.read(commands.wire.retainedDuplicate(), commands);
        return commands.seen;
    }

    @Benchmark
    public int netty(Commands commands) {
        commands.netty.writeInbound(commands.wire.retainedDuplicate());
        ArrayRedisMessage read = commands.netty.readInbound();
        for (Object each : read.children()) {
            commands.seen += ((FullBulkStringRedisMessage) each).content().readableBytes();
        }
        read.release();
        return commands.seen;
    }

    /** What {@link #netty} has in it that is no decoding. */
    @Benchmark
    public int pipeline(Commands commands) {
        commands.empty.writeInbound(commands.wire.retainedDuplicate());
        ByteBuf same = commands.empty.readInbound();
        commands.seen += same.readableBytes();
        same.release();
        return commands.seen;
    }
}
