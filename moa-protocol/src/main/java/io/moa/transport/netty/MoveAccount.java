package io.moa.transport.netty;

import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.PauseHistogram;
import java.nio.ByteBuffer;

/** What a hand-over adds up. Belongs to its event loop. */
final class MoveAccount {

    private static final int NUMBERS = 13;

    int moa;
    int resp;
    int undecided;
    int kept;
    int callsInFlight;
    int callsFinished;
    int callsUnanswered;
    int callsForwarded;
    int callsLost;
    private int halfRead;
    private long halfReadBytes;
    private int unsent;
    private long unsentBytes;
    PauseHistogram pauses = new PauseHistogram();

    void count(MovedKind kind) {
        switch (kind) {
            case MOA -> moa++;
            case RESP -> resp++;
            case UNDECIDED -> undecided++;
        }
    }

    void rested(Movable.Rest rest) {
        count(rest.kind());
        callsInFlight += rest.openCalls();
        halfRead += rest.halfReadBytes() > 0 ? 1 : 0;
        halfReadBytes += rest.halfReadBytes();
        unsent += rest.unsentBytes() > 0 ? 1 : 0;
        unsentBytes += rest.unsentBytes();
    }

    HandOverLedger ledger() {
        PauseHistogram copy = new PauseHistogram();
        copy.add(pauses);
        return new HandOverLedger(
                moa,
                resp,
                undecided,
                kept,
                halfRead,
                halfReadBytes,
                unsent,
                unsentBytes,
                callsInFlight,
                callsFinished,
                callsUnanswered,
                callsForwarded,
                callsLost,
                copy);
    }

    /** All but the pauses, as it travels. */
    byte[] encode() {
        return bytes(
                moa,
                resp,
                undecided,
                kept,
                halfRead,
                halfReadBytes,
                unsent,
                unsentBytes,
                callsInFlight,
                callsFinished,
                callsUnanswered,
                callsForwarded,
                callsLost);
    }

    /** Takes over what the other process added up, but for the pauses; numbers that a newer one has beyond are not known here. */
    void read(byte[] encoded) {
        long[] numbers = longs(encoded);
        if (numbers.length < NUMBERS) {
            return;
        }
        moa = (int) numbers[0];
        resp = (int) numbers[1];
        undecided = (int) numbers[2];
        kept = (int) numbers[3];
        halfRead = (int) numbers[4];
        halfReadBytes = numbers[5];
        unsent = (int) numbers[6];
        unsentBytes = numbers[7];
        callsInFlight = (int) numbers[8];
        callsFinished = (int) numbers[9];
        callsUnanswered = (int) numbers[10];
        callsForwarded = (int) numbers[11];
    }

    static byte[] bytes(long... numbers) {
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES * numbers.length);
        for (long number : numbers) {
            out.putLong(number);
        }
        return out.array();
    }

    static long[] longs(byte[] bytes) {
        long[] numbers = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(numbers);
        return numbers;
    }
}
