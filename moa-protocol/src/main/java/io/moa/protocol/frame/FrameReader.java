package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into frames. It takes the bytes in any pieces and is in one of these states:
 *
 * <pre>
 *            4 bytes              36 bytes            + headers              + body
 *   MAGIC ───────────▶ PREFIX ───────────▶ HEADERS ───────────▶ BODY ─────────────────▶ MAGIC, a frame
 *     ▲   is it a frame?     are the lengths     is the CRC right?
 *     │                      within limits?      known kind, body within limits?
 *     │                                               │ no
 *     └──────────────── SKIPPING ◀────────────────────┘
 *                  the body is dropped as it comes
 *   any ── protocol broken, sink threw, close() ──▶ CLOSED: whatever comes is released unread
 * </pre>
 *
 * <p><b>Memory.</b> A frame that lies whole in the buffer it came in is shown there, without copying. Of one that does
 * not, the beginning is held in a buffer of the reader's own, which grows with the bytes that have come (at most to twice
 * as many, plus {@value #SMALLEST_HELD}) and never because a length says so. Bytes are appended once each, so a frame that
 * comes in many pieces costs no more than linear time. Between frames nothing is held.
 *
 * <p><b>Threads.</b> None of its own and safe for one at a time.
 */
public final class FrameReader implements AutoCloseable {

    private enum State {
        MAGIC,
        PREFIX,
        HEADERS,
        BODY,
        SKIPPING,
        CLOSED
    }

    private static final int MAGIC_LENGTH = 4;
    private static final int SMALLEST_HELD = 64;
    private static final byte[] NOTHING = {};

    private final FrameLimits limits;
    private final Crc32c crc = new Crc32c();
    private final Frame frame = new Frame();

    private State state = State.MAGIC;
    /** How many bytes from the beginning of the frame the state waits for; in SKIPPING without meaning. */
    private int need = MAGIC_LENGTH;
    /** The beginning of a frame that is not complete yet, or null. */
    private @Nullable ByteBuf held;

    private int headersLength;
    private long skipping;
    private long unknownFrames;
    private byte[] resumed = NOTHING;
    private boolean reading;

    /** A reader at the beginning of a connection. */
    public FrameReader(FrameLimits limits) {
        this.limits = limits;
    }

    /**
     * A reader that goes on where another one stopped.
     *
     * @param unread what {@link #unread()} of the other said
     * @param skipping what {@link #skipping()} of the other said
     */
    public FrameReader(FrameLimits limits, byte[] unread, long skipping) {
        this(limits);
        if (skipping < 0 || skipping > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("A reader skips 0 to 4294967295 bytes, not " + skipping);
        }
        this.resumed = unread.clone();
        this.skipping = skipping;
        if (skipping > 0) {
            state = State.SKIPPING;
        }
    }

    /**
     * Reads.
     *
     * @param in the next bytes; this method takes ownership and releases it, whatever happens
     * @param sink told of each frame that is now complete
     * @throws FrameException if the peer broke the protocol; this reader is then closed
     */
    public void read(ByteBuf in, FrameSink sink) {
        if (state == State.CLOSED) {
            in.release();
            return;
        }
        if (reading) {
            in.release();
            throw new IllegalStateException("A sink may not make its reader read");
        }
        ByteBuf source = resumed.length == 0 ? in : behindResumed(in);
        reading = true;
        boolean fine = false;
        try {
            readAll(source, sink);
            fine = true;
        } finally {
            reading = false;
            frame.hide();
            source.release();
            if (!fine || state == State.CLOSED) {
                close();
            }
        }
    }

    private void readAll(ByteBuf in, FrameSink sink) {
        while (state != State.CLOSED) {
            if (state == State.SKIPPING) {
                int piece = (int) Math.min(skipping, in.readableBytes());
                in.skipBytes(piece);
                skipping -= piece;
                if (skipping > 0) {
                    return;
                }
                begin();
            }
            ByteBuf beginning = held;
            if (beginning == null) {
                if (in.readableBytes() < need) {
                    hold(in, in.readableBytes());
                    checkBeginning();
                    return;
                }
                advance(in, false, sink);
            } else {
                int missing = need - beginning.readableBytes();
                int piece = Math.min(missing, in.readableBytes());
                hold(in, piece);
                if (piece < missing) {
                    checkBeginning();
                    return;
                }
                advance(beginning, true, sink);
            }
        }
    }

    /**
     * Does the next step of a frame that starts at the reader index and of which {@link #need} bytes are there.
     *
     * @param own whether they are {@link #held}, and not in the buffer that came
     */
    private void advance(ByteBuf in, boolean own, FrameSink sink) {
        int start = in.readerIndex();
        switch (state) {
            case MAGIC -> {
                checkMagic(in, start);
                state = State.PREFIX;
                need = Prefix.LENGTH;
            }
            case PREFIX -> {
                headersLength = checkedHeadersLength(in, start);
                state = State.HEADERS;
                need = Prefix.LENGTH + headersLength;
            }
            case HEADERS -> {
                checkCrc(in, start);
                headersRead(in, own, start, sink);
            }
            case BODY -> {
                frame.show(in, start + Prefix.LENGTH, (int) frame.announcedLength());
                complete(in, own, sink, true);
            }
            default -> throw new IllegalStateException("There is no next step when " + state);
        }
    }

    private void headersRead(ByteBuf in, boolean own, int start, FrameSink sink) {
        FrameKind kind = FrameKind.ofCode(in.getUnsignedByte(start + Prefix.KIND));
        long body = in.getUnsignedInt(start + Prefix.BODY_LENGTH);
        if (kind == null) {
            unknownFrames++;
            consume(in, own);
            skip(body);
            return;
        }
        frame.read(kind, in, start);
        checkLengths(kind);
        if (body > limits.maxFrameBodyBytes() || frame.wholeLength() > limits.maxBodyBytes()) {
            frame.show(in, start + Prefix.LENGTH, 0);
            complete(in, own, sink, false);
        } else {
            state = State.BODY;
            need += (int) body;
        }
    }

    /** Shows the frame to the sink. State and indexes move first, so that the sink may close or throw. */
    private void complete(ByteBuf in, boolean own, FrameSink sink, boolean withBody) {
        if (own) {
            held = null;
        } else {
            in.skipBytes(need);
        }
        try {
            if (withBody) {
                begin();
                sink.frame(frame);
            } else {
                skip(frame.announcedLength());
                sink.oversized(frame);
            }
        } finally {
            if (own) {
                in.release();
            }
        }
    }

    private void consume(ByteBuf in, boolean own) {
        if (own) {
            held = null;
            in.release();
        } else {
            in.skipBytes(need);
        }
    }

    private void begin() {
        state = State.MAGIC;
        need = MAGIC_LENGTH;
    }

    private void skip(long bytes) {
        skipping = bytes;
        state = State.SKIPPING;
    }

    private void hold(ByteBuf in, int length) {
        if (length == 0) {
            return;
        }
        ByteBuf to = held;
        if (to == null) {
            to = in.alloc().buffer(Math.max(SMALLEST_HELD, length));
            held = to;
        } else if (to.writableBytes() < length) {
            // Doubling keeps the copying linear; beyond what the state waits for no room is needed yet.
            int wanted = Math.min(need, to.capacity() * 2);
            to.capacity(Math.max(wanted, to.writerIndex() + length));
        }
        to.writeBytes(in, length);
    }

    private ByteBuf behindResumed(ByteBuf in) {
        ByteBuf joined;
        try {
            joined = in.alloc().buffer(resumed.length + in.readableBytes());
            joined.writeBytes(resumed).writeBytes(in);
        } finally {
            in.release();
        }
        resumed = NOTHING;
        return joined;
    }

    /** Who begins otherwise may never say four bytes, and would be waited for. */
    private void checkBeginning() {
        ByteBuf beginning = held;
        if (state != State.MAGIC || beginning == null) {
            return;
        }
        int start = beginning.readerIndex();
        int length = beginning.readableBytes();
        if (beginning.getUnsignedByte(start) != Prefix.MAGIC >> Byte.SIZE
                || (length > 1 && beginning.getUnsignedShort(start) != Prefix.MAGIC)) {
            throw notMoa(beginning, start, length);
        }
        if (length > Prefix.VERSION_AT) {
            checkVersion(beginning, start);
        }
    }

    private static FrameException notMoa(ByteBuf in, int start, int length) {
        return new FrameException("The peer does not speak MOA: a frame begins with the bytes d7 4d 01, and these "
                + "begin with " + hex(in, start, length));
    }

    private static void checkMagic(ByteBuf in, int start) {
        if (in.getUnsignedShort(start) != Prefix.MAGIC) {
            throw notMoa(in, start, MAGIC_LENGTH);
        }
        checkVersion(in, start);
    }

    private static void checkVersion(ByteBuf in, int start) {
        int version = in.getUnsignedByte(start + Prefix.VERSION_AT);
        if (version != Prefix.VERSION) {
            throw new FrameException(
                    "The peer sent a frame of version " + version + "; this side reads version " + Prefix.VERSION);
        }
    }

    private int checkedHeadersLength(ByteBuf in, int start) {
        int hop = in.getUnsignedShort(start + Prefix.HOP_LENGTH);
        long call = in.getUnsignedInt(start + Prefix.CALL_LENGTH);
        if (hop > FrameLimits.MAX_HOP_BYTES) {
            throw new FrameException(
                    "The peer announced a hop header of " + hop + " bytes; the limit is " + FrameLimits.MAX_HOP_BYTES);
        }
        if (call > limits.maxHeaderBytes()) {
            throw new FrameException(
                    "The peer announced a call header of " + call + " bytes; the limit is " + limits.maxHeaderBytes());
        }
        return hop + (int) call;
    }

    private void checkCrc(ByteBuf in, int start) {
        int said = in.getInt(start + Prefix.HEADER_CRC);
        int computed = crc.header(in, start, headersLength);
        if (said != computed) {
            throw new FrameException("The header of a frame has CRC32C " + Integer.toHexString(computed) + " and says "
                    + Integer.toHexString(said) + ": it was damaged on its way, or bytes before it were lost");
        }
    }

    private void checkLengths(FrameKind kind) {
        if (!frame.split()) {
            if (frame.announcedLength() != frame.wholeLength()) {
                throw new FrameException("A frame that is not split disagrees with itself about its body: " + frame);
            }
            return;
        }
        if (kind != FrameKind.CONTINUATION && !kind.splittable()) {
            throw new FrameException("A frame of this kind cannot be split: " + frame);
        }
        if (frame.announcedLength() > frame.wholeLength()) {
            throw new FrameException("A piece is larger than the whole: " + frame);
        }
    }

    private static String hex(ByteBuf in, int start, int length) {
        StringBuilder text = new StringBuilder(3 * length);
        for (int i = 0; i < length; i++) {
            int value = in.getUnsignedByte(start + i);
            text.append(i > 0 ? " " : "")
                    .append(Character.forDigit(value >> 4, 16))
                    .append(Character.forDigit(value & 15, 16));
        }
        return text.toString();
    }

    /** The bytes of an unfinished frame, to go on elsewhere. A copy. Not while the sink is being told. */
    public byte[] unread() {
        checkNotReading();
        if (resumed.length > 0) {
            return resumed.clone();
        }
        ByteBuf beginning = held;
        if (beginning == null) {
            return NOTHING;
        }
        byte[] bytes = new byte[beginning.readableBytes()];
        beginning.getBytes(beginning.readerIndex(), bytes);
        return bytes;
    }

    /** How many bytes of a skipped body have yet to come; they come before anything else. Not while the sink is told. */
    public long skipping() {
        checkNotReading();
        return skipping;
    }

    /** How many frames of kinds that this version does not know were skipped. */
    public long unknownFrames() {
        return unknownFrames;
    }

    /** How much memory is held for an unfinished frame, in bytes. */
    public int heldBytes() {
        ByteBuf beginning = held;
        return beginning == null ? resumed.length : beginning.capacity();
    }

    /** Whether the reader has stopped: closed by its owner, by a broken protocol or by a sink that threw. */
    public boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Stops and frees what is held. The sink may call it. Idempotent. */
    @Override
    public void close() {
        state = State.CLOSED;
        resumed = NOTHING;
        ByteBuf beginning = held;
        if (!reading && beginning != null) {
            held = null;
            beginning.release();
        }
    }

    private void checkNotReading() {
        if (reading) {
            throw new IllegalStateException("The reader is telling its sink of a frame; ask it afterwards");
        }
    }
}
