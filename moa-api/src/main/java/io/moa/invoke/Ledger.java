package io.moa.invoke;

import io.moa.discovery.ServiceId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of one call went, phase by phase. Each call has one ledger at the caller and one at the server; the
 * server's part comes back with the reply, or, for a call that is about to time out, with the answer to the caller's
 * inquiry.
 *
 * <p><b>Threads.</b> Whoever holds the call writes; the call is handed on through queues that order memory. Readers on
 * other threads (an inquiry, a message about a timeout) see each value whole, perhaps a moment old, and never block the
 * call.
 *
 * <p><b>Several attempts.</b> Attempts that follow one another share the ledger of the call. One that is made beside another has a ledger
 * of its own, and if it is the one that counts, the call's ledger {@linkplain #adopt adopts} it.
 *
 * <p>All times are nanoseconds of the owner's {@link Ticker}.
 */
public final class Ledger {

    /** Told that a call waits for somebody who says nothing. */
    @FunctionalInterface
    public interface SilenceListener {

        /**
         * Nothing at all has been heard on the call's connection for a while, although the peer was asked for a sign of life. The
         * attempt goes on. Called at most once for each attempt, by the connection's own thread, which it must not block.
         *
         * @param attempt withdraws this attempt alone; it may be told at any time, also when the attempt has ended
         */
        void silent(Cancellation.Listener attempt);
    }

    private static final Phase[] PHASES = Phase.values();
    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(Ledger.class, "current", Phase.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long startNanos;
    private final long[] spent = new long[PHASES.length];
    private long sinceNanos;

    @SuppressWarnings("FieldMayBeFinal") // written through CURRENT
    private Phase current;

    private boolean settled;
    private String sentTo = "";
    private @Nullable ServiceId ledTo;
    private @Nullable SilenceListener silence;
    private @Nullable Ledger adopted; // of the attempt that counts, if it is another one
    private byte sentBeside; // no more than attempts, and a call's ledger is no larger for it
    private byte sent; // at most 127, as above

    /** Opens a ledger whose first phase begins now. */
    public Ledger(Phase first, long nowNanos) {
        this.startNanos = nowNanos;
        this.sinceNanos = nowNanos;
        this.current = first;
    }

    /** Ends the phase in progress and begins {@code next}. A phase may be entered again; its times add up. */
    public void enter(Phase next, long nowNanos) {
        spent[current.ordinal()] += nowNanos - sinceNanos;
        sinceNanos = nowNanos;
        CURRENT.setRelease(this, next);
    }

    /** The phase in progress. */
    public Phase current() {
        return (Phase) CURRENT.getAcquire(counting());
    }

    /** When the phase in progress began. */
    public long sinceNanos() {
        return counting().sinceNanos;
    }

    /** Notes the instance that the latest attempt goes to, by its uuid. */
    public void sentTo(String instance) {
        sentTo = instance;
        if (sent < Byte.MAX_VALUE) {
            sent++;
        }
    }

    /** The uuid of the instance that the latest attempt went to; empty before one was picked. */
    public String sentTo() {
        return counting().sentTo;
    }

    /** Notes that a rule leads the call to another service than it was made to; null if none does any more. */
    public void ledTo(@Nullable ServiceId service) {
        ledTo = service;
    }

    /** The service to which a rule has led the call; null if it goes to the one it was made to. */
    public @Nullable ServiceId ledTo() {
        return ledTo;
    }

    /** Who is told if the latest attempt's peer says nothing; replaces whoever was to be told before. Before the attempt is sent. */
    public void onSilence(SilenceListener listener) {
        silence = listener;
    }

    /**
     * The connection has heard nothing, though it asked. Tells whoever wants to know, once.
     *
     * @param attempt withdraws the attempt that waits there
     */
    public void silent(Cancellation.Listener attempt) {
        SilenceListener listener = silence;
        if (listener != null) {
            silence = null;
            listener.silent(attempt);
        }
    }

    /**
     * From now on this ledger tells what the other one says, which is of the attempt that counts. What is still entered here, by an attempt
     * that was withdrawn and does not know it yet, changes nothing of that. Before the reply is handed on.
     *
     * @param other opened at the same moment as this one
     */
    public void adopt(Ledger other) {
        adopted = other;
    }

    /**
     * Notes that an attempt which was made beside another one, with a ledger of its own, was sent and has ended. Before the reply of both
     * is handed on.
     */
    public void sentBeside() {
        sentBeside++;
    }

    /** How many attempts beside others were sent so far and have ended; 0 for a call that was never hedged. */
    public int timesSentBeside() {
        return sentBeside;
    }

    /** For how many attempts an instance was chosen so far, those beside others included once they have ended. */
    public int timesSent() {
        return sent + sentBeside;
    }

    private Ledger counting() {
        Ledger other = adopted;
        return other == null ? this : other;
    }

    /** When the ledger was opened. */
    public long startNanos() {
        return startNanos;
    }

    /** Time spent in a phase that has ended, or so far in those that were entered before; 0 if never entered. */
    public long spentNanos(Phase phase) {
        return counting().spent[phase.ordinal()];
    }

    /**
     * Adds what another party measured of a phase inside the phase in progress, which therefore shrinks by as much: the
     * server's phases all lie within the time that the caller counts as {@link Phase#BACK}.
     */
    public void addMeasured(Phase phase, long nanos) {
        spent[phase.ordinal()] += nanos;
        spent[Phase.BACK.ordinal()] -= nanos;
    }

    /** Ends the phase in progress for good. Idempotent: the first end counts. */
    public void settle(long nowNanos) {
        counting().end(nowNanos);
    }

    private void end(long nowNanos) {
        if (!settled) {
            settled = true;
            Phase last = current;
            spent[last.ordinal()] += nowNanos - sinceNanos;
            sinceNanos = nowNanos;
            long overlap = -spent[Phase.BACK.ordinal()];
            if (overlap > 0) {
                // The server may begin while the caller's thread is still on its way out of the system call that sent
                // the
                // bytes. What both counted belongs to the server; what is left over is a rounding between clocks.
                spent[Phase.BACK.ordinal()] = 0;
                spent[Phase.WRITE.ordinal()] -= Math.min(overlap, spent[Phase.WRITE.ordinal()]);
            }
        }
    }

    /** From opening to the last entry. */
    public long totalNanos() {
        return counting().sinceNanos - startNanos;
    }

    /** The phase in which most of the time went; the earliest of equals. */
    public Phase guiltiest() {
        Phase guilty = Phase.CLIENT_QUEUE;
        for (Phase phase : PHASES) {
            if (spentNanos(phase) > spentNanos(guilty)) {
                guilty = phase;
            }
        }
        return guilty;
    }

    /**
     * One sentence that names the guilty phase, such as "98.2 ms of 100.1 ms went to server queue: waiting at the server
     * for a free worker."
     */
    public String verdict() {
        Phase guilty = guiltiest();
        return millis(spentNanos(guilty)) + " of " + millis(totalNanos()) + " went to " + guilty.label() + ": "
                + guilty.place() + ".";
    }

    /** All phases on one line, in milliseconds. */
    public String account() {
        StringBuilder line = new StringBuilder(160);
        for (Phase phase : PHASES) {
            if (line.length() > 0) {
                line.append(", ");
            }
            line.append(phase.label()).append(' ').append(millis(spentNanos(phase)));
        }
        return line.toString();
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, nanos >= 10_000_000 ? "%.1f ms" : "%.3f ms", nanos / 1e6);
    }

    @Override
    public String toString() {
        return "Ledger[" + account() + "]";
    }
}
