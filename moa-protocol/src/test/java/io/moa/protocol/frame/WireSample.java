package io.moa.protocol.frame;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Criticality;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.moa.invoke.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Frames with fixed content: one of each kind, which are the golden vectors, and a stream of many. */
final class WireSample {

    static final ServiceId SERVICE = new ServiceId("demo.Greeter", "blue", "2");
    static final MethodId METHOD = new MethodId("greet", "(java.lang.String)");
    static final Caller CALLER = new Caller("shop", "5f0c9e0a-1b2c-4d3e-8f90-a1b2c3d4e5f6");
    static final String INSTANCE = "0d9c8b7a-6f5e-4d3c-9b2a-190807060504";
    static final byte[] TARGET_FIELD = CallHeader.encodeTarget(SERVICE, METHOD, 1);
    static final byte[] CALLER_FIELD = CallHeader.encodeCaller(CALLER);

    /** Small enough that a short stream reaches every limit. */
    static final FrameLimits SMALL_LIMITS = new FrameLimits(1024, 1024, 2048);

    private WireSample() {}

    /** One frame of each kind, by the name of its golden file. */
    static Map<String, byte[]> vectors() {
        byte[] split = text("a body in two pieces");
        int crc = Crc32c.of(buffer(split), 0, split.length);
        Map<String, byte[]> vectors = new LinkedHashMap<>();
        vectors.put("hello", frame(out -> Frames.message(out, FrameKind.HELLO, hello())));
        vectors.put("welcome", frame(out -> Frames.message(out, FrameKind.WELCOME, welcome())));
        vectors.put(
                "welcome-refused",
                frame(out -> Frames.message(
                        out,
                        FrameKind.WELCOME,
                        Welcome.refused("This is greeter; the caller expects clock.", "greeter", INSTANCE))));
        vectors.put("request", frame(out -> request(out, 7, text("hi"))));
        vectors.put(
                "one-way", frame(out -> request(out, FrameKind.ONE_WAY, 0, 8, plainCall(), text("by the way"), 10, 0)));
        vectors.put(
                "request-split",
                frame(out -> request(
                        out,
                        FrameKind.REQUEST,
                        Prefix.MORE | Prefix.BODY_CRC,
                        9,
                        plainCall(),
                        Arrays.copyOf(split, 12),
                        split.length,
                        crc)));
        vectors.put(
                "continuation",
                frame(out -> continuation(out, 9, false, Arrays.copyOfRange(split, 12, split.length), split.length)));
        vectors.put("response", frame(out -> response(out, 7, text("hello"))));
        vectors.put("response-failure", frame(out -> failure(out, 7)));
        vectors.put("response-exception", frame(out -> exception(out, 7)));
        vectors.put("cancel", frame(out -> cancel(out, 7)));
        vectors.put("ping", frame(out -> Frames.ping(out, 0x0102030405060708L)));
        vectors.put("pong", frame(out -> Frames.pong(out, 0x0102030405060708L)));
        vectors.put("closing", frame(out -> Frames.message(out, FrameKind.CLOSING, new Closing("a new release"))));
        vectors.put("closing-ack", frame(Frames::closingAck));
        vectors.put("credit", frame(out -> Frames.credit(out, 524_288)));
        vectors.put("control-inquiry", frame(out -> Frames.message(out, FrameKind.CONTROL, new Control.Inquiry(7))));
        vectors.put("control-progress", frame(out -> Frames.message(out, FrameKind.CONTROL, progress())));
        vectors.put(
                "control-protocol-error",
                frame(out -> Frames.message(
                        out, FrameKind.CONTROL, new Control.ProtocolError(7, "Request id 7 was used before."))));
        return vectors;
    }

