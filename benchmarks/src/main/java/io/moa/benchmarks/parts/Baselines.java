package io.moa.benchmarks.parts;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What nobody can go below: the checksum of a header and a buffer taken and given back, in nanoseconds per operation.
 * Whoever measures a part of MOA puts its baseline beside it, here or in its own class.
 */
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
public class Baselines {

    /**
     * Runs the measuring loops on threads as Netty's event loops have them: only those keep a cache of pooled buffers,
     * and the codec runs on nothing else. JMH finds this class by its name and gives it these two arguments.
     */
    public static final class LoopThreads extends ThreadPoolExecutor {
        public LoopThreads(int threads, String prefix) {
            super(threads, threads, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new FastThreadLocalThread(task, prefix);
                thread.setDaemon(true);
                return thread;
            });
        }
    }

    /** A header of 100 bytes, as long as that of a call with deadline, caller and trace. */
    @State(Scope.Thread)
    public static class Header {
        final byte[] bytes = new byte[100];

        @Setup
        public void fill() {
            new Random(7).nextBytes(bytes);
        }
    }

    /** One of Netty's two pooling allocators, and the size of a small reply or of a frame with a 1 KiB body. */
    @State(Scope.Thread)
    public static class Buffers {
        @Param({"pooled", "adaptive"})
        public String allocator = "pooled";

        @Param({"128", "1100"})
        public int bytes = 128;

        ByteBufAllocator source = PooledByteBufAllocator.DEFAULT;

        @Setup
        public void choose() {
            source = allocator.equals("adaptive") ? new AdaptiveByteBufAllocator() : PooledByteBufAllocator.DEFAULT;
        }
    }

    /** One update over the whole header; the checksum object is new, as it would be per frame. */
    @Benchmark
    public long headerCrc32c(Header header) {
        CRC32C checksum = new CRC32C();
        checksum.update(header.bytes, 0, header.bytes.length);
        return checksum.getValue();
    }

    /** A direct buffer is taken, touched once and released on the same event loop. */
    @Benchmark
    public int bufferTakenAndReleased(Buffers buffers) {
        ByteBuf buffer = buffers.source.directBuffer(buffers.bytes);
        buffer.writeInt(buffers.bytes);
        int length = buffer.getInt(0);
        buffer.release();
        return length;
    }
}
