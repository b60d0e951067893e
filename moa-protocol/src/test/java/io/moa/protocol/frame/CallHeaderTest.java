package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CallHeaderTest {

    private final ByteBuf out = Unpooled.buffer();

    private CallHeader parsed() {
        return CallHeader.parse(out, out.readerIndex(), out.readableBytes());
    }

    private static Invocation.Builder call() {
        return Invocation.of(WireSample.SERVICE, WireSample.METHOD, Payload.EMPTY, WireSample.callerLedger());
    }

    @Test
    void aPlainCallHasNoDynamicPart() {
        CallHeader.writeDynamic(out, call().build(), 0);
        assertThat(out.readableBytes()).isZero();
        CallHeader header = parsed();
        assertThat(header.baggage()).isSameAs(Baggage.EMPTY);
        assertThat(header.callKeys()).isSameAs(Map.of());
        assertThat(header.hopAttachments()).isSameAs(Map.of());
        assertThat(header.idempotencyKey()).isNull();
        assertThat(header.compression()).isZero();
        assertThat(header.targetLength()).isZero();
        assertThat(CallHeader.parseCaller(out, header.callerIndex(), header.callerLength()))
                .isSameAs(Caller.UNKNOWN);
    }

    @Test
    void everyPartArrives() {
        Invocation call = WireSample.fullCall();
        out.writeBytes(new byte[] {9, 9, 9}).skipBytes(3); // indexes are absolute
        out.writeBytes(WireSample.TARGET_FIELD).writeBytes(WireSample.CALLER_FIELD);
        CallHeader.writeDynamic(out, call, 3);
        CallHeader header = parsed();
        assertThat(header.baggage()).isEqualTo(call.baggage());
        assertThat(header.idempotencyKey()).isEqualTo("order-7");
        assertThat(header.callKeys()).isEqualTo(call.callKeys());
        assertThat(header.hopAttachments()).isEqualTo(call.hopAttachments());
        assertThat(header.compression()).isEqualTo(3);
        assertThat(Target.parse(out, header.targetIndex(), header.targetLength()))
                .isEqualTo(new Target(WireSample.SERVICE, WireSample.METHOD, 1));
        assertThat(CallHeader.parseCaller(out, header.callerIndex(), header.callerLength()))
                .isEqualTo(WireSample.CALLER);
    }

    @ParameterizedTest
    @EnumSource(Criticality.class)
    void criticalityArrives(Criticality criticality) {
        CallHeader.writeDynamic(
                out, call().baggage(Baggage.EMPTY.withCriticality(criticality)).build(), 0);
        assertThat(parsed().baggage().criticality()).isEqualTo(criticality);
    }

    @Test
    void textsOfEveryAlphabetArrive() {
        String text = "aé漢𝄞\u0000\n" + "x".repeat(40);
        CallHeader.writeDynamic(
                out, call().baggage(Baggage.EMPTY.withAttachment(text, text)).build(), 0);
        assertThat(parsed().baggage().attachments()).containsExactly(Map.entry(text, text));
    }

    @Test
    void targetsOfEveryShapeArrive() {
        for (ServiceId service : new ServiceId[] {
            ServiceId.of("a"),
            new ServiceId("a", "g", ""),
            new ServiceId("a", "", "v"),
            new ServiceId("é".repeat(200), "g", "v")
        }) {
            for (int serializer : new int[] {0, 1, 127, 128, 100_000}) {
                MethodId method = new MethodId("m", "()");
                byte[] field = CallHeader.encodeTarget(service, method, serializer);
                ByteBuf in = WireSample.buffer(field);
                CallHeader header = CallHeader.parse(in, 0, field.length);
                assertThat(Target.parse(in, header.targetIndex(), header.targetLength()))
                        .isEqualTo(new Target(service, method, serializer));
            }
        }
    }

    @Test
    void theNameOfAnAnnouncementArrives() {
        for (String id : new String[] {"7f", "x".repeat(Target.MAX_ANNOUNCEMENT_BYTES), "é".repeat(32)}) {
            Target target = new Target(WireSample.SERVICE, WireSample.METHOD, 129, id);
            assertThat(parsed(CallHeader.encodeTarget(target))).isEqualTo(target);
        }
    }

    /** Servers know the bytes of targets, and those of calls that no agent was told of are what they were. */
    @Test
    void withoutAnAnnouncementNothingIsWrittenOfIt() {
        Target target = new Target(WireSample.SERVICE, WireSample.METHOD, 1, "");
        assertThat(CallHeader.encodeTarget(target)).isEqualTo(WireSample.TARGET_FIELD);
        assertThat(parsed(WireSample.TARGET_FIELD)).isEqualTo(target);
        assertThat(new Target(WireSample.SERVICE, WireSample.METHOD, 1)).isEqualTo(target);
    }

    @Test
    void rejectsTheNameOfAnAnnouncementThatIsTooLongOrNoWord() {
        for (String id : new String[] {"x".repeat(Target.MAX_ANNOUNCEMENT_BYTES + 1), "é".repeat(33), "a\nb"}) {
            byte[] field = CallHeader.encodeTarget(new Target(WireSample.SERVICE, WireSample.METHOD, 1, id));
            assertThatThrownBy(() -> parsed(field)).isInstanceOf(HeaderException.class);
        }
    }

    private static Target parsed(byte[] field) {
        ByteBuf in = WireSample.buffer(field);
        CallHeader header = CallHeader.parse(in, 0, field.length);
        return Target.parse(in, header.targetIndex(), header.targetLength());
    }

    @Test
    void anUnknownCallerIsNotWritten() {
        assertThat(CallHeader.encodeCaller(Caller.UNKNOWN)).isEmpty();
    }

    @Test
    void anInvalidTraceIsAsGoodAsNone() {
        FieldWriter.bytes(out, 5, new byte[25]);
        assertThat(parsed().baggage()).isSameAs(Baggage.EMPTY);
    }

    @Test
    void rejectsATraceOfAnotherLength() {
        FieldWriter.bytes(out, 5, new byte[24]);
        assertRejected("25 bytes");
    }

    @Test
    void rejectsATraceStateOverTheLimit() {
        FieldWriter.string(out, 6, "x".repeat(513));
        assertRejected("512");
    }

    @Test
    void keepsATraceStateOfTheLimit() {
        Trace trace = new Trace(1, 2, 3, 255, "x".repeat(512));
        CallHeader.writeDynamic(
                out, call().baggage(Baggage.EMPTY.withTrace(trace)).build(), 0);
        assertThat(parsed().baggage().trace()).isEqualTo(trace);
    }

    @Test
    void rejectsASecondTargetOrCaller() {
        out.writeBytes(WireSample.TARGET_FIELD).writeBytes(WireSample.TARGET_FIELD);
        assertRejected("target twice");
        out.clear();
        out.writeBytes(WireSample.CALLER_FIELD).writeBytes(WireSample.CALLER_FIELD);
        assertRejected("caller twice");
    }

    @Test
    void rejectsAMapOfTooManyEntries() {
        for (int i = 0; i < 129; i++) {
            FieldWriter.message(out, 9, FieldWriter.elementLength("k") + FieldWriter.elementLength("v"));
            FieldWriter.element(out, 1, "k"); // the same key: counted all the same
            FieldWriter.element(out, 2, "v");
        }
        assertRejected("more than 128 entries");
    }

    @Test
    void refusesToWriteAMapOfTooManyEntries() {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 129; i++) {
            many.put("k" + i, "");
        }
        assertThatThrownBy(
                        () -> CallHeader.writeDynamic(out, call().callKeys(many).build(), 0))
                .isInstanceOf(HeaderException.class)
                .hasMessageContaining("129 entries");
    }

    @Test
    void rejectsAMapOfTooManyCharacters() {
        for (int i = 0; i < 2; i++) {
            FieldWriter.map(out, 12, Map.of("k" + i, "x".repeat(8 * 1024)), "test");
        }
        assertRejected("16384 characters");
    }

    @Test
    void rejectsTextThatIsNotUtf8() {
        byte[][] wrong = {
            {(byte) 0xC0, (byte) 0x80}, // overlong
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate
            {(byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80}, // beyond Unicode
            {(byte) 0xE6, (byte) 0xBC}, // cut off
            {(byte) 0xFF}
        };
        for (byte[] text : wrong) {
            out.clear();
            FieldWriter.bytes(out, 3, text);
            assertRejected("not valid UTF-8");
        }
    }

    @Test
    void rejectsControlCharactersWhereNamesStand() {
        FieldWriter.string(out, 3, "a\nb");
        assertRejected("control character");
        out.clear();
        FieldWriter.string(out, 8, "a\u0085b");
        assertRejected("control character");
    }

    @Test
    void rejectsMalformedFields() {
        assertRejected("group", 0x0B); // field 1, start of a group
        assertRejected("group", 0x0C);
        assertRejected("wire type 6", 0x0E);
        assertRejected("impossible number 0", 0x02, 0x00);
        assertRejected("wire type 0 instead of 2", 0x08, 0x01); // a target that is a number
        assertRejected("wire type 2 instead of 0", 0x22, 0x00); // a load test flag that is a text
        assertRejected("middle of a field", 0x1A); // a tag and nothing else
        assertRejected("middle of a field", 0x20, 0x80);
        assertRejected("says it has 5 bytes, and 1 are left", 0x1A, 0x05, 0x61);
        assertRejected("18446744073709551615", 0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01);
        assertRejected("more than 64 bits", 0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01);
        assertRejected("more than 64 bits", 0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02);
        assertRejected("2147483647", 0x50, 0x80, 0x80, 0x80, 0x80, 0x08);
        assertRejected("middle of a field", 0x79, 1, 2, 3, 4, 5, 6, 7); // a 64-bit number of 7 bytes
        assertRejected("middle of a field", 0x7D, 1, 2, 3);
    }

    @Test
    void skipsFieldsThatItDoesNotKnow() {
        FieldWriter.number(out, 13, 1);
        FieldWriter.number(out, 14, 2);
        FieldWriter.string(out, 100, "later");
        FieldWriter.varint(out, 101 << 3 | FieldWriter.FIXED64);
        out.writeLong(1);
        FieldWriter.varint(out, 102 << 3 | FieldWriter.FIXED32);
        out.writeInt(1);
        FieldWriter.varint(out, ((1L << 29) - 1) << 3);
        FieldWriter.varint(out, -1);
        FieldWriter.string(out, 3, "tag");
        assertThat(parsed().baggage().tag()).isEqualTo("tag");
    }

    @Test
    void readsNoByteOutsideItsRange() {
        FieldWriter.string(out, 3, "abcdefgh");
        int length = out.readableBytes();
        FieldWriter.string(out, 8, "not ours");
        assertThat(CallHeader.parse(out, 0, length).idempotencyKey()).isNull();
        for (int shorter = 1; shorter < length; shorter++) {
            int end = shorter;
            assertThatThrownBy(() -> CallHeader.parse(out, 0, end)).isInstanceOf(HeaderException.class);
        }
    }

    @Test
    void rejectsTargetsThatCannotBe() {
        assertTargetRejected("", "m", "()", "1 to 200");
        assertTargetRejected("a b", "m", "()", "blanks");
        assertTargetRejected("x".repeat(201), "m", "()", "201 characters");
        assertTargetRejected("a", "", "()", "method needs a name");
        assertTargetRejected("a", "m", "", "method needs a name");
        assertTargetRejected("a", "m", "(", "method needs a name");
        assertTargetRejected("a\u001b[2J", "m", "()", "control character");
        assertTargetRejected("a", "m\r\nINFO all is well", "()", "control character");
        assertTargetRejected("a", "m".repeat(10_000), "()", "limit");
    }

    private void assertTargetRejected(String service, String method, String signature, String because) {
        out.clear();
        FieldWriter.string(out, 1, service);
        FieldWriter.string(out, 4, method);
        FieldWriter.string(out, 5, signature);
        assertThatThrownBy(() -> Target.parse(out, 0, out.readableBytes()))
                .isInstanceOf(HeaderException.class)
                .hasMessageContaining(because)
                .extracting(e -> ((Exception) e).getMessage().chars().anyMatch(Character::isISOControl))
                .isEqualTo(false);
    }

    @Test
    void survivesGarbage() {
        Random random = new Random(5);
        byte[] valid = new byte[0];
        for (int round = 0; round < 200_000; round++) {
            if (round % 1000 == 0) {
                out.clear();
                out.writeBytes(WireSample.TARGET_FIELD).writeBytes(WireSample.CALLER_FIELD);
                CallHeader.writeDynamic(out, WireSample.fullCall(), 1);
                valid = new byte[out.readableBytes()];
                out.getBytes(0, valid);
            }
            byte[] bytes = valid.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ByteBuf in = WireSample.buffer(bytes);
            int length = bytes.length - random.nextInt(3);
            try {
                CallHeader header = CallHeader.parse(in, 0, length);
                CallHeader.parseCaller(in, header.callerIndex(), header.callerLength());
                Target.parse(in, header.targetIndex(), header.targetLength());
            } catch (HeaderException e) {
                assertThat(e.getMessage()).isNotEmpty();
                assertThat(e.getStackTrace()).isEmpty();
            }
        }
    }

    private void assertRejected(String because, int... bytes) {
        out.clear();
        for (int b : bytes) {
            out.writeByte(b);
        }
        assertRejected(because);
    }

    private void assertRejected(String because) {
        assertThatThrownBy(this::parsed).isInstanceOf(HeaderException.class).hasMessageContaining(because);
    }
}
