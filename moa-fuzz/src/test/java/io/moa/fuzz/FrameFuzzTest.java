package io.moa.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.moa.protocol.frame.BodyAssembler;
import io.moa.protocol.frame.Crc32c;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameException;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.FrameReader;
import io.moa.protocol.frame.FrameSink;
import io.moa.protocol.frame.PartialBody;
import java.util.List;

/**
 * Bytes become frames and bodies: the same ones however the bytes are cut into pieces, within the promised memory, and
 * without any end but a {@link FrameException}. After one byte of flags and two that choose the cuts, an input is a stream.
 */
class FrameFuzzTest {

    /** Small, so that a short input reaches every limit. */
    private static final FrameLimits LIMITS = new FrameLimits(1024, 1024, 2048);

    private static final int MAX_BODIES = 4;
    private static final long MAX_BYTES = 6_000;
    private static final int SMALLEST_HELD = 64;
    private static final int SETTINGS = 3;
    private static final int SEAL = 1;
    private static final int CONFISCATE = 2;

    @FuzzTest
    void frames(byte[] input) {
        if (input.length <= SETTINGS) {
            return;
        }
        byte[] stream = java.util.Arrays.copyOfRange(input, SETTINGS, input.length);
        if ((input[0] & SEAL) != 0) {
            Seals.sealAll(stream);
        }
        Reading whole = new Reading();
        whole.read(stream, 0, stream.length);
        whole.end();
        Cuts cuts = new Cuts(input[1] << 8 | input[2] & 0xFF);
        Reading pieces = new Reading();
        for (int at = 0; at < stream.length; ) {
            int to = cuts.after(at, stream.length);
            pieces.read(stream, at, to);
            if ((input[0] & CONFISCATE) != 0) {
                pieces.moveToAnotherProcess();
            }
            at = to;
        }
        pieces.end();
        if (whole.digest != pieces.digest || whole.frames != pieces.frames || whole.broken != pieces.broken) {
            throw new AssertionError("In one piece the stream is " + whole + ", in several " + pieces);
        }
    }

    /** One way through a stream. */
    private static final class Reading implements FrameSink {
        private final CountedMemory memory = new CountedMemory();
        private FrameReader reader = new FrameReader(LIMITS);
        private BodyAssembler assembler = new BodyAssembler(MAX_BODIES, MAX_BYTES);
        private final FrameSink wholes = new Wholes();
        private long received;
        private long digest = 1;
        private int frames;
        private boolean broken;

        void read(byte[] stream, int from, int to) {
            if (broken) {
                return;
            }
            received += to - from;
            try {
                reader.read(memory.of(stream, from, to), this);
            } catch (FrameException e) {
                broken = true;
            }
            if (reader.isClosed() != broken) {
                throw new AssertionError("A reader closes when the protocol is broken, and only then");
            }
            long held = memory.usedBytes();
            if (held > 2 * received + SMALLEST_HELD) {
                throw new AssertionError(held + " bytes are held for " + received + " that came");
            }
            if (assembler.announcedBytes() > MAX_BYTES || assembler.bodies() > MAX_BODIES) {
                throw new AssertionError("Bodies beyond the bounds: " + assembler.export());
            }
        }

        @Override
        public void frame(Frame frame) {
            frames++;
            add(frame.kind().code());
            add(frame.flags());
            add(frame.requestId());
            add(frame.wholeLength());
            add(Crc32c.of(frame.buffer(), frame.hopIndex(), frame.hopLength() + frame.callLength()));
            add(Crc32c.of(frame.buffer(), frame.bodyIndex(), frame.bodyLength()));
            if (frame.split()) {
                add(assembler.add(frame, wholes).ordinal());
            } else {
                add(frame.bodyIntact() ? 1 : 0);
            }
        }

        @Override
        public void oversized(Frame header) {
            frames++;
            add(-1);
            add(header.requestId());
            add(header.announcedLength());
            if (header.announcedLength() <= LIMITS.maxFrameBodyBytes()
                    && header.wholeLength() <= LIMITS.maxBodyBytes()) {
                throw new AssertionError("Not over any limit: " + header);
            }
        }

        private final class Wholes implements FrameSink {
            @Override
            public void frame(Frame whole) {
                if (whole.bodyLength() != whole.wholeLength() || !whole.bodyIntact()) {
                    throw new AssertionError("Not whole: " + whole);
                }
                add(Crc32c.of(whole.buffer(), whole.bodyIndex(), whole.bodyLength()));
            }

            @Override
            public void oversized(Frame header) {
                throw new AssertionError("An assembler has no oversized bodies: " + header);
            }
        }

        private void add(long fact) {
            digest = 31 * digest + fact;
        }

        /** Goes on with copies of what reader and assembler hold, as after a handover. */
        void moveToAnotherProcess() {
            if (broken) {
                return;
            }
            byte[] unread = reader.unread();
            long skipping = reader.skipping();
            List<PartialBody> bodies = assembler.export();
            reader.close();
            assembler.close();
            if (memory.usedBytes() != 0) {
                throw new AssertionError(memory.usedBytes() + " bytes are still held after the handover");
            }
            reader = new FrameReader(LIMITS, unread, skipping);
            assembler = new BodyAssembler(MAX_BODIES, MAX_BYTES);
            assembler.restore(bodies);
        }

        void end() {
            reader.close();
            assembler.close();
            if (memory.usedBytes() != 0) {
                throw new AssertionError(memory.usedBytes() + " bytes were not released");
            }
        }

        @Override
        public String toString() {
            return frames + " frames, digest " + digest + (broken ? ", then broken" : "");
        }
    }
}
