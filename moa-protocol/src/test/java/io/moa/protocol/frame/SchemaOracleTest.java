package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message.Builder;
import com.google.protobuf.UnknownFieldSet;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.ThrownError;
import io.moa.invoke.Trace;
import io.moa.wire.v1.Control.FormCase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The hand-written messages against the classes that protoc makes of the schema, both ways. */
final class SchemaOracleTest {

    private final Random random = new Random(6);

    @Test
    void callHeadersMeanTheSame() throws InvalidProtocolBufferException {
        for (int round = 0; round < 2_000; round++) {
            ServiceId service = service();
            MethodId method = new MethodId(word(12) + "m", "(" + word(30) + ")");
            Caller caller = new Caller(word(10), word(36));
            Invocation call = call(service, method, caller);
            int compression = random.nextInt(3);
            int serializer = random.nextInt(300);
            ByteBuf out = Unpooled.buffer();
            out.writeBytes(CallHeader.encodeTarget(service, method, serializer))
                    .writeBytes(CallHeader.encodeCaller(caller));
            CallHeader.writeDynamic(out, call, compression);

            io.moa.wire.v1.CallHeader oracle = oracle(call, serializer, compression);
            io.moa.wire.v1.CallHeader ours = io.moa.wire.v1.CallHeader.parseFrom(bytes(out));
            assertThat(ours).isEqualTo(oracle);

            ByteBuf theirs = WireSample.buffer(oracle.toByteArray());
            CallHeader header = CallHeader.parse(theirs, 0, theirs.readableBytes());
            assertThat(header.baggage()).isEqualTo(call.baggage());
            assertThat(header.idempotencyKey()).isEqualTo(call.idempotencyKey());
            assertThat(header.callKeys()).isEqualTo(call.callKeys());
            assertThat(header.hopAttachments()).isEqualTo(call.hopAttachments());
            assertThat(header.compression()).isEqualTo(compression);
            assertThat(Target.parse(theirs, header.targetIndex(), header.targetLength()))
                    .isEqualTo(new Target(service, method, serializer));
            assertThat(CallHeader.parseCaller(theirs, header.callerIndex(), header.callerLength()))
                    .isEqualTo(caller);
        }
    }