    /**
     * A connection's life: handshake, calls, two split bodies interleaved with small frames, a frame of an unknown kind,
     * oversized bodies, control and closing. Read with {@link #SMALL_LIMITS}.
     */
    static byte[] stream() {
        byte[] first = random(1, 700);
        byte[] second = random(2, 260);
        int crc = Crc32c.of(buffer(first), 0, first.length);
        return frame(out -> {
            Frames.message(out, FrameKind.HELLO, hello());
            Frames.message(out, FrameKind.WELCOME, welcome());
            request(out, 1, text("hi"));
            request(
                    out,
                    FrameKind.REQUEST,
                    Prefix.MORE | Prefix.BODY_CRC,
                    2,
                    fullCall(),
                    Arrays.copyOf(first, 256),
                    first.length,
                    crc);
            Frames.ping(out, 99);
            continuation(out, 2, true, Arrays.copyOfRange(first, 256, 512), first.length);
            request(out, FrameKind.ONE_WAY, Prefix.MORE, 3, plainCall(), Arrays.copyOf(second, 100), second.length, 0);
            unknownKind(out, 33, text("from the future"));
            continuation(out, 3, true, Arrays.copyOfRange(second, 100, 101), second.length);
            continuation(out, 2, false, Arrays.copyOfRange(first, 512, 700), first.length);
            response(out, 4, text("hello"));
            continuation(out, 3, false, Arrays.copyOfRange(second, 101, 260), second.length);
            request(out, 5, random(3, 1025)); // over the limit of one frame
            request(out, FrameKind.REQUEST, Prefix.MORE, 6, plainCall(), random(4, 50), 2049, 0); // over the whole
            continuation(out, 6, true, random(5, 60), 2049);
            failure(out, 7);
            Frames.message(out, FrameKind.CONTROL, new Control.Inquiry(7));
            Frames.message(out, FrameKind.CONTROL, progress());
            Frames.credit(out, 524_288);
            cancel(out, 8);
            Frames.message(out, FrameKind.CLOSING, new Closing("a new release"));
            Frames.closingAck(out);
        });
    }

    static Invocation plainCall() {
        return Invocation.of(SERVICE, METHOD, Payload.EMPTY, callerLedger()).build();
    }

    static Invocation fullCall() {
        Trace trace = new Trace(0x4bf92f3577b34da6L, 0xa3ce929d0e0e4736L, 0x00f067aa0ba902b7L, 1, "vendor=1");
        return Invocation.of(SERVICE, METHOD, Payload.EMPTY, callerLedger())
                .caller(CALLER)
                .baggage(new Baggage("canary", true, trace, Criticality.SHEDDABLE, Map.of("user", "42")))
                .idempotencyKey("order-7")
                .callKeys(Map.of("city", "Zürich"))
                .hopAttachments(Map.of("hint", "cold"))
                .hop(new Hop(2, Seat.LOCAL, 15, Seat.LOCAL))
                .build();
    }

