package io.moa.fuzz;

import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.Prefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Right checksums in the headers of hostile frames: a peer that means harm computes them, a fuzzer would not hit them. */
public final class Seals {

    private static final int CALL_LENGTH = 16;
    private static final int BODY_LENGTH = 20;
    private static final int HOP_LENGTH = 6;

    private Seals() {}

    /** Seals every frame of a stream, as far as its lengths make sense. In place. */
    public static void sealAll(byte[] stream) {
        ByteBuf frames = Unpooled.wrappedBuffer(stream);
        int at = 0;
        while (at + Prefix.LENGTH <= stream.length) {
            long headers = frames.getUnsignedShort(at + HOP_LENGTH) + frames.getUnsignedInt(at + CALL_LENGTH);
            if (headers > FrameLimits.MAX_HOP_BYTES + (1 << 16) || at + Prefix.LENGTH + headers > stream.length) {
                return;
            }
            Prefix.seal(frames, at);
            long next = at + Prefix.LENGTH + headers + frames.getUnsignedInt(at + BODY_LENGTH);
            if (next > stream.length) {
                return;
            }
            at = (int) next;
        }
    }
}
