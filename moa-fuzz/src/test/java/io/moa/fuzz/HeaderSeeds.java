package io.moa.fuzz;

import static io.moa.fuzz.SeedFiles.bytes;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.ConnectionState;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.PartialBody;
import io.moa.protocol.frame.Prefix;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Headers of the golden vectors, each with the number by which the target chooses its parser. */
final class HeaderSeeds {

    private static final String TEST = "io.moa.fuzz.HeaderFuzzTest";
    private static final int FIELD_HEAD = 2; // tag and a length below 128, in front of a nested message

    private HeaderSeeds() {}

    static void write() {
        hop("request-hop", 0, "request");
        hop("reply-hop", 1, "response-failure");
        call("call-header", 2, "request");
        call("plain-call-header", 2, "one-way");
        byte[] target = CallHeader.encodeTarget(ServiceId.of("demo.Greeter"), MethodId.parse("greet(int)"), 1);
        SeedFiles.write(TEST, "headers", "target", bytes(3), Arrays.copyOfRange(target, FIELD_HEAD, target.length));
        byte[] caller = CallHeader.encodeCaller(new Caller("shop", "5f0c9e0a"));
        SeedFiles.write(TEST, "headers", "caller", bytes(4), Arrays.copyOfRange(caller, FIELD_HEAD, caller.length));
        call("hello", 5, "hello");
        call("welcome", 6, "welcome");
        call("welcome-refused", 6, "welcome-refused");
        call("closing", 7, "closing");
        call("inquiry", 8, "control-inquiry");
        call("progress", 8, "control-progress");
        call("protocol-error", 8, "control-protocol-error");
        call("reply-header", 8, "response-failure");
        call("reply-header-with-code", 8, "response-exception");
        SeedFiles.write(TEST, "headers", "connection-state", bytes(9), state().encode());
        SeedFiles.write(TEST, "headers", "error-details", bytes(10), body("response-exception"));
    }

    private static void hop(String name, int parser, String vector) {
        byte[] frame = SeedFiles.golden(vector);
        int hop = ByteBuffer.wrap(frame).getShort(6);
        SeedFiles.write(
                TEST, "headers", name, bytes(parser), Arrays.copyOfRange(frame, Prefix.LENGTH, Prefix.LENGTH + hop));
    }

    private static void call(String name, int parser, String vector) {
        byte[] frame = SeedFiles.golden(vector);
        int from = Prefix.LENGTH + ByteBuffer.wrap(frame).getShort(6);
        int length = ByteBuffer.wrap(frame).getInt(16);
        SeedFiles.write(TEST, "headers", name, bytes(parser), Arrays.copyOfRange(frame, from, from + length));
    }

    private static byte[] body(String vector) {
        byte[] frame = SeedFiles.golden(vector);
        int length = ByteBuffer.wrap(frame).getInt(20);
        return Arrays.copyOfRange(frame, frame.length - length, frame.length);
    }

    private static ConnectionState state() {
        PartialBody body =
                new PartialBody(FrameKind.REQUEST, Prefix.MORE, 7, new byte[16], bytes(1, 2), 20, 0, bytes(3, 4));
        return new ConnectionState(
                1,
                3,
                FrameLimits.DEFAULT,
                65_536,
                1 << 20,
                "shop",
                "5f0c9e0a",
                List.of(bytes(1, 2, 3)),
                9,
                8,
                1_000,
                2_000,
                true,
                false,
                bytes(0xD7, 0x4D),
                5,
                List.of(body));
    }
}