    /** 1 µs in the queue, 2 µs to pick, 3 µs for a connection. */
    static Ledger callerLedger() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        ledger.enter(Phase.PICK, 1_000);
        ledger.enter(Phase.CONNECT_WAIT, 3_000);
        ledger.enter(Phase.WRITE, 6_000);
        return ledger;
    }

    /** 10, 20, 30 and 40 µs in the phases of the server. */
    static Ledger serverLedger() {
        Ledger ledger = new Ledger(Phase.SERVER_QUEUE, 0);
        ledger.enter(Phase.DECODE, 10_000);
        ledger.enter(Phase.EXECUTE, 30_000);
        ledger.enter(Phase.ENCODE, 60_000);
        ledger.enter(Phase.BACK, 100_000);
        return ledger;
    }

    static Control.Progress progress() {
        return new Control.Progress(7, true, Phase.EXECUTE, 4_000_000, 10_000, 20_000, 0, 0);
    }

    static void request(ByteBuf out, long id, byte[] body) {
        request(out, FrameKind.REQUEST, 0, id, fullCall(), body, body.length, 0);
    }

    static void request(
            ByteBuf out, FrameKind kind, int flags, long id, Invocation call, byte[] piece, int whole, int crc) {
        int start = Prefix.begin(out);
        int hop = RequestHop.write(out, 250_000_000, call.hop(), call.ledger());
        int header = out.writerIndex();
        out.writeBytes(TARGET_FIELD).writeBytes(CALLER_FIELD);
        CallHeader.writeDynamic(out, call, 0);
        Prefix.finish(out, start, kind, flags, id, hop, out.writerIndex() - header, piece.length, whole, crc);
        out.writeBytes(piece);
    }

    static void response(ByteBuf out, long id, byte[] body) {
        int start = Prefix.begin(out);
        int hop = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, new Hints(0, false, 37), serverLedger());
        Prefix.finish(out, start, FrameKind.RESPONSE, 0, id, hop, 0, body.length, body.length, 0);
        out.writeBytes(body);
    }

    static void failure(ByteBuf out, long id) {
        int start = Prefix.begin(out);
        int hop = ReplyHop.write(
                out, Status.APPLICATION.code(), Executed.YES, new Hints(1_500, true, 110), serverLedger());
        int header = out.writerIndex();
        new ReplyHeader("no such order", "demo.NoSuchOrder", null).encode(out);
        Prefix.finish(out, start, FrameKind.RESPONSE, 0, id, hop, out.writerIndex() - header, 0, 0, 0);
    }

    static ThrownError thrown() {
        return new ThrownError(
                "demo.NoSuchOrder",
                "NO_SUCH_ORDER",
                "demo.OrderException",
                "no such order\nit was deleted",
                List.of(new ThrownError.Cause("java.io.IOException", "disk")),
                List.of(new ThrownError.Field("order", new byte[] {'A', '7'})),
                null);
    }

    static void exception(ByteBuf out, long id) {
        int start = Prefix.begin(out);
        int hop = ReplyHop.write(out, Status.APPLICATION.code(), Executed.YES, new Hints(0, false, 37), serverLedger());
        int header = out.writerIndex();
        new ReplyHeader("no such order it was deleted", "demo.NoSuchOrder", "NO_SUCH_ORDER").encode(out);
        int headerLength = out.writerIndex() - header;
        ByteBuf body = Unpooled.buffer();
        ErrorDetails.encode(thrown(), body);
        int length = body.readableBytes();
        Prefix.finish(out, start, FrameKind.RESPONSE, 0, id, hop, headerLength, length, length, 0);
        out.writeBytes(body);
    }

    static void unknownKind(ByteBuf out, int code, byte[] body) {
        int start = out.writerIndex();
        request(out, 0, body);
        out.setByte(start + 3, code);
        Prefix.seal(out, start);
    }

    static Hello hello() {
        return new Hello(
                "shop",
                CALLER.instance(),
                1,
                1,
                Features.INQUIRY,
                256 << 10,
                8 << 20,
                1 << 20,
                text("let me in"),
                INSTANCE,
                "greeter",
                List.of(SERVICE, ServiceId.of("demo.Clock")));
    }

    static Welcome welcome() {
        return new Welcome(
                true,
                "",
                "greeter",
                INSTANCE,
                1,
                Features.INQUIRY,
                256 << 10,
                8 << 20,
                1 << 20,
                new byte[] {1, 2, 3, 4, 5, 6, 7, 8},
                List.of(SERVICE),
                1_000);
    }

    static void continuation(ByteBuf out, long id, boolean more, byte[] piece, int whole) {
        Frames.continuation(out, id, more, piece.length, whole);
        out.writeBytes(piece);
    }

    static void cancel(ByteBuf out, long id) {
        Frames.cancel(out, id, Cancellation.Reason.DEADLINE);
    }

    /** What a writer of frames writes. */
    interface Writing {
        void to(ByteBuf out);
    }

    static byte[] frame(Writing writing) {
        ByteBuf out = Unpooled.buffer();
        writing.to(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static ByteBuf buffer(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }
}
