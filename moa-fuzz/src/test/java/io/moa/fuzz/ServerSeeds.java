package io.moa.fuzz;

import static io.moa.fuzz.SeedFiles.bytes;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Hop;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Control;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.RequestHop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** What clients send: calls in each serializer, a split one, one-way, withdrawn, asked for, unknown, too large. */
final class ServerSeeds {

    private static final String TEST = "io.moa.transport.netty.ServerFuzzTest";
    private static final MethodId NODE = MethodId.parse("node(io.moa.fuzz.Depot$Node)");
    private static final MethodId BYTES = MethodId.parse("bytes(byte[])");
    private static final MethodId NOTE = MethodId.parse("note(java.lang.String)");
    private static final MethodId NOTHING = MethodId.parse("nothing()");
    private static final int HESSIAN = 1;
    private static final int JSON = 2;
    private static final byte[] NULL = {'N'};

    private ServerSeeds() {}

    static void write() {
        byte[] hundred = SeedFiles.join(bytes(0x34, 100), new byte[100]); // binary data, of 0x34 << 8 and two bytes
        seed("hello-by-hand", bytes(1, 1, 1), frames -> frames.writeBytes(ClientFrames.hello()));
        seed("call-hessian", bytes(3, 1, 2), frames -> call(frames, 1, NODE, HESSIAN, NULL));
        seed("call-json", bytes(3, 2, 3), frames -> {
            call(frames, 1, NODE, JSON, text("[{\"name\":\"a\",\"children\":[{}]}]"));
            call(frames, 2, BYTES, JSON, text("[\"AAEC\"]"));
        });
        seed("failing", bytes(3, 2, 4), frames -> call(frames, 1, NOTHING, HESSIAN, new byte[0]));
        seed("one-way", bytes(7, 2, 5), frames -> {
            int start = Prefix.begin(frames);
            byte[] target = CallHeader.encodeTarget(ClientFrames.SERVICE, NOTE, HESSIAN);
            int hop = RequestHop.write(frames, RequestHop.NO_DEADLINE, Hop.DIRECT, null);
            frames.writeBytes(target);
            Prefix.finish(frames, start, FrameKind.ONE_WAY, 0, 1, hop, target.length, 2, 2, 0);
            frames.writeBytes(bytes(1, 'x'));
        });
        seed("split", bytes(3, 3, 9), frames -> {
            int at = hundred.length / 2;
            request(frames, 5, BYTES, HESSIAN, Prefix.MORE, Arrays.copyOf(hundred, at), hundred.length);
            call(frames, 6, NODE, HESSIAN, NULL);
            Frames.continuation(frames, 5, false, hundred.length - at, hundred.length);
            frames.writeBytes(hundred, at, hundred.length - at);
        });
        seed("left-open", bytes(3, 3, 10), frames -> {
            request(frames, 1, BYTES, HESSIAN, Prefix.MORE, NULL, 100);
            frames.writeBytes(bytes(0xD7, 0x4D));
        });
        seed("withdrawn", bytes(3, 3, 10), frames -> {
            request(frames, 1, BYTES, HESSIAN, Prefix.MORE, NULL, 100);
            Frames.message(frames, FrameKind.CONTROL, new Control.Inquiry(1));
            Frames.cancel(frames, 1, Cancellation.Reason.CALLER);
            Frames.ping(frames, 7);
            Frames.credit(frames, 1000);
            Frames.closingAck(frames);
        });
        seed("again", bytes(3, 3, 11), frames -> {
            call(frames, 1, NODE, HESSIAN, NULL);
            call(frames, 1, NODE, HESSIAN, NULL);
        });
        seed("unknown-method", bytes(3, 3, 12), frames -> call(frames, 1, MethodId.parse("no()"), JSON, text("[]")));
        seed("unknown-serializer", bytes(3, 3, 13), frames -> call(frames, 1, NODE, 200, NULL));
        seed("too-large", bytes(3, 3, 14), frames -> {
            request(frames, 1, BYTES, HESSIAN, 0, new byte[1100], 1100);
            request(frames, 2, BYTES, HESSIAN, Prefix.MORE, new byte[10], 5000);
        });
        byte[] golden = SeedFiles.join(
                SeedFiles.golden("hello"), SeedFiles.golden("request"), SeedFiles.golden("control-inquiry"));
        SeedFiles.write(TEST, "server", "golden", bytes(0, 9, 9), golden);
        SeedFiles.write(TEST, "server", "stranger", bytes(0, 0, 1), text("GET / HTTP/1.1\r\n\r\n"));
    }

    private static void seed(String name, byte[] settings, Consumer<ByteBuf> writing) {
        ByteBuf frames = Unpooled.buffer();
        writing.accept(frames);
        SeedFiles.write(TEST, "server", name, settings, ByteBufUtil.getBytes(frames));
    }

    private static void call(ByteBuf out, long id, MethodId method, int serializer, byte[] body) {
        request(out, id, method, serializer, 0, body, body.length);
    }

    private static void request(
            ByteBuf out, long id, MethodId method, int serializer, int flags, byte[] piece, int whole) {
        int start = Prefix.begin(out);
        byte[] target = CallHeader.encodeTarget(ClientFrames.SERVICE, method, serializer);
        int hop = RequestHop.write(out, RequestHop.NO_DEADLINE, Hop.DIRECT, null);
        out.writeBytes(target);
        Prefix.finish(out, start, FrameKind.REQUEST, flags, id, hop, target.length, piece.length, whole, 0);
        out.writeBytes(piece);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
