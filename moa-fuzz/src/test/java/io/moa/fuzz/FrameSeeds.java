package io.moa.fuzz;

import static io.moa.fuzz.SeedFiles.bytes;
import static io.moa.fuzz.SeedFiles.golden;

import io.moa.protocol.frame.Prefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Streams of frames: one of each kind, a split body, one that is too large, one of an unknown kind. */
final class FrameSeeds {

    private static final String TEST = "io.moa.fuzz.FrameFuzzTest";
    private static final String[] KINDS = {
        "hello", "welcome", "welcome-refused", "request", "one-way", "request-split", "continuation", "response",
        "response-failure", "cancel", "ping", "pong", "closing", "closing-ack", "credit", "control-inquiry",
        "control-progress", "control-protocol-error"
    };

    private FrameSeeds() {}

    static void write() {
        byte[] all = {};
        for (String kind : KINDS) {
            SeedFiles.write(TEST, "frames", kind, bytes(0, 0, 1), golden(kind));
            all = SeedFiles.join(all, golden(kind));
        }
        SeedFiles.write(TEST, "frames", "all-in-pieces", bytes(0, 3, 7), all);
        SeedFiles.write(TEST, "frames", "all-sealed-and-moved", bytes(3, 5, 11), all);
        byte[] oversized = golden("request");
        ByteBuf frame = Unpooled.wrappedBuffer(oversized);
        frame.setInt(20, 1025).setInt(24, 1025);
        Prefix.seal(frame, 0);
        SeedFiles.write(TEST, "frames", "oversized", bytes(0, 1, 1), oversized, new byte[1100]);
        byte[] unknown = golden("one-way");
        unknown[3] = 33;
        SeedFiles.write(TEST, "frames", "unknown-kind", bytes(1, 1, 1), unknown, golden("ping"));
    }
}
