package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts split bodies together, many at a time, and shows each as one frame when it is complete.
 *
 * <pre>
 *   REQUEST 7, 64 KiB of 150, more ──▶ HELD
 *   REQUEST 8 (small, not split)       does not come here
 *   CONTINUATION 7, 64 KiB, more   ──▶ HELD
 *   CONTINUATION 7, 22 KiB         ──▶ COMPLETE: the sink sees REQUEST 7 with 150 KiB of body
 * </pre>
 *
 * <p><b>Bounds.</b> A body is admitted by the length that its first frame announces, so that whatever is admitted can be
 * completed: two half bodies never wait for each other's room. Memory is taken as bytes arrive, at most twice as much, and
 * never by announcement. Single bodies over the limit never come here, because the reader skips them.
 *
 * <p><b>Ownership.</b> Bytes are copied out of the frames that are added. The buffer of a completed frame is the
 * assembler's and lives until the sink returns; {@link Frame#retainedBody()} keeps it longer. {@link #close()} frees the
 * rest.
 *
 * <p><b>Threads.</b> None of its own and safe for one at a time. The sink may call {@link #drop} and {@link #close}.
 */
public final class BodyAssembler implements AutoCloseable {

    /** What became of a frame. */
    public enum Outcome {
        /** Its piece was taken; more are to come. */
        HELD,
        /** It was the last piece, and the sink has seen the whole. */
        COMPLETE,
        /** The first frame of a body for which there is no room. The rest will be ignored as it comes. */
        REFUSED,
        /** It was the last piece, and the whole has not the checksum that was announced. The body is gone. */
        CORRUPT,
        /** A piece of a body that is not being put together: refused, dropped, corrupt or never begun. */
        IGNORED
    }

    /** How many bodies at once, if nothing else is said. */
    public static final int DEFAULT_MAX_BODIES = 64;

    /** How many announced bytes at once, if nothing else is said: 64 MiB. */
    public static final long DEFAULT_MAX_BYTES = 64L << 20;

    private final int maxBodies;
    private final long maxBytes;
    // Not a map of primitive keys: the peer chooses the ids, and this one stays fast when they all have the same hash.
    private final Map<Long, Assembly> assemblies = new HashMap<>(4);
    private final Frame whole = new Frame();
    private long announcedBytes;
    private boolean closed;

    private static final class Assembly {
        final FrameKind kind;
        final int flags;
        final int hopLength;
        final int callLength;
        final int wholeLength;
        final int bodyCrc;
        final ByteBuf gathered; // hop header, call header, body so far

        Assembly(Frame first, ByteBuf gathered) {
            this.kind = first.kind();
            this.flags = first.flags();
            this.hopLength = first.hopLength();
            this.callLength = first.callLength();
            this.wholeLength = (int) first.wholeLength();
            this.bodyCrc = first.bodyCrc();
            this.gathered = gathered;
        }

        Assembly(PartialBody from, ByteBuf gathered) {
            this.kind = from.kind();
            this.flags = from.flags();
            this.hopLength = from.hop().length;
            this.callLength = from.call().length;
            this.wholeLength = from.wholeLength();
            this.bodyCrc = from.bodyCrc();
            this.gathered = gathered;
        }

        int headersLength() {
            return hopLength + callLength;
        }

        int missing() {
            return wholeLength - (gathered.readableBytes() - headersLength());
        }

        PartialBody exported(long requestId) {
            int start = gathered.readerIndex();
            return new PartialBody(
                    kind,
                    flags,
                    requestId,
                    copy(start, hopLength),
                    copy(start + hopLength, callLength),
                    wholeLength,
                    bodyCrc,
                    copy(start + headersLength(), gathered.readableBytes() - headersLength()));
        }

        private byte[] copy(int index, int length) {
            byte[] bytes = new byte[length];
            gathered.getBytes(index, bytes);
            return bytes;
        }
    }

    /** An assembler with the default bounds. */
    public BodyAssembler() {
        this(DEFAULT_MAX_BODIES, DEFAULT_MAX_BYTES);
    }

    /**
     * An assembler.
     *
     * @param maxBodies how many bodies may be incomplete at a time; at least 1
     * @param maxBytes how long they may be together when complete; at least 1
     */
    public BodyAssembler(int maxBodies, long maxBytes) {
        if (maxBodies < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("An assembler needs room for at least one body of one byte, not for "
                    + maxBodies + " of " + maxBytes + " bytes together");
        }
        this.maxBodies = maxBodies;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a {@linkplain Frame#split() split} frame.
     *
     * @param sink told of the whole, before this method returns, if this was the last piece
     * @throws FrameException if the frame does not fit what came before it; the connection must be closed
     * @throws IllegalArgumentException if the frame is not split
     */
    public Outcome add(Frame frame, FrameSink sink) {
        if (!frame.split()) {
            throw new IllegalArgumentException("Not a piece of a body: " + frame);
        }
        if (closed) {
            return Outcome.IGNORED;
        }
        return frame.kind() == FrameKind.CONTINUATION ? append(frame, sink) : begin(frame);
    }

    private Outcome begin(Frame frame) {
        if (assemblies.containsKey(frame.requestId())) {
            throw new FrameException(
                    "A second split body begins while the first with the same id is incomplete: " + frame);
        }
        if (frame.bodyLength() >= frame.wholeLength()) {
            throw new FrameException("A frame says that more follows, and has the whole body: " + frame);
        }
        if (assemblies.size() >= maxBodies || frame.wholeLength() > maxBytes - announcedBytes) {
            return Outcome.REFUSED;
        }
        int length = frame.hopLength() + frame.callLength() + frame.bodyLength();
        ByteBuf gathered = frame.buffer().alloc().buffer(length);
        gathered.writeBytes(frame.buffer(), frame.hopIndex(), length);
        assemblies.put(frame.requestId(), new Assembly(frame, gathered));
        announcedBytes += frame.wholeLength();
        return Outcome.HELD;
    }

    private Outcome append(Frame frame, FrameSink sink) {
        Assembly assembly = assemblies.get(frame.requestId());
        if (assembly == null) {
            return Outcome.IGNORED;
        }
        int left = assembly.missing() - frame.bodyLength();
        if (frame.wholeLength() != assembly.wholeLength
                || frame.bodyLength() == 0
                || left < 0
                || left > 0 != frame.more()) {
            throw new FrameException("A piece does not fit its body, of whose " + assembly.wholeLength + " bytes "
                    + assembly.missing() + " were missing: " + frame);
        }
        grow(assembly, frame.bodyLength());
        assembly.gathered.writeBytes(frame.buffer(), frame.bodyIndex(), frame.bodyLength());
        if (left > 0) {
            return Outcome.HELD;
        }
        assemblies.remove(frame.requestId());
        announcedBytes -= assembly.wholeLength;
        try {
            return complete(frame.requestId(), assembly, sink);
        } finally {
            whole.hide();
            assembly.gathered.release();
        }
    }

    private Outcome complete(long requestId, Assembly assembly, FrameSink sink) {
        whole.assembled(
                assembly.gathered,
                assembly.kind,
                assembly.flags,
                requestId,
                assembly.hopLength,
                assembly.callLength,
                assembly.wholeLength,
                assembly.bodyCrc);
        if (!whole.bodyIntact()) {
            return Outcome.CORRUPT;
        }
        sink.frame(whole);
        return Outcome.COMPLETE;
    }

    /** Doubles, which keeps the copying linear, but not beyond the end of the body. */
    private static void grow(Assembly assembly, int by) {
        ByteBuf gathered = assembly.gathered;
        if (gathered.writableBytes() < by) {
            long doubled = 2L * gathered.capacity();
            long end = (long) gathered.writerIndex() + assembly.missing();
            gathered.capacity((int) Math.max(gathered.writerIndex() + by, Math.min(doubled, end)));
        }
    }

    /**
     * Forgets a body, as when its call was cancelled. Pieces that still come are ignored.
     *
     * @return whether there was one
     */
    public boolean drop(long requestId) {
        Assembly assembly = assemblies.remove(requestId);
        if (assembly == null) {
            return false;
        }
        announcedBytes -= assembly.wholeLength;
        assembly.gathered.release();
        return true;
    }

    /** How many bodies are incomplete. */
    public int bodies() {
        return assemblies.size();
    }

    /** How long they will be together. */
    public long announcedBytes() {
        return announcedBytes;
    }

    /** How much memory they take now, in bytes. */
    public long heldBytes() {
        long bytes = 0;
        for (Assembly assembly : assemblies.values()) {
            bytes += assembly.gathered.capacity();
        }
        return bytes;
    }

    /** Copies of the incomplete bodies, by ascending id, to go on elsewhere. */
    public List<PartialBody> export() {
        List<PartialBody> bodies = new ArrayList<>(assemblies.size());
        assemblies.forEach((id, assembly) -> bodies.add(assembly.exported(id)));
        bodies.sort((a, b) -> Long.compareUnsigned(a.requestId(), b.requestId()));
        return bodies;
    }

    /**
     * Takes over incomplete bodies, whatever the bounds: they were admitted before.
     *
     * @throws IllegalArgumentException if one is longer than it says it will be, is complete, or is there already
     */
    public void restore(List<PartialBody> bodies) {
        for (PartialBody body : bodies) {
            if (body.body().length >= body.wholeLength()
                    || !body.kind().splittable()
                    || assemblies.containsKey(body.requestId())) {
                throw new IllegalArgumentException("Not an incomplete body that could go on: " + body);
            }
            int length = body.hop().length + body.call().length + body.body().length;
            ByteBuf gathered = UnpooledByteBufAllocator.DEFAULT.buffer(length);
            gathered.writeBytes(body.hop()).writeBytes(body.call()).writeBytes(body.body());
            assemblies.put(body.requestId(), new Assembly(body, gathered));
            announcedBytes += body.wholeLength();
        }
    }

    /** Frees what is held; frames that still come are ignored. Idempotent. */
    @Override
    public void close() {
        closed = true;
        for (Assembly assembly : assemblies.values()) {
            assembly.gathered.release();
        }
        assemblies.clear();
        announcedBytes = 0;
    }
}
