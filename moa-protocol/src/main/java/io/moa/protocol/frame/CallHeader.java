package io.moa.protocol.frame;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the caller says of a call: a Protobuf message, {@code CallHeader} in {@code io/moa/wire/v1/wire.proto}, written and
 * read by hand. Hops copy its bytes and do not write it anew, so that fields they do not know arrive at the end.
 *
 * <pre>
 *    +------------------+------------------+----------------------------------+
 *    |  1  Target       |  2  Caller       |  3 to 12, each only if it says   |
 *    |  one per method  |  one per process |  something: nothing in most calls|
 *    +------------------+------------------+----------------------------------+
 *      encodeTarget       encodeCaller       writeDynamic
 * </pre>
 *
 * <p>The first two parts are the same bytes in every call of a method. A caller keeps them as arrays and copies them; a
 * server finds what they mean in a {@link BytesTable} and parses them once.
 *
 * <p>A parsed header is immutable and does not need the buffer any more, except that the positions of target and caller
 * are indexes in it.
 */
public final class CallHeader {

    /** How many entries a map of the header may have. */
    public static final int MAX_MAP_ENTRIES = 128;

    /** How many characters the keys and values of a map may have together. */
    public static final int MAX_MAP_CHARS = Baggage.MAX_ATTACHMENT_CHARS;

    private static final int TARGET = 1;
    private static final int CALLER = 2;
    private static final int TAG = 3;
    private static final int LOAD_TEST = 4;
    private static final int TRACEPARENT = 5;
    private static final int TRACESTATE = 6;
    private static final int CRITICALITY = 7;
    private static final int IDEMPOTENCY_KEY = 8;
    private static final int CALL_KEYS = 9;
    private static final int COMPRESSION = 10;
    private static final int ATTACHMENTS = 11;
    private static final int HOP_ATTACHMENTS = 12;

    private static final int TRACEPARENT_BYTES = 25;
    private static final int MAX_TEXT_BYTES = 1024; // tag and idempotency key
    private static final int MAX_TRACESTATE_CHARS = 512;
    private static final int MAX_NAME_BYTES = 1024;
    private static final byte[] NOTHING = {};

    private int targetIndex;
    private int targetLength;
    private int callerIndex;
    private int callerLength;
    private Baggage baggage = Baggage.EMPTY;
    private @Nullable String idempotencyKey;
    private Map<String, String> callKeys = Map.of();
    private Map<String, String> hopAttachments = Map.of();
    private int compression;

    private CallHeader() {}

    /** The complete field 1, tag and length included. The stub keeps it, one per method. */
    public static byte[] encodeTarget(ServiceId service, MethodId method, int serializer) {
        return encodeTarget(new Target(service, method, serializer));
    }

    /** As {@link #encodeTarget(ServiceId, MethodId, int)}, for a call to an agent that was told of the method before. */
    public static byte[] encodeTarget(Target target) {
        ServiceId service = target.service();
        MethodId method = target.method();
        int serializer = target.serializer();
        int length = FieldWriter.stringLength(service.name())
                + FieldWriter.stringLength(service.group())
                + FieldWriter.stringLength(service.version())
                + FieldWriter.stringLength(method.name())
                + FieldWriter.stringLength(method.signature())
                + FieldWriter.numberLength(serializer)
                + FieldWriter.stringLength(target.announcement());
        byte[] bytes = new byte[1 + FieldWriter.varintLength(length) + length];
        ByteBuf out = Unpooled.wrappedBuffer(bytes).clear();
        FieldWriter.message(out, TARGET, length);
        FieldWriter.string(out, 1, service.name());
        FieldWriter.string(out, 2, service.group());
        FieldWriter.string(out, 3, service.version());
        FieldWriter.string(out, 4, method.name());
        FieldWriter.string(out, 5, method.signature());
        FieldWriter.number(out, 6, serializer);
        FieldWriter.string(out, 7, target.announcement());
        return bytes;
    }

