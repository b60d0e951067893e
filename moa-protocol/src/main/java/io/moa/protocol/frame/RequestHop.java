package io.moa.protocol.frame;

import io.moa.invoke.Deadline;
import io.moa.invoke.Hop;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Seat;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The hop header of a request: what every process on its way reads and rewrites, without opening the call header.
 *
 * <pre>
 *        0        1        2        3        4        5        6        7
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  0 |               remaining nanoseconds, -1 for no deadline               |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  8 |attempt | retry  |  hops  |governed| ledger |         reserved         |
 *    |        | owner  |  left  |   by   | blocks |                          |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 16   ledger blocks
 * </pre>
 *
 * <p>The readers check the lengths they rely on and throw {@link HeaderException}. Stateless.
 */
public final class RequestHop {

    /** Bytes of the fixed part. */
    public static final int FIXED_LENGTH = 16;

    /** Stands in the place of the remaining time for "no deadline". */
    public static final long NO_DEADLINE = -1;

    private static final int ATTEMPT = 8;
    private static final int BLOCKS = 12;
    private static final int MAX_BLOCKS = 255;

    private RequestHop() {}

    /** The remaining time as it is written: 0 for a deadline that has passed, {@link #NO_DEADLINE} for none. */
    public static long remaining(Deadline deadline, long nowNanos) {
        return deadline.isNone() ? NO_DEADLINE : Math.max(0, deadline.remainingNanos(nowNanos));
    }

    /**
     * Writes the hop header of a caller.
     *
     * @param remainingNanos what {@link #remaining} says
     * @param ledger the caller's, whose first three phases are written; null to say nothing
     * @return how many bytes were written
     */
    public static int write(ByteBuf out, long remainingNanos, Hop hop, @Nullable Ledger ledger) {
        int length = FIXED_LENGTH + (ledger == null ? 0 : LedgerBlock.length(LedgerBlock.CALLER));
        out.ensureWritable(length);
        out.writeLong(remainingNanos);
        out.writeLong(facts(hop) | (ledger == null ? 0L : 1L << 24));
        if (ledger != null) {
            LedgerBlock.write(out, LedgerBlock.CALLER, ledger);
        }
        return length;
    }

    /**
     * Writes the hop header with which an agent passes a request on: the given time and facts, the blocks of those before
     * it, and its own block, unless there is no room left for one.
     *
     * @param from where the hop header of the request stands that came in
     * @param agent the agent's own ledger of the call, or null
     * @return how many bytes were written
     */
    public static int forward(
            ByteBuf out, ByteBuf from, int index, int length, long remainingNanos, Hop hop, @Nullable Ledger agent) {
        check(from, index, length);
        int blocks = from.getUnsignedByte(index + BLOCKS);
        int own = LedgerBlock.length(LedgerBlock.AGENT);
        boolean append = agent != null && blocks < MAX_BLOCKS && length + own <= FrameLimits.MAX_HOP_BYTES;
        int written = append ? length + own : length;
        out.ensureWritable(written);
        out.writeLong(remainingNanos);
        out.writeLong(facts(hop) | (append ? blocks + 1L : blocks) << 24);
        out.writeBytes(from, index + FIXED_LENGTH, length - FIXED_LENGTH);
        if (append && agent != null) {
            LedgerBlock.write(out, LedgerBlock.AGENT, agent);
        }
        return written;
    }

    /** Overwrites time and facts in place and leaves the blocks. {@link Prefix#seal} the frame afterwards. */
    public static void patch(ByteBuf buffer, int index, int length, long remainingNanos, Hop hop) {
        checkLength(length);
        long kept = buffer.getLong(index + ATTEMPT) & 0xFFFF_FFFFL;
        buffer.setLong(index, remainingNanos);
        buffer.setLong(index + ATTEMPT, facts(hop) | kept);
    }

    private static long facts(Hop hop) {
        return (long) clamp(hop.attempt()) << 56
                | (long) hop.retryOwner().code() << 48
                | (long) clamp(hop.hopsLeft()) << 40
                | (long) hop.governedBy().code() << 32;
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }

    /**
     * Checks the whole of a hop header.
     *
     * @throws HeaderException if it is too short, its blocks do not fit, or the remaining time is below -1
     */
    public static void check(ByteBuf in, int index, int length) {
        remainingNanos(in, index, length);
        LedgerBlock.find(in, index + FIXED_LENGTH, index + length, in.getUnsignedByte(index + BLOCKS), -1);
    }

    /** The time left when the peer wrote this: {@link #NO_DEADLINE}, or 0 and more. */
    public static long remainingNanos(ByteBuf in, int index, int length) {
        checkLength(length);
        long remaining = in.getLong(index);
        if (remaining < NO_DEADLINE) {
            throw new HeaderException("The remaining time of a call is -1 or more, not " + remaining + " ns");
        }
        return remaining;
    }

    /** The facts about the way. Those of a direct first attempt are the shared {@link Hop#DIRECT}. */
    public static Hop hop(ByteBuf in, int index, int length) {
        checkLength(length);
        long facts = in.getLong(index + ATTEMPT) & 0xFFFF_FFFF_0000_0000L;
        if (facts == DIRECT) {
            return Hop.DIRECT;
        }
        return new Hop(
                (int) (facts >>> 56),
                Seat.ofCode((int) (facts >>> 48) & 0xFF),
                (int) (facts >>> 40) & 0xFF,
                Seat.ofCode((int) (facts >>> 32) & 0xFF));
    }

    private static final long DIRECT = facts(Hop.DIRECT);

    /**
     * What the caller measured of one of its first three phases.
     *
     * @return nanoseconds, or -1 if the header does not say
     */
    public static long callerNanos(ByteBuf in, int index, int length, Phase phase) {
        return spent(in, index, length, LedgerBlock.CALLER, phase);
    }

    /** As {@link #callerNanos}, of the first agent on the way. */
    public static long agentNanos(ByteBuf in, int index, int length, Phase phase) {
        return spent(in, index, length, LedgerBlock.AGENT, phase);
    }

    private static long spent(ByteBuf in, int index, int length, int hopKind, Phase phase) {
        checkLength(length);
        int blocks = in.getUnsignedByte(index + BLOCKS);
        int times = LedgerBlock.find(in, index + FIXED_LENGTH, index + length, blocks, hopKind);
        if (times < 0) {
            return -1;
        }
        Phase[] phases = LedgerBlock.phases(hopKind);
        for (int i = 0; i < phases.length && i < LedgerBlock.count(in, times); i++) {
            if (phases[i] == phase) {
                return LedgerBlock.nanos(in, times, i);
            }
        }
        return -1;
    }

    private static void checkLength(int length) {
        if (length < FIXED_LENGTH) {
            throw new HeaderException(
                    "The hop header of a request has at least " + FIXED_LENGTH + " bytes, not " + length);
        }
    }
}
