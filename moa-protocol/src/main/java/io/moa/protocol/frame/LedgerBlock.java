package io.moa.protocol.frame;

import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.netty.buffer.ByteBuf;

/**
 * What one process of a call's way measured, as it stands behind the fixed part of a hop header.
 *
 * <pre>
 *    +----------+-------+-----------------+===== count times =====+
 *    | hop kind | count |    reserved     |  time, u32 of 100 ns  |
 *    +----------+-------+-----------------+=======================+
 *       1 byte   1 byte      2 bytes              4 bytes
 * </pre>
 *
 * <p>A time of 429 seconds or more is written as the largest number. A reader takes the times it knows the meaning of and
 * skips further ones, which a newer peer may have added, and blocks of hop kinds it does not know.
 */
final class LedgerBlock {

    /** Measured by the caller: client queue, pick, connect wait. */
    static final int CALLER = 1;

    /** Measured by an agent: the same three. */
    static final int AGENT = 2;

    /** Measured by the server: server queue, decode, execute, encode. */
    static final int SERVER = 3;

    /** Nanoseconds of one unit on the wire. */
    static final int UNIT_NANOS = 100;

    private static final Phase[] LEAVING = {Phase.CLIENT_QUEUE, Phase.PICK, Phase.CONNECT_WAIT};
    private static final Phase[] ARRIVED = {Phase.SERVER_QUEUE, Phase.DECODE, Phase.EXECUTE, Phase.ENCODE};
    private static final int HEAD = 4;
    private static final int TIME = 4;
    private static final Phase[] NONE = {};

    private LedgerBlock() {}

    /** The phases of a block, in their order on the wire; none for a hop kind that is not known. */
    static Phase[] phases(int hopKind) {
        return switch (hopKind) {
            case CALLER, AGENT -> LEAVING;
            case SERVER -> ARRIVED;
            default -> NONE;
        };
    }

    /** Bytes of a block of this kind as we write it. */
    static int length(int hopKind) {
        return HEAD + TIME * phases(hopKind).length;
    }

    /** Writes the block of a party. */
    static void write(ByteBuf out, int hopKind, Ledger ledger) {
        Phase[] phases = phases(hopKind);
        out.writeInt(hopKind << 24 | phases.length << 16);
        for (Phase phase : phases) {
            out.writeInt(units(ledger.spentNanos(phase)));
        }
    }

    static int units(long nanos) {
        if (nanos <= 0) {
            return 0; // a caller's BACK may be below zero for a moment; other phases never are
        }
        return (int) Math.min(nanos / UNIT_NANOS, 0xFFFF_FFFFL);
    }

    /**
     * Finds the first block of a kind.
     *
     * @param index where the blocks begin
     * @param end where the hop header ends
     * @return where the times of the block begin, or -1 if there is none
     * @throws HeaderException if a block reaches beyond the hop header
     */
    static int find(ByteBuf in, int index, int end, int blocks, int hopKind) {
        int at = index;
        for (int i = 0; i < blocks; i++) {
            if (end - at < HEAD) {
                throw tooShort(i, blocks);
            }
            int times = in.getUnsignedByte(at + 1);
            int next = at + HEAD + times * TIME;
            if (next > end) {
                throw tooShort(i, blocks);
            }
            if (in.getUnsignedByte(at) == hopKind) {
                return at + HEAD;
            }
            at = next;
        }
        return -1;
    }

    /** How many times the block has whose times begin at this index. */
    static int count(ByteBuf in, int timesIndex) {
        return in.getUnsignedByte(timesIndex - HEAD + 1);
    }

    static long nanos(ByteBuf in, int timesIndex, int position) {
        return in.getUnsignedInt(timesIndex + position * TIME) * UNIT_NANOS;
    }

    private static HeaderException tooShort(int block, int blocks) {
        return new HeaderException("Ledger block " + (block + 1) + " of " + blocks + " reaches beyond its hop header");
    }
}