    /** The complete field 2, tag and length included; empty for {@link Caller#UNKNOWN}. */
    public static byte[] encodeCaller(Caller caller) {
        int length = FieldWriter.stringLength(caller.application()) + FieldWriter.stringLength(caller.instance());
        if (length == 0) {
            return NOTHING;
        }
        byte[] bytes = new byte[1 + FieldWriter.varintLength(length) + length];
        ByteBuf out = Unpooled.wrappedBuffer(bytes).clear();
        FieldWriter.message(out, CALLER, length);
        FieldWriter.string(out, 1, caller.application());
        FieldWriter.string(out, 2, caller.instance());
        return bytes;
    }

    /**
     * Writes fields 3 to 12; nothing at all for a call without baggage, keys and attachments.
     *
     * @param compression how the body is compressed, 0 for not
     * @throws HeaderException if a map has more than {@value #MAX_MAP_ENTRIES} entries; the buffer then holds a part of
     *     the header
     */
    public static void writeDynamic(ByteBuf out, Invocation call, int compression) {
        Baggage baggage = call.baggage();
        String tag = baggage.tag();
        if (tag != null) {
            FieldWriter.string(out, TAG, tag);
        }
        FieldWriter.bool(out, LOAD_TEST, baggage.loadTest());
        Trace trace = baggage.trace();
        if (trace != null) {
            write(out, trace);
        }
        if (baggage.criticality() != Criticality.CRITICAL) {
            FieldWriter.number(out, CRITICALITY, baggage.criticality().code());
        }
        String key = call.idempotencyKey();
        if (key != null) {
            FieldWriter.string(out, IDEMPOTENCY_KEY, key);
        }
        FieldWriter.map(out, CALL_KEYS, call.callKeys(), "call keys");
        FieldWriter.number(out, COMPRESSION, compression);
        FieldWriter.map(out, ATTACHMENTS, baggage.attachments(), "attachments");
        FieldWriter.map(out, HOP_ATTACHMENTS, call.hopAttachments(), "hop attachments");
    }

    private static void write(ByteBuf out, Trace trace) {
        FieldWriter.message(out, TRACEPARENT, TRACEPARENT_BYTES);
        out.writeLong(trace.traceIdHigh());
        out.writeLong(trace.traceIdLow());
        out.writeLong(trace.parentId());
        out.writeByte(trace.flags());
        String state = trace.state();
        if (state != null) {
            FieldWriter.string(out, TRACESTATE, state);
        }
    }

    /**
     * Reads a call header.
     *
     * @throws HeaderException if it is malformed or over a limit, or names its target or caller twice
     */
    public static CallHeader parse(ByteBuf in, int index, int length) {
        CallHeader header = new CallHeader();
        FieldReader fields = new FieldReader(in, index, length, "CallHeader");
        Parts parts = null; // most calls have neither
        while (fields.next()) {
            switch (fields.field()) {
                case TARGET -> {
                    once(header.targetLength, "target");
                    header.targetIndex = fields.valueIndex();
                    header.targetLength = fields.valueLength();
                }
                case CALLER -> {
                    once(header.callerLength, "caller");
                    header.callerIndex = fields.valueIndex();
                    header.callerLength = fields.valueLength();
                }
                default -> {
                    if (fields.field() <= HOP_ATTACHMENTS) {
                        parts = parts == null ? new Parts() : parts;
                        parts.take(fields, in);
                    }
                }
            }
        }
        if (parts != null) {
            parts.into(header);
        }
        return header;
    }

    private static void once(int lengthSoFar, String what) {
        // Protobuf would merge the two. A hop that decides by the first and a server that runs the second must not
        // exist.
        if (lengthSoFar > 0) {
            throw new HeaderException("CallHeader names its " + what + " twice");
        }
    }

