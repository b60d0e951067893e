package io.moa.transport.netty;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.moa.Moa;
import io.moa.fuzz.ClientFrames;
import io.moa.fuzz.CountingDepot;
import io.moa.fuzz.Cuts;
import io.moa.fuzz.Depot;
import io.moa.fuzz.Seals;
import io.moa.invoke.Ticker;
import io.moa.server.MoaServer;
import io.moa.server.filter.DedupFilter;
import io.moa.transport.TransportConfig;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Arrays;

/**
 * A whole server, from the socket's bytes through handshake, frames, route and serializers to the implementation and back.
 * Whatever comes, no error leaves the pipeline, nothing runs that was not asked for by a valid frame, memory stays within
 * the limits, and a connection that ends leaves nothing behind.
 *
 * <p>After one byte of flags and two that choose the cuts, an input is what a client sends.
 */
class ServerFuzzTest {

    private static final int SETTINGS = 3;
    private static final int SEAL = 1;
    private static final int INTRODUCED = 2;
    private static final int TAKES_NO_REPLIES = 4;

    private static final long BODIES_HELD = 32 * 1024;

    private static final TransportConfig CONFIG = TransportConfig.DEFAULT.toBuilder()
            .maxHeaderBytes(1024)
            .maxBodyBytes(4096)
            .chunkBytes(1024)
            .bodyCreditBytes(8 * 1024)
            .maxQueuedBytes(16 * 1024)
            .maxReplyBytesQueued(BODIES_HELD)
            .maxRequestBytesHeld(BODIES_HELD)
            .maxInFlightPerConnection(8)
            .build();

    private static final CountingDepot DEPOT = new CountingDepot();
    private static final EmbeddedDoor DOOR = new EmbeddedDoor(CONFIG, Ticker.system());
    private static final MoaServer SERVER = start();

    private static MoaServer start() {
        Moa moa = Moa.builder("fuzzed")
                .transportConfig(CONFIG)
                .transport(DOOR)
                .scheduler((task, delay) -> () -> {})
                .build();
        return MoaServer.builder(moa)
                .closeOnShutdown(false)
                .dedup(new DedupFilter.Window(
                        Duration.ofNanos(1), 1, 1, 1024, 1024)) // an input is to mean the same twice
                .export(Depot.class, DEPOT)
                .start();
    }

    @FuzzTest
    void server(byte[] input) {
        if (input.length <= SETTINGS) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, SETTINGS, input.length);
        if ((input[0] & SEAL) != 0) {
            Seals.sealAll(stream);
        }
        if ((input[0] & INTRODUCED) != 0) {
            byte[] hello = ClientFrames.hello();
            byte[] rest = stream;
            stream = Arrays.copyOf(hello, hello.length + rest.length);
            System.arraycopy(rest, 0, stream, hello.length, rest.length);
        }
        long memoryBefore = memory();
        long executionsBefore = DEPOT.executions();
        EmbeddedChannel channel = DOOR.accept();
        Cuts cuts = new Cuts(input[1] << 8 | input[2] & 0xFF);
        for (int at = 0; at < stream.length && channel.isOpen(); ) {
            int to = cuts.after(at, stream.length);
            channel.writeInbound(Unpooled.copiedBuffer(stream, at, to - at));
            if ((input[0] & TAKES_NO_REPLIES) == 0) {
                channel.releaseOutbound();
            }
            channel.runPendingTasks();
            channel.checkException();
            if (!channel.inboundMessages().isEmpty()) {
                throw new AssertionError("Something passed the end of the pipeline");
            }
            checkMemory(memory() - memoryBefore, to);
            at = to;
        }
        long executions = DEPOT.executions() - executionsBefore;
        if (executions > ClientFrames.validRequests(stream)) {
            throw new AssertionError(
                    executions + " executions, and " + ClientFrames.validRequests(stream) + " requests");
        }
        channel.close();
        channel.runPendingTasks();
        channel.checkException();
        channel.releaseOutbound();
        channel.releaseInbound();
        checkNothingIsLeft(memory() - memoryBefore, channel);
    }

    /** A few small frames of replies wait at most besides what is counted. */
    private static void checkMemory(long used, long received) {
        long bound = 2 * received + 2 * BODIES_HELD + 64 * 1024;
        if (used > bound) {
            throw new AssertionError(used + " bytes are in use for " + received + " received");
        }
    }

    private static void checkNothingIsLeft(long used, EmbeddedChannel channel) {
        NettyListener listener = DOOR.listener();
        if (used != 0 || listener.heldBytes() != 0 || listener.inFlight() != 0) {
            throw new AssertionError(used + " bytes not released, " + listener.heldBytes() + " counted, "
                    + listener.inFlight() + " calls");
        }
        if (channel.runScheduledPendingTasks() >= 0) {
            throw new AssertionError("A closed connection still has something scheduled");
        }
    }

    private static long memory() {
        if (!(io.netty.buffer.ByteBufAllocator.DEFAULT instanceof UnpooledByteBufAllocator allocator)) {
            throw new IllegalStateException("Run with -Dio.netty.allocator.type=unpooled, or no leak would be seen");
        }
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }
}
