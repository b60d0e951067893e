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
import io.moa.invoke.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** One frame of each kind with fixed content. The golden vectors are these. */
final class WireSample {

    static final ServiceId SERVICE = new ServiceId("demo.Greeter", "blue", "2");
    static final MethodId METHOD = new MethodId("greet", "(java.lang.String)");
    static final Caller CALLER = new Caller("shop", "5f0c9e0a-1b2c-4d3e-8f90-a1b2c3d4e5f6");
    static final String INSTANCE = "0d9c8b7a-6f5e-4d3c-9b2a-190807060504";
    static final byte[] TARGET_FIELD = CallHeader.encodeTarget(SERVICE, METHOD, 1);
    static final byte[] CALLER_FIELD = CallHeader.encodeCaller(CALLER);

    private WireSample() {}

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

    static Ledger callerLedger() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        ledger.enter(Phase.PICK, 1_000);
        ledger.enter(Phase.CONNECT_WAIT, 3_000);
        ledger.enter(Phase.WRITE, 6_000);
        return ledger;
    }

    static Ledger serverLedger() {
        Ledger ledger = new Ledger(Phase.SERVER_QUEUE, 0);
        ledger.enter(Phase.DECODE, 10_000);
        ledger.enter(Phase.EXECUTE, 30_000);
        ledger.enter(Phase.ENCODE, 60_000);
        ledger.enter(Phase.BACK, 100_000);
        return ledger;
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
        new ReplyHeader("no such order", "demo.NoSuchOrder").encode(out);
        Prefix.finish(out, start, FrameKind.RESPONSE, 0, id, hop, out.writerIndex() - header, 0, 0, 0);
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

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static ByteBuf buffer(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }
}