    /** Reads the nested message Caller. */
    public static Caller parseCaller(ByteBuf in, int index, int length) {
        if (length == 0) {
            return Caller.UNKNOWN;
        }
        String application = "";
        String instance = "";
        FieldReader fields = new FieldReader(in, index, length, "Caller");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> application = fields.word(MAX_NAME_BYTES);
                case 2 -> instance = fields.word(MAX_NAME_BYTES);
                default -> {} // a newer peer's
            }
        }
        return new Caller(application, instance);
    }

    /** Where the nested message Target begins in the buffer; {@link Target#parse} reads it. */
    public int targetIndex() {
        return targetIndex;
    }

    /** How long it is; 0 if the header has none, which no server can serve. */
    public int targetLength() {
        return targetLength;
    }

    /** Where the nested message Caller begins in the buffer; {@link #parseCaller} reads it. */
    public int callerIndex() {
        return callerIndex;
    }

    /** How long it is; 0 if the header has none. */
    public int callerLength() {
        return callerLength;
    }

    /** {@link Baggage#EMPTY} if the header says nothing of it. */
    public Baggage baggage() {
        return baggage;
    }

    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    public Map<String, String> callKeys() {
        return callKeys;
    }

    public Map<String, String> hopAttachments() {
        return hopAttachments;
    }

    /** How the body is compressed; 0 for not. */
    public int compression() {
        return compression;
    }

    /** Collects the fields that most calls do not have. */
    private static final class Parts {
        private @Nullable String tag;
        private boolean loadTest;
        private long traceHigh;
        private long traceLow;
        private long parentId;
        private int traceFlags;
        private @Nullable String traceState;
        private int criticality;
        private @Nullable String idempotencyKey;
        private int compression;
        private final Texts callKeys = new Texts();
        private final Texts attachments = new Texts();
        private final Texts hopAttachments = new Texts();

        void take(FieldReader fields, ByteBuf in) {
            switch (fields.field()) {
                case TAG -> tag = fields.word(MAX_TEXT_BYTES);
                case LOAD_TEST -> loadTest = fields.bool();
                case TRACEPARENT -> takeTrace(fields, in);
                case TRACESTATE -> {
                    traceState = fields.word(MAX_TEXT_BYTES);
                    if (traceState.length() > MAX_TRACESTATE_CHARS) {
                        throw new HeaderException("tracestate has " + traceState.length() + " characters; the limit is "
                                + MAX_TRACESTATE_CHARS);
                    }
                }
                case CRITICALITY -> criticality = fields.int31();
                case IDEMPOTENCY_KEY -> idempotencyKey = fields.word(MAX_TEXT_BYTES);
                case CALL_KEYS -> callKeys.take(fields);
                case COMPRESSION -> compression = fields.int31();
                case ATTACHMENTS -> attachments.take(fields);
                case HOP_ATTACHMENTS -> hopAttachments.take(fields);
                default -> throw new IllegalStateException("not a field of a call: " + fields.field());
            }
        }

        private void takeTrace(FieldReader fields, ByteBuf in) {
            int index = fields.valueIndex();
            if (fields.valueLength() != TRACEPARENT_BYTES) {
                throw new HeaderException(
                        "traceparent has " + TRACEPARENT_BYTES + " bytes, not " + fields.valueLength());
            }
            traceHigh = in.getLong(index);
            traceLow = in.getLong(index + 8);
            parentId = in.getLong(index + 16);
            traceFlags = in.getUnsignedByte(index + 24);
        }

        void into(CallHeader header) {
            Trace trace = null;
            // W3C Trace Context: an invalid traceparent is as good as none, and no reason to fail a call.
            if ((traceHigh | traceLow) != 0 && parentId != 0) {
                trace = new Trace(traceHigh, traceLow, parentId, traceFlags, traceState);
            }
            Criticality critical = Criticality.ofCode(criticality);
            Map<String, String> texts = attachments.done();
            if (tag != null || loadTest || trace != null || critical != Criticality.CRITICAL || !texts.isEmpty()) {
                header.baggage = new Baggage(tag, loadTest, trace, critical, texts);
            }
            header.idempotencyKey = idempotencyKey;
            header.callKeys = callKeys.done();
            header.hopAttachments = hopAttachments.done();
            header.compression = compression;
        }
    }

    /** One map of the header while it is read. */
    private static final class Texts {
        private @Nullable Map<String, String> map;
        private int entries;
        private int chars;

        void take(FieldReader fields) {
            Map<String, String> into = map;
            if (into == null) {
                into = new HashMap<>();
                map = into;
            }
            // Counted by entry and not by key, so that repeating one key is no way round.
            if (++entries > MAX_MAP_ENTRIES) {
                throw new HeaderException(
                        "Field " + fields.field() + " of CallHeader has more than " + MAX_MAP_ENTRIES + " entries");
            }
            chars = fields.entry(into, chars, MAX_MAP_CHARS);
        }

        Map<String, String> done() {
            return map == null ? Map.of() : Map.copyOf(map);
        }
    }
}
