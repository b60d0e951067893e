package io.moa.transport.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Clients in the middle of something: half a frame, half a large request, half a large reply, and a call that runs. What they get in the
 * end says who served them.
 */
final class UnderWay implements AutoCloseable {

    private static final int LARGE = 200_000;
    private static final int FIRST = 60_000;
    private static final byte[] BODY = new byte[LARGE];

    static {
        new Random(7).nextBytes(BODY);
    }

    private final RawPeer halfFrame;
    private final RawPeer halfRequest;
    private final RawPeer halfReply;
    private final RawPeer waiting;
    private final ByteBuf rest;
    private final AtomicReference<CompletableFuture<Reply>> open;

    /** How the old process answers, whose open call is kept. */
    static CompletableFuture<Reply> route(AtomicReference<CompletableFuture<Reply>> open, Invocation call) {
        String asked = call.payload() instanceof BytesPayload bytes
                ? bytes.content().toString(bytes.content().readerIndex(), Math.min(5, bytes.sizeBytes()), US_ASCII)
                : "";
        if (asked.equals("slow ")) {
            CompletableFuture<Reply> reply = new CompletableFuture<>();
            open.set(reply);
            return reply;
        }
        return asked.equals("much ")
                ? CompletableFuture.completedFuture(new Reply.Value(new BytesPayload(Unpooled.copiedBuffer(BODY))))
                : HandOverStage.old(call);
    }

    UnderWay(HandOverStage stage, AtomicReference<CompletableFuture<Reply>> open) {
        this.open = open;
        open.set(null);
        halfFrame = RawPeer.connect(stage.address()).introduced(1 << 20);
        rest = RawPeer.request(1, text("half "));
        halfFrame.send(rest.readRetainedSlice(50));
        halfRequest = RawPeer.connect(stage.address()).introduced(1 << 20);
        halfRequest.send(RawPeer.request(1, Prefix.MORE, Arrays.copyOf(BODY, FIRST), LARGE));
        halfReply = RawPeer.connect(stage.address()).introduced(FIRST);
        halfReply.send(RawPeer.request(1, text("much ")));
        assertThat(halfReply.next().kind()).isEqualTo(FrameKind.RESPONSE);
        assertThat(halfReply.next().body()).hasSize(FIRST);
        waiting = RawPeer.connect(stage.address()).introduced(1 << 20);
        waiting.send(RawPeer.request(1, text("slow ")));
        Eventually.within(OpenDoor.PATIENCE)
                .until(
                        () -> open.get() != null
                                && stage.old.listener.served().stream()
                                                .filter(each -> ((ServerConnection) each)
                                                        .link()
                                                        .isMidFrame())
                                                .count()
                                        == 1
                                && stage.old.listener.heldBytes() > LARGE + FIRST,
                        () -> "not all is under way");
    }

    static byte[] text(String text) {
        return text.getBytes(US_ASCII);
    }

    /** The call that runs is answered. */
    void answer() {
        CompletableFuture<Reply> reply = open.get();
        reply.complete(new Reply.Value(new BytesPayload(Unpooled.wrappedBuffer(text("at last")))));
    }

    /**
     * Everybody goes on, and gets everything.
     *
     * @param letter of who serves
     * @param lateStatus of the call that ran; null if it is a value
     */
    void goesOn(char letter, @Nullable Integer lateStatus) {
        RawPeer.Seen late = waiting.nextResponse();
        assertThat(late.id()).isOne();
        if (lateStatus == null) {
            assertThat(late.status()).as(late.text()).isZero();
            assertThat(late.body()).isEqualTo(text("at last"));
        } else {
            assertThat(late.status()).as(late.text()).isEqualTo(lateStatus);
        }
        echo(waiting, 2, letter);

        halfFrame.send(rest);
        assertThat(new String(halfFrame.nextResponse().body(), US_ASCII)).isEqualTo(letter + "half ");
        echo(halfFrame, 2, letter);

        ByteBuf credit = Unpooled.buffer();
        Frames.credit(credit, 1 << 20);
        halfReply.send(credit);
        assertThat(gather(halfReply, LARGE - FIRST)).isEqualTo(Unpooled.wrappedBuffer(BODY, FIRST, LARGE - FIRST));
        echo(halfReply, 2, letter);

        for (int from = FIRST; from < LARGE; from += FIRST) {
            int to = Math.min(LARGE, from + FIRST);
            halfRequest.send(RawPeer.piece(1, to < LARGE, Arrays.copyOfRange(BODY, from, to), LARGE));
        }
        ByteBuf echo = gather(halfRequest, LARGE + 1);
        assertThat((char) echo.readByte()).isEqualTo(letter);
        assertThat(echo).isEqualTo(Unpooled.wrappedBuffer(BODY));
        echo(halfRequest, 2, letter);
    }

    private static ByteBuf gather(RawPeer peer, int bytes) {
        ByteBuf whole = Unpooled.buffer();
        while (whole.readableBytes() < bytes) {
            whole.writeBytes(peer.next().body());
        }
        return whole;
    }

    private static void echo(RawPeer peer, long id, char letter) {
        RawPeer.Seen reply = peer.send(RawPeer.request(id, text("echo"))).nextResponse();
        assertThat(reply.id()).isEqualTo(id);
        assertThat(new String(reply.body(), US_ASCII)).isEqualTo(letter + "echo");
    }

    @Override
    public void close() {
        halfFrame.close();
        halfRequest.close();
        halfReply.close();
        waiting.close();
    }
}
