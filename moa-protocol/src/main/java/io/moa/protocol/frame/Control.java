package io.moa.protocol.frame;

import io.moa.invoke.Deadline;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What is said about calls beside the calls themselves. One of the forms below; forms of newer peers are ignored. */
public sealed interface Control extends Message {

    /**
     * Asks the server where a call is. A caller asks just before the call's deadline, so that its message about the
     * timeout can name the guilty phase.
     *
     * @param requestId which call
     */
    record Inquiry(long requestId) implements Control {
        @Override
        public void encode(ByteBuf out) {
            FieldWriter.message(out, 1, FieldWriter.numberLength(requestId));
            FieldWriter.number(out, 1, requestId);
        }
    }

    /**
     * Answers an {@link Inquiry}.
     *
     * @param requestId which call
     * @param known whether the server has the call; if not, it never arrived or has been answered, and the rest is empty
     * @param phase where the call is, or null if not said
     * @param inPhaseNanos for how long it has been there
     * @param queueNanos what the ended phases took: {@link Phase#SERVER_QUEUE}
     * @param decodeNanos {@link Phase#DECODE}
     * @param executeNanos {@link Phase#EXECUTE}
     * @param encodeNanos {@link Phase#ENCODE}
     */
    record Progress(
            long requestId,
            boolean known,
            @Nullable Phase phase,
            long inPhaseNanos,
            long queueNanos,
            long decodeNanos,
            long executeNanos,
            long encodeNanos)
            implements Control {

        /** No call lasts longer; what a hostile peer says beyond it must not overflow sums. */
        private static final long MAX_NANOS = Deadline.MAX.toNanos();

        /** The answer about a call that the server does not have. */
        public static Progress unknown(long requestId) {
            return new Progress(requestId, false, null, 0, 0, 0, 0, 0);
        }

        /** The answer about a call whose ledger this is. */
        public static Progress of(long requestId, Ledger server, long nowNanos) {
            return new Progress(
                    requestId,
                    true,
                    server.current(),
                    Math.max(0, nowNanos - server.sinceNanos()),
                    server.spentNanos(Phase.SERVER_QUEUE),
                    server.spentNanos(Phase.DECODE),
                    server.spentNanos(Phase.EXECUTE),
                    server.spentNanos(Phase.ENCODE));
        }

        /** Adds what the server says to the ledger of the caller: the ended phases, and the one in progress so far. */
        public void addTo(Ledger caller) {
            add(caller, Phase.SERVER_QUEUE, queueNanos);
            add(caller, Phase.DECODE, decodeNanos);
            add(caller, Phase.EXECUTE, executeNanos);
            add(caller, Phase.ENCODE, encodeNanos);
            if (phase != null && phase.atServer()) {
                add(caller, phase, inPhaseNanos);
            }
        }

        private static void add(Ledger caller, Phase phase, long nanos) {
            if (nanos > 0) {
                caller.addMeasured(phase, Math.min(nanos, MAX_NANOS));
            }
        }

        @Override
        public void encode(ByteBuf out) {
            int phaseCode = phase == null ? 0 : PhaseCode.of(phase);
            FieldWriter.message(
                    out,
                    2,
                    FieldWriter.numberLength(requestId)
                            + FieldWriter.numberLength(known ? 1 : 0)
                            + FieldWriter.numberLength(phaseCode)
                            + FieldWriter.numberLength(inPhaseNanos)
                            + FieldWriter.numberLength(queueNanos)
                            + FieldWriter.numberLength(decodeNanos)
                            + FieldWriter.numberLength(executeNanos)
                            + FieldWriter.numberLength(encodeNanos));
            FieldWriter.number(out, 1, requestId);
            FieldWriter.bool(out, 2, known);
            FieldWriter.number(out, 3, phaseCode);
            FieldWriter.number(out, 4, inPhaseNanos);
            FieldWriter.number(out, 5, queueNanos);
            FieldWriter.number(out, 6, decodeNanos);
            FieldWriter.number(out, 7, executeNanos);
            FieldWriter.number(out, 8, encodeNanos);
        }
    }

    /**
     * Says that the peer broke the protocol in one call, such as with a request id that was used before. The call was not
     * run, and the connection lives.
     *
     * @param requestId which call
     * @param message what was wrong, for people; made fit to be shown, and cut to 4,096 characters
     */
    record ProtocolError(long requestId, String message) implements Control {

        public ProtocolError {
            message = Sentence.of(message);
        }

        @Override
        public void encode(ByteBuf out) {
            FieldWriter.message(out, 3, FieldWriter.numberLength(requestId) + FieldWriter.stringLength(message));
            FieldWriter.number(out, 1, requestId);
            FieldWriter.string(out, 2, message);
        }
    }

    /**
     * Reads one. Of several forms in one message the last counts, as everywhere in Protobuf.
     *
     * @return null if it is of a form that this version does not know
     */
    static @Nullable Control parse(ByteBuf in, int index, int length) {
        Control control = null;
        FieldReader fields = new FieldReader(in, index, length, "Control");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> control = inquiry(nested(in, fields, "Inquiry"));
                case 2 -> control = progress(nested(in, fields, "Progress"));
                case 3 -> control = protocolError(nested(in, fields, "ProtocolError"));
                default -> {} // a newer peer's
            }
        }
        return control;
    }

    private static FieldReader nested(ByteBuf in, FieldReader outer, String name) {
        return new FieldReader(in, outer.valueIndex(), outer.valueLength(), name);
    }

    private static Inquiry inquiry(FieldReader fields) {
        long requestId = 0;
        while (fields.next()) {
            if (fields.field() == 1) {
                requestId = fields.uint64();
            }
        }
        return new Inquiry(requestId);
    }

    private static Progress progress(FieldReader fields) {
        long requestId = 0;
        boolean known = false;
        int phase = 0;
        long inPhase = 0;
        long queue = 0;
        long decode = 0;
        long execute = 0;
        long encode = 0;
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> requestId = fields.uint64();
                case 2 -> known = fields.bool();
                case 3 -> phase = fields.int31();
                case 4 -> inPhase = fields.int63();
                case 5 -> queue = fields.int63();
                case 6 -> decode = fields.int63();
                case 7 -> execute = fields.int63();
                case 8 -> encode = fields.int63();
                default -> {} // a newer peer's
            }
        }
        return new Progress(requestId, known, PhaseCode.phase(phase), inPhase, queue, decode, execute, encode);
    }

    private static ProtocolError protocolError(FieldReader fields) {
        long requestId = 0;
        String message = "";
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> requestId = fields.uint64();
                case 2 -> message = fields.string(Integer.MAX_VALUE);
                default -> {} // a newer peer's
            }
        }
        return new ProtocolError(requestId, message);
    }
}
