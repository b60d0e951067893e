package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Invoker;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Prefix;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * RELIABILITY F2: each of 1,000 valid frames is cut at every byte, and then the peer ends the stream or says nothing more.
 * With time and memory of the test's own; {@link HostileFramesTest} does the same on sockets with one session.
 */
@Timeout(120)
class TruncatedFramesTest {

    private static final int FRAMES = 1_000;
    private static final TransportConfig CONFIG = TransportConfig.DEFAULT; // closes after 3 s and 10 s
    private static final Duration PERIOD = CONFIG.frameTimeout().dividedBy(4);

    private final AtomicInteger calls = new AtomicInteger();
    private final Invoker counting = call -> {
        calls.incrementAndGet();
        return OpenDoor.echo(call);
    };
    private final EmbeddedPeer server = new EmbeddedPeer(CONFIG, counting);
    private final byte[] begun = bytes(RawPeer.request(1, Prefix.MORE, new byte[5], 100));
    private final byte[] hello = bytes(RawPeer.hello(1 << 20));

    @Test
    void endOfTheStreamFreesWhatWasHeld() {
        int cuts = 0;
        for (int number = 0; number < FRAMES; number++) {
            byte[] frame = frame(number);
            for (int cut = 0; cut < frame.length; cut++) {
                EmbeddedChannel channel = introduced();
                channel.writeInbound(piece(begun, begun.length)); // something is being gathered, too
                channel.writeInbound(piece(frame, cut));
                assertThat(server.usedBytes()).isPositive();
                channel.releaseOutbound();
                channel.close();
                nothingIsHeld(channel, number, cut);
                cuts++;
            }
        }
        System.out.println("frames cut and ended: " + cuts);
        assertThat(calls).as("calls that ran, although none had come whole").hasValue(0);
    }

    @Test
    void peerThatSaysNothingMoreIsClosedWithinTheFrameTimeout() {
        Duration limit = CONFIG.frameTimeout().plus(PERIOD).plus(PERIOD); // it looks once a period
        int cuts = 0;
        for (int number = 0; number < FRAMES; number += 10) {
            byte[] frame = frame(number);
            for (int cut = 1; cut < frame.length; cut++) {
                EmbeddedChannel channel = introduced();
                server.passes(channel, CONFIG.handshakeTimeout(), CONFIG.handshakeTimeout());
                channel.writeInbound(piece(frame, cut));
                server.passes(channel, limit, PERIOD);
                assertThat(channel.isOpen())
                        .as("frame %s cut at %s", number, cut)
                        .isFalse();
                channel.releaseOutbound();
                nothingIsHeld(channel, number, cut);
                cuts++;
            }
        }
        System.out.println("frames cut and stalled: " + cuts);
        assertThat(calls).hasValue(0);
    }

    @Test
    void peerThatNeverIntroducesItselfIsClosedWithinTheHandshakeTimeout() {
        for (int cut = 0; cut < hello.length; cut++) {
            EmbeddedChannel channel = server.accept();
            if (cut > 0) {
                channel.writeInbound(piece(hello, cut));
            }
            server.passes(channel, CONFIG.handshakeTimeout(), CONFIG.handshakeTimeout());
            assertThat(channel.isOpen()).as("hello cut at %s", cut).isFalse();
            nothingIsHeld(channel, 0, cut);
        }
    }

    private void nothingIsHeld(EmbeddedChannel channel, int frame, int cut) {
        channel.runPendingTasks();
        if (server.usedBytes() != 0 || server.listener.heldBytes() != 0 || server.listener.inFlight() != 0) {
            throw new AssertionError(
                    "Frame " + frame + " cut at " + cut + " left " + server.usedBytes() + " bytes of memory, "
                            + server.listener.heldBytes() + " counted bytes, " + server.listener.inFlight() + " calls");
        }
    }

    private EmbeddedChannel introduced() {
        EmbeddedChannel channel = server.accept();
        channel.writeInbound(piece(hello, hello.length));
        channel.releaseOutbound();
        return channel;
    }

    private ByteBuf piece(byte[] bytes, int length) {
        return server.memory.buffer(Math.max(1, length)).writeBytes(bytes, 0, length);
    }

    /** Frames of every kind that a client sends, of many lengths. */
    private static byte[] frame(int number) {
        Random random = new Random(number);
        byte[] body = new byte[random.nextInt(40)];
        random.nextBytes(body);
        ByteBuf out = Unpooled.buffer();
        switch (number % 5) {
            case 0 -> out = RawPeer.request(2, body);
            case 1 -> out = RawPeer.request(2, Prefix.MORE, body, body.length + 1 + random.nextInt(1_000));
            case 2 -> Frames.ping(out, random.nextLong());
            case 3 -> Frames.credit(out, 1 + random.nextInt(1_000));
            default ->
                Frames.message(
                        out, FrameKind.CONTROL, new io.moa.protocol.frame.Control.Inquiry(random.nextInt(1_000)));
        }
        return bytes(out);
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = ByteBufUtil.getBytes(buffer);
        buffer.release();
        return bytes;
    }
}
