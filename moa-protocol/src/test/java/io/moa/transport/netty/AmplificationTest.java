package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.protocol.frame.Prefix;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * RELIABILITY F3: what a connection costs while nothing of its bodies is decoded, in bytes of heap for each byte that came.
 * All memory is on the heap here, buffers too, so that one figure has it all.
 */
@Timeout(120)
class AmplificationTest {

    private static final int MOST = 10;
    private static final int REQUESTS = 8_000;

    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
    private final List<CompletableFuture<Reply>> unanswered = new ArrayList<>();
    private final EmbeddedPeer server = new EmbeddedPeer(
            TransportConfig.DEFAULT.toBuilder().maxRequestBytesHeld(1L << 40).build(), call -> {
                CompletableFuture<Reply> never = new CompletableFuture<>();
                unanswered.add(never);
                return never;
            });

    /** The records of a leak detector are no memory of ours. */
    @BeforeEach
    void doNotLookForLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void lookForThemAgain() {
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @Test
    void largeRequestsThatOnlyBegin() {
        amplification("first pieces of 1 byte", id -> RawPeer.request(id, Prefix.MORE, new byte[1], 8_000_000));
        amplification("first pieces of 0 bytes", id -> RawPeer.request(id, Prefix.MORE, new byte[0], 8_000_000));
    }

    @Test
    void smallRequestsThatWaitForTheirAnswers() {
        amplification("requests of 1 byte", id -> RawPeer.request(id, new byte[1]));
        amplification("requests without a body", id -> RawPeer.request(id, new byte[0]));
    }

    @Test
    void requestThatAnnouncesAllItMayAndComesByteAfterByte() {
        ByteBuf request = RawPeer.request(1, new byte[200_000]);
        EmbeddedChannel channel = introduced();
        for (int received = 1; received < request.readableBytes(); received++) {
            channel.writeInbound(server.memory.buffer(1).writeByte(request.getByte(received - 1)));
            assertThat(server.usedBytes()).as("after %s bytes", received).isLessThanOrEqualTo(2L * received + 64);
        }
        request.release();
        end(channel);
    }

    private void amplification(String what, IntFunction<ByteBuf> frames) {
        long before = heap();
        EmbeddedChannel channel = introduced();
        long received = 0;
        for (int id = 1; id <= REQUESTS; id++) {
            ByteBuf frame = frames.apply(id);
            received += frame.readableBytes();
            ByteBuf in = server.memory.buffer(frame.readableBytes()).writeBytes(frame);
            frame.release();
            channel.writeInbound(in);
            channel.releaseOutbound();
        }
        double factor = (double) (heap() - before) / received;
        System.out.printf("%s: %d bytes came, %.1f bytes of heap for each%n", what, received, factor);
        assertThat(factor).as(what).isBetween(0.1, (double) MOST);
        end(channel);
    }

    private EmbeddedChannel introduced() {
        EmbeddedChannel channel = server.accept();
        ByteBuf hello = RawPeer.hello(1 << 20);
        channel.writeInbound(server.memory.buffer(hello.readableBytes()).writeBytes(hello));
        hello.release();
        channel.releaseOutbound();
        return channel;
    }

    private void end(EmbeddedChannel channel) {
        channel.close();
        unanswered.forEach(each -> each.complete(new Reply.Value(Payload.EMPTY)));
        unanswered.clear();
        channel.runPendingTasks();
        channel.releaseOutbound();
        assertThat(server.usedBytes()).as("buffers that are left").isZero();
        assertThat(server.listener.heldBytes()).isZero();
        assertThat(server.listener.inFlight()).isZero();
    }

    /** What is in use after everything that can go has gone. */
    private static long heap() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }
}