    @Test
    void fieldsOfANewerPeerSurviveAHop() throws InvalidProtocolBufferException {
        UnknownFieldSet newer = UnknownFieldSet.newBuilder()
                .addField(
                        77,
                        UnknownFieldSet.Field.newBuilder()
                                .addVarint(5)
                                .addLengthDelimited(ByteString.copyFromUtf8("later"))
                                .build())
                .build();
        io.moa.wire.v1.CallHeader sent = oracle(WireSample.fullCall(), 1, 0).toBuilder()
                .setUnknownFields(newer)
                .build();
        byte[] header = sent.toByteArray();
        byte[] request = WireSample.frame(out -> {
            int start = Prefix.begin(out);
            int hop = RequestHop.write(out, 1000, Hop.DIRECT, null);
            out.writeBytes(header);
            Prefix.finish(out, start, FrameKind.REQUEST, 0, 1, hop, header.length, 0, 0, 0);
        });

        // What an agent does: another id and hop header, the call header as it came.
        ByteBuf forwarded = Unpooled.buffer();
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(Unpooled.wrappedBuffer(request), new FrameSink() {
                @Override
                public void frame(Frame frame) {
                    CallHeader.parse(frame.buffer(), frame.callIndex(), frame.callLength());
                    int start = Prefix.begin(forwarded);
                    int hop = RequestHop.forward(
                            forwarded,
                            frame.buffer(),
                            frame.hopIndex(),
                            frame.hopLength(),
                            900,
                            Hop.DIRECT,
                            WireSample.callerLedger());
                    forwarded.writeBytes(frame.buffer(), frame.callIndex(), frame.callLength());
                    Prefix.finish(forwarded, start, FrameKind.REQUEST, 0, 2, hop, frame.callLength(), 0, 0, 0);
                }

                @Override
                public void oversized(Frame frame) {}
            });
        }
        byte[] arrived = new byte[header.length];
        forwarded.getBytes(forwarded.writerIndex() - header.length, arrived);
        assertThat(io.moa.wire.v1.CallHeader.parseFrom(arrived)).isEqualTo(sent);
    }

    @Test
    void handshakesMeanTheSame() throws InvalidProtocolBufferException {
        for (int round = 0; round < 500; round++) {
            List<ServiceId> services = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                services.add(service());
            }
            Hello hello = new Hello(
                    word(10),
                    word(36),
                    number(10),
                    number(10),
                    random.nextLong(),
                    number(1 << 30),
                    number(1 << 30) * 1000L,
                    number(1 << 30) * 1000L,
                    octets(40),
                    word(36),
                    word(10),
                    services);
            ByteBuf out = Unpooled.buffer();
            hello.encode(out);
            io.moa.wire.v1.Hello theirs = io.moa.wire.v1.Hello.parseFrom(bytes(out));
            assertThat(theirs.toByteArray()).isEqualTo(bytes(out));
            assertThat(theirs.getApplication()).isEqualTo(hello.application());
            assertThat(theirs.getInstance()).isEqualTo(hello.instance());
            assertThat(theirs.getMinVersion()).isEqualTo(hello.minVersion());
            assertThat(theirs.getMaxVersion()).isEqualTo(hello.maxVersion());
            assertThat(theirs.getFeatures()).isEqualTo(hello.features());
            assertThat(theirs.getMaxFrameBody()).isEqualTo(hello.maxFrameBody());
            assertThat(theirs.getMaxBody()).isEqualTo(hello.maxBody());
            assertThat(theirs.getInitialCredit()).isEqualTo(hello.initialCredit());
            assertThat(theirs.getCredential().toByteArray()).isEqualTo(hello.credential());
            assertThat(theirs.getWantedInstance()).isEqualTo(hello.wantedInstance());
            assertThat(theirs.getWantedApplication()).isEqualTo(hello.wantedApplication());
            assertThat(theirs.getWantedList().stream()
                            .map(ref -> new ServiceId(ref.getName(), ref.getGroup(), ref.getVersion())))
                    .isEqualTo(services);
            assertThat(Hello.parse(out, 0, out.readableBytes())).isEqualTo(hello);

            Welcome welcome = new Welcome(
                    random.nextBoolean(),
                    word(50),
                    word(10),
                    word(36),
                    number(10),
                    random.nextLong(),
                    number(1 << 30),
                    number(1 << 30) * 1000L,
                    number(1 << 30) * 1000L,
                    octets(40),
                    services,
                    number(60_000));
            out.clear();
            welcome.encode(out);
            io.moa.wire.v1.Welcome answered = io.moa.wire.v1.Welcome.parseFrom(bytes(out));
            assertThat(answered.toByteArray()).isEqualTo(bytes(out));
            assertThat(answered.getAccepted()).isEqualTo(welcome.accepted());
            assertThat(answered.getRefusal()).isEqualTo(welcome.refusal());
            assertThat(answered.getVersion()).isEqualTo(welcome.version());
            assertThat(answered.getFeatures()).isEqualTo(welcome.features());
            assertThat(answered.getMaxFrameBody()).isEqualTo(welcome.maxFrameBody());
            assertThat(answered.getMaxBody()).isEqualTo(welcome.maxBody());
            assertThat(answered.getInitialCredit()).isEqualTo(welcome.initialCredit());
            assertThat(answered.getNonce().toByteArray()).isEqualTo(welcome.nonce());
            assertThat(answered.getServesCount()).isEqualTo(services.size());
            assertThat(answered.getHeartbeatMillis()).isEqualTo(welcome.heartbeatMillis());
            assertThat(Welcome.parse(out, 0, out.readableBytes())).isEqualTo(welcome);
        }
    }

    @Test
    void replyHeadersAndClosingMeanTheSame() throws InvalidProtocolBufferException {
        ByteBuf out = Unpooled.buffer();
        new ReplyHeader("größer", "demo.TooLarge", "TOO_LARGE", "shop.Stock:2").encode(out);
        assertThat(bytes(out))
                .isEqualTo(io.moa.wire.v1.ReplyHeader.newBuilder()
                        .setMessage("größer")
                        .setExceptionType("demo.TooLarge")
                        .setErrorCode("TOO_LARGE")
                        .setLedTo("shop.Stock:2")
                        .build()
                        .toByteArray());
        assertThat(ReplyHeader.parse(out, 0, out.readableBytes()))
                .isEqualTo(new ReplyHeader("größer", "demo.TooLarge", "TOO_LARGE", "shop.Stock:2"));
        out.clear();
        new Closing("a new release").encode(out);
        assertThat(io.moa.wire.v1.Closing.parseFrom(bytes(out)).getReason()).isEqualTo("a new release");
        assertThat(Closing.parse(out, 0, out.readableBytes())).isEqualTo(new Closing("a new release"));
    }

    @Test
    void detailsOfExceptionsMeanTheSame() throws InvalidProtocolBufferException {
        ByteBuf out = Unpooled.buffer();
        ErrorDetails.encode(WireSample.thrown(), out);
        io.moa.wire.v1.ErrorDetails theirs = io.moa.wire.v1.ErrorDetails.parseFrom(bytes(out));
        assertThat(theirs.toByteArray()).isEqualTo(bytes(out));
        assertThat(theirs.getKnownAs()).isEqualTo("demo.OrderException");
        assertThat(theirs.getText()).isEqualTo("no such order\nit was deleted");
        assertThat(theirs.getCauses(0).getType()).isEqualTo("java.io.IOException");
        assertThat(theirs.getFields(0).getValue().toStringUtf8()).isEqualTo("A7");
        assertThat(theirs.hasText()).isTrue();
        out.clear();
        ErrorDetails.encode(new ThrownError("x", null, null, "", List.of(), List.of(), "full"), out);
        theirs = io.moa.wire.v1.ErrorDetails.parseFrom(bytes(out));
        assertThat(theirs.hasText()).isTrue();
        assertThat(theirs.getLeftOut()).isEqualTo("full");
    }

    @Test
    void controlMessagesMeanTheSame() throws InvalidProtocolBufferException {
        List<Control> controls = List.of(
                new Control.Inquiry(7),
                new Control.Inquiry(-1),
                Control.Progress.unknown(8),
                WireSample.progress(),
                new Control.Progress(9, true, null, 1, 2, 3, 4, Long.MAX_VALUE),
                new Control.ProtocolError(10, "used twice"));
        for (Control control : controls) {
            ByteBuf out = Unpooled.buffer();
            control.encode(out);
            io.moa.wire.v1.Control theirs = io.moa.wire.v1.Control.parseFrom(bytes(out));
            assertThat(theirs.toByteArray()).isEqualTo(bytes(out));
            if (control instanceof Control.Inquiry inquiry) {
                assertThat(theirs.getInquiry().getRequestId()).isEqualTo(inquiry.requestId());
            } else if (control instanceof Control.Progress progress) {
                assertThat(theirs.getFormCase()).isEqualTo(FormCase.PROGRESS);
                assertThat(theirs.getProgress().getRequestId()).isEqualTo(progress.requestId());
                assertThat(theirs.getProgress().getKnown()).isEqualTo(progress.known());
                assertThat(theirs.getProgress().getPhase()).isEqualTo(progress.phase() == null ? 0 : 7);
                assertThat(theirs.getProgress().getInPhaseNanos()).isEqualTo(progress.inPhaseNanos());
                assertThat(theirs.getProgress().getServerQueueNanos()).isEqualTo(progress.queueNanos());
                assertThat(theirs.getProgress().getDecodeNanos()).isEqualTo(progress.decodeNanos());
                assertThat(theirs.getProgress().getExecuteNanos()).isEqualTo(progress.executeNanos());
                assertThat(theirs.getProgress().getEncodeNanos()).isEqualTo(progress.encodeNanos());
            } else if (control instanceof Control.ProtocolError error) {
                assertThat(theirs.getProtocolError().getMessage()).isEqualTo(error.message());
            }
            assertThat(Control.parse(out, 0, out.readableBytes())).isEqualTo(control);
        }
    }

    @Test
    void controlOfAnUnknownFormIsNull() {
        ByteBuf out = Unpooled.buffer();
        FieldWriter.string(out, 9, "later");
        assertThat(Control.parse(out, 0, out.readableBytes())).isNull();
    }

    @Test
    void phasesKeepTheirNumbers() {
        Phase[] phases = Phase.values();
        for (int i = 0; i < phases.length; i++) {
            assertThat(PhaseCode.of(phases[i])).isEqualTo(i + 1);
            assertThat(PhaseCode.phase(i + 1)).isEqualTo(phases[i]);
        }
        assertThat(PhaseCode.phase(0)).isNull();
        assertThat(PhaseCode.phase(10)).isNull();
    }

    @Test
    void connectionStatesMeanTheSame() throws InvalidProtocolBufferException {
        ConnectionState state = ConnectionStateTest.sample();
        byte[] encoded = state.encode();
        assertThat(encoded[0]).isEqualTo((byte) 1);
        ByteBuffer message = ByteBuffer.wrap(encoded, 1, encoded.length - 1);
        io.moa.wire.v1.ConnectionState theirs = io.moa.wire.v1.ConnectionState.parseFrom(message);
        assertThat(theirs.getUnknownFields().asMap()).isEmpty();
        assertThat(theirs.toByteArray()).isEqualTo(java.util.Arrays.copyOfRange(encoded, 1, encoded.length));
        assertThat(theirs.getPartialBodiesCount())
                .isEqualTo(state.partialBodies().size());
    }

    @Test
    void servedStatesMeanTheSame() throws InvalidProtocolBufferException {
        ServedState state = new ServedState(
                ConnectionStateTest.sample(),
                new byte[] {1, 2, 3},
                List.of(new QueuedBody(-7, 100_000, new byte[77]), new QueuedBody(3, 1, new byte[1])),
                List.of(new ServedState.OpenCall(-5, false), new ServedState.OpenCall(9, true)),
                4);
        byte[] encoded = state.encode();
        assertThat(encoded[0]).isEqualTo((byte) 1);
        assertThat(ServedState.parse(encoded)).isEqualTo(state).hasToString(state.toString());
        io.moa.wire.v1.ServedState theirs =
                io.moa.wire.v1.ServedState.parseFrom(ByteBuffer.wrap(encoded, 1, encoded.length - 1));
        assertThat(theirs.getUnknownFields().asMap()).isEmpty();
        assertThat(theirs.toByteArray()).isEqualTo(java.util.Arrays.copyOfRange(encoded, 1, encoded.length));
        assertThat(theirs.getQueuedBodies(0).getRest().size()).isEqualTo(77);
        assertThat(theirs.getOpenCalls(1).getOneWay()).isTrue();
    }

    @Test
    void statesOfRespMeanTheSame() throws InvalidProtocolBufferException {
        RespState state = new RespState(
                3,
                true,
                "default",
                "shop",
                2,
                77,
                new byte[] {1},
                new byte[] {2, 3},
                List.of(
                        new RespState.Owed(RespState.Kind.CALL),
                        new RespState.Owed(RespState.Kind.MADE, new byte[200]),
                        new RespState.Owed(RespState.Kind.COMMAND)));
        byte[] encoded = state.encode();
        assertThat(encoded[0]).isEqualTo((byte) 1);
        assertThat(RespState.parse(encoded)).isEqualTo(state).hasToString(state.toString());
        io.moa.wire.v1.RespState theirs =
                io.moa.wire.v1.RespState.parseFrom(ByteBuffer.wrap(encoded, 1, encoded.length - 1));
        assertThat(theirs.getUnknownFields().asMap()).isEmpty();
        assertThat(theirs.toByteArray()).isEqualTo(java.util.Arrays.copyOfRange(encoded, 1, encoded.length));
        assertThat(theirs.getOwed(1).getMade().size()).isEqualTo(200);
        assertThat(theirs.getOwed(2).getKind()).isEqualTo(2);
    }

    @Test
    void handOverMessagesMeanTheSame() throws InvalidProtocolBufferException {
        HandOverMessage message =
                new HandOverMessage(HandOverMessage.Step.LATE, 12, -3, true, "text", new byte[] {1, 2}, new byte[] {3});
        byte[] encoded = message.encode();
        assertThat(HandOverMessage.parse(WireSample.buffer(encoded)))
                .isEqualTo(message)
                .hasToString(message.toString());
        io.moa.wire.v1.HandOver theirs = io.moa.wire.v1.HandOver.parseFrom(encoded);
        assertThat(theirs.getUnknownFields().asMap()).isEmpty();
        assertThat(theirs.toByteArray()).isEqualTo(encoded);
        assertThat(theirs.getStep()).isEqualTo(16);
    }

    /** Every message of the schema, with random fields set by protoc's classes, is read without complaint. */
    @Test
    void whatProtocWritesIsRead() {
        Builder[] builders = {
            io.moa.wire.v1.Welcome.newBuilder().setVersion(-1 >>> 1).setFeatures(-1),
            io.moa.wire.v1.Hello.newBuilder().setFeatures(-1).setMaxBody(Long.MAX_VALUE)
        };
        ByteBuf welcome = WireSample.buffer(builders[0].build().toByteArray());
        assertThat(Welcome.parse(welcome, 0, welcome.readableBytes()).features())
                .isEqualTo(-1);
        ByteBuf hello = WireSample.buffer(builders[1].build().toByteArray());
        assertThat(Hello.parse(hello, 0, hello.readableBytes()).maxBody()).isEqualTo(Long.MAX_VALUE);
    }

    private static io.moa.wire.v1.CallHeader oracle(Invocation call, int serializer, int compression) {
        io.moa.wire.v1.CallHeader.Builder header = io.moa.wire.v1.CallHeader.newBuilder();
        header.getTargetBuilder()
                .setService(call.service().name())
                .setGroup(call.service().group())
                .setVersion(call.service().version())
                .setMethod(call.method().name())
                .setSignature(call.method().signature())
                .setSerializer(serializer);
        if (!call.caller().equals(Caller.UNKNOWN)) {
            header.getCallerBuilder()
                    .setApplication(call.caller().application())
                    .setInstance(call.caller().instance());
        }
        Baggage baggage = call.baggage();
        if (baggage.tag() != null) {
            header.setTag(baggage.tag());
        }
        header.setLoadTest(baggage.loadTest());
        Trace trace = baggage.trace();
        if (trace != null) {
            header.setTraceparent(ByteString.copyFrom(ByteBuffer.allocate(25)
                    .putLong(trace.traceIdHigh())
                    .putLong(trace.traceIdLow())
                    .putLong(trace.parentId())
                    .put((byte) trace.flags())
                    .flip()));
            if (trace.state() != null) {
                header.setTracestate(trace.state());
            }
        }
        if (baggage.criticality() != Criticality.CRITICAL) {
            header.setCriticality(baggage.criticality().code());
        }
        if (call.idempotencyKey() != null) {
            header.setIdempotencyKey(call.idempotencyKey());
        }
        return header.putAllCallKeys(call.callKeys())
                .setCompression(compression)
                .putAllAttachments(baggage.attachments())
                .putAllHopAttachments(call.hopAttachments())
                .build();
    }

    private Invocation call(ServiceId service, MethodId method, Caller caller) {
        Trace trace = random.nextBoolean()
                ? null
                : new Trace(
                        random.nextLong(),
                        random.nextLong(),
                        random.nextLong() | 1,
                        random.nextInt(256),
                        random.nextBoolean() ? null : word(100) + "s");
        String tag = random.nextBoolean() ? null : word(20) + "t";
        Criticality criticality = Criticality.values()[random.nextInt(4)];
        return Invocation.of(service, method, Payload.EMPTY, WireSample.callerLedger())
                .caller(caller)
                .baggage(new Baggage(tag, random.nextBoolean(), trace, criticality, map()))
                .idempotencyKey(random.nextBoolean() ? null : word(30) + "k")
                .callKeys(map())
                .hopAttachments(map())
                .build();
    }

    private ServiceId service() {
        return new ServiceId(word(30) + "s", word(5), word(5));
    }

    private Map<String, String> map() {
        Map<String, String> map = new HashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(word(10), word(200));
        }
        return map;
    }

    private String word(int maxLength) {
        String alphabet = "abcdefghijklmnopqrstuvwxyzABC.-_0123456789éß漢字";
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(maxLength); i > 0; i--) {
            word.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return word.toString();
    }

    private int number(int below) {
        return random.nextInt(4) == 0 ? 0 : random.nextInt(below);
    }

    private byte[] octets(int maxLength) {
        return WireSample.random(random.nextLong(), random.nextInt(maxLength));
    }

    private static byte[] bytes(ByteBuf out) {
        byte[] bytes = new byte[out.readableBytes()];
        out.getBytes(out.readerIndex(), bytes);
        return bytes;
    }
}
