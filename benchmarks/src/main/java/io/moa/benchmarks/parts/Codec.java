package io.moa.benchmarks.parts;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.FrameReader;
import io.moa.protocol.frame.FrameSink;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.ReplyHop;
import io.moa.protocol.frame.RequestHop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Writing and reading the frames of one call with a body of 1 KiB, in nanoseconds per frame, body copied once. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
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
public class Codec {

    private static final int BODY_BYTES = 1024;

    /** What one connection has. */
    @State(Scope.Thread)
    public static class Connection implements FrameSink {
        private final byte[] target =
                CallHeader.encodeTarget(ServiceId.of("io.moa.benchmarks.Echo"), MethodId.parse("echo(byte[])"), 1);
        private final byte[] caller =
                CallHeader.encodeCaller(new Caller("caller", "a-uuid-of-thirty-six-characters-here"));
        private final Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        private final Invocation call = Invocation.of(
                        ServiceId.of("io.moa.benchmarks.Echo"), MethodId.parse("echo(byte[])"), Payload.EMPTY, ledger)
                .build();
        private final FrameReader reader = new FrameReader(FrameLimits.DEFAULT);
        private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(4096);
        private final ByteBuf body =
                PooledByteBufAllocator.DEFAULT.directBuffer(BODY_BYTES).writeZero(BODY_BYTES);
        private ByteBuf request = out;
        private int seen;

        @Setup
        public void writeOne() {
            request = PooledByteBufAllocator.DEFAULT.directBuffer(4096);
            writeRequest(request, 1);
        }

        @TearDown
        public void free() {
            reader.close();
            out.release();
            body.release();
            request.release();
        }

        void writeRequest(ByteBuf to, long id) {
            int start = Prefix.begin(to);
            int hop = RequestHop.write(to, 1_000_000_000, Hop.DIRECT, ledger);
            int from = to.writerIndex();
            to.writeBytes(target).writeBytes(caller);
            CallHeader.writeDynamic(to, call, 0);
            Prefix.finish(to, start, FrameKind.REQUEST, 0, id, hop, to.writerIndex() - from, BODY_BYTES, BODY_BYTES, 0);
            to.writeBytes(body, 0, BODY_BYTES);
        }

        @Override
        public void frame(Frame frame) {
            RequestHop.check(frame.buffer(), frame.hopIndex(), frame.hopLength());
            CallHeader header = CallHeader.parse(frame.buffer(), frame.callIndex(), frame.callLength());
            seen += header.targetLength() + frame.bodyLength();
        }

        @Override
        public void oversized(Frame header) {
            throw new IllegalStateException("too large");
        }
    }

    @Benchmark
    public int writeRequest(Connection connection) {
        connection.out.clear();
        connection.writeRequest(connection.out, 1);
        return connection.out.readableBytes();
    }

    @Benchmark
    public int readRequest(Connection connection) {
        connection.reader.read(connection.request.retainedDuplicate(), connection);
        return connection.seen;
    }

    @Benchmark
    public int writeReply(Connection connection) {
        ByteBuf out = connection.out.clear();
        int start = Prefix.begin(out);
        int hop = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, Hints.NONE, connection.ledger);
        Prefix.finish(out, start, FrameKind.RESPONSE, 0, 1, hop, 0, BODY_BYTES, BODY_BYTES, 0);
        out.writeBytes(connection.body, 0, BODY_BYTES);
        return out.readableBytes();
    }
}
