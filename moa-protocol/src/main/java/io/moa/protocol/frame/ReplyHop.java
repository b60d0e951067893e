package io.moa.protocol.frame;

import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The hop header of a response: how the call ended, and what balancers, retries and messages about time need to know.
 *
 * <pre>
 *        0        1        2        3        4        5        6        7
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  0 | status |executed| flags  |  load  |     retry after, milliseconds     |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  8 | ledger |                          reserved                            |
 *    | blocks |                                                              |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 16   ledger blocks
 * </pre>
 *
 * <p>Status 0 is a value, others are {@link io.moa.invoke.Status#code()}. Flag bit 0 is "never retry", bit 1 "a fault", bit 2 "orphaned". The
 * readers check
 * the lengths they rely on and throw {@link HeaderException}. Stateless.
 */
public final class ReplyHop {

    /** Bytes of the fixed part. */
    public static final int FIXED_LENGTH = 16;

    /** The status code of a reply that is a value. */
    public static final int VALUE = 0;

    private static final int EXECUTED = 1;
    private static final int FLAGS = 2;
    private static final int LOAD = 3;
    private static final int RETRY_AFTER = 4;
    private static final int BLOCKS = 8;
    private static final int NEVER_RETRY = 1;
    private static final int FAULT = 2;
    private static final int ORPHANED = 4;
    private static final int MAX_LOAD = 200;

    private ReplyHop() {}

    /**
     * Writes the hop header of a server, or of an agent that has passed the call on.
     *
     * @param statusCode {@link #VALUE} or the code of a status
     * @param server the writer's ledger of the call, of which the four phases at the server are written, and, if the call was sent on, the
     *     three before it that an agent has; null to say nothing
     * @return how many bytes were written
     */
    public static int write(ByteBuf out, int statusCode, Executed executed, Hints hints, @Nullable Ledger server) {
        if (server == null) {
            out.ensureWritable(FIXED_LENGTH);
            out.writeLong((long) statusCode << 56 | (long) executed.code() << 48 | facts(hints));
            out.writeLong(0L);
            return FIXED_LENGTH;
        }
        boolean sentOn = server.timesSent() > 0;
        int length = FIXED_LENGTH
                + LedgerBlock.length(LedgerBlock.SERVER)
                + (sentOn ? LedgerBlock.length(LedgerBlock.AGENT) : 0);
        out.ensureWritable(length);
        out.writeLong((long) statusCode << 56 | (long) executed.code() << 48 | facts(hints));
        out.writeLong((sentOn ? 2L : 1L) << 56);
        LedgerBlock.write(out, LedgerBlock.SERVER, server);
        if (sentOn) {
            LedgerBlock.write(out, LedgerBlock.AGENT, server);
        }
        return length;
    }

    /** Overwrites the hints in place. {@link Prefix#seal} the frame afterwards. */
    public static void patchHints(ByteBuf buffer, int index, int length, Hints hints) {
        checkLength(length);
        buffer.setLong(index, (buffer.getLong(index) & 0xFFFF_0000_0000_0000L) | facts(hints));
    }

    private static long facts(Hints hints) {
        int flags = (hints.neverRetry() ? NEVER_RETRY : 0)
                | (hints.fault() ? FAULT : 0)
                | (hints.orphaned() ? ORPHANED : 0);
        return (long) flags << 40 | (long) hints.load() << 32 | hints.retryAfterMillis();
    }

    /**
     * Checks the whole of a hop header.
     *
     * @throws HeaderException if it is too short or its blocks do not fit
     */
    public static void check(ByteBuf in, int index, int length) {
        checkLength(length);
        LedgerBlock.find(in, index + FIXED_LENGTH, index + length, in.getUnsignedByte(index + BLOCKS), -1);
    }

    /** {@link #VALUE} or the code of a status. */
    public static int statusCode(ByteBuf in, int index, int length) {
        checkLength(length);
        return in.getUnsignedByte(index);
    }

    public static Executed executed(ByteBuf in, int index, int length) {
        checkLength(length);
        return Executed.ofCode(in.getUnsignedByte(index + EXECUTED));
    }

    /** The hints; the shared {@link Hints#NONE} if there are none. A load that means nothing is read as unknown. */
    public static Hints hints(ByteBuf in, int index, int length) {
        checkLength(length);
        int flags = in.getUnsignedByte(index + FLAGS) & (NEVER_RETRY | FAULT | ORPHANED);
        boolean neverRetry = (flags & NEVER_RETRY) != 0;
        boolean fault = (flags & FAULT) != 0;
        int load = in.getUnsignedByte(index + LOAD);
        long retryAfter = in.getUnsignedInt(index + RETRY_AFTER);
        if (load > MAX_LOAD) {
            load = Hints.UNKNOWN_LOAD;
        }
        return flags == 0 && retryAfter == 0 && load == Hints.UNKNOWN_LOAD
                ? Hints.NONE
                : new Hints(retryAfter, neverRetry, load, fault, (flags & ORPHANED) != 0);
    }

    /** Adds what the server and an agent before it measured, if the header says, to the ledger of the caller. */
    public static void addTo(ByteBuf in, int index, int length, Ledger caller) {
        checkLength(length);
        int blocks = in.getUnsignedByte(index + BLOCKS);
        add(in, index, length, blocks, LedgerBlock.SERVER, caller);
        if (blocks > 1) {
            add(in, index, length, blocks, LedgerBlock.AGENT, caller);
        }
    }

    private static void add(ByteBuf in, int index, int length, int blocks, int hopKind, Ledger caller) {
        int times = LedgerBlock.find(in, index + FIXED_LENGTH, index + length, blocks, hopKind);
        if (times < 0) {
            return;
        }
        Phase[] phases = LedgerBlock.phases(hopKind);
        int count = Math.min(phases.length, LedgerBlock.count(in, times));
        for (int i = 0; i < count; i++) {
            long nanos = LedgerBlock.nanos(in, times, i);
            if (nanos > 0) {
                caller.addMeasured(phases[i], nanos);
            }
        }
    }

    private static void checkLength(int length) {
        if (length < FIXED_LENGTH) {
            throw new HeaderException(
                    "The hop header of a response has at least " + FIXED_LENGTH + " bytes, not " + length);
        }
    }
}
