package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.moa.discovery.ServiceId;
import io.moa.internal.Nearest;
import io.moa.internal.UntrustedText;
import io.moa.invoke.Baggage;
import io.moa.invoke.Criticality;
import io.moa.invoke.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads calls that are JSON objects, as callers of any language write them: {@code {"service":"shop.Stock","method":"reserve",
 * "args":["top",2]}}. Of the arguments only the syntax is looked at, and what is wrong within them beside that, such as a name that
 * stands twice, is found when they are decoded. Safe for many threads.
 *
 * <p>All fields but {@code service} and {@code method} may be left out or be null, which says the same. Other fields are refused: a
 * caller who misspells {@code timeoutMs} would otherwise wait for ever.
 */
public final class JsonRequestReader {

    /** The longest time that a request may say, in milliseconds: 30 days, as of the policy {@code timeout}. */
    public static final long MAX_TIMEOUT_MILLIS = 2_592_000_000L;

    /** The most bytes that one of the texts takes, as on the wire; method, state and attachments have bounds of their own. */
    public static final int MAX_TEXT_BYTES = 1_024;

    /** The most attachments. */
    public static final int MAX_ATTACHMENTS = 128;

    static final int MAX_NAME_CHARS = 1_000;
    private static final int MAX_METHOD_BYTES = 8_192;
    private static final int MAX_STATE_BYTES = 512;

    /** The fields of a request, in the order in which their bits stand in {@link Parts#seen}. */
    private static final List<String> FIELDS = List.of(
            "service",
            "method",
            "args",
            "group",
            "version",
            "timeoutMs",
            "caller",
            "tag",
            "traceparent",
            "tracestate",
            "attachments",
            "idempotencyKey",
            "criticality",
            "loadTest",
            "oneWay");

    private final JsonFactory factory;
    private final SerializationLimits limits;

    /**
     * With these limits: of them {@code maxBodyBytes} holds for the whole request, and the depth is one more, for the request itself.
     */
    public JsonRequestReader(SerializationLimits limits) {
        this.limits = limits;
        this.factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonMaxDepth() + 1)
                        // Of the request's own texts; those in arguments are passed over here, and bounded where they
                        // are decoded.
                        .maxStringLength(Baggage.MAX_ATTACHMENT_CHARS)
                        .maxNumberLength(limits.jsonMaxNumberChars())
                        .maxNameLength(MAX_NAME_CHARS)
                        .maxTokenCount(10L * limits.maxElements())
                        .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .recyclerPool(JsonRecyclerPools.newBoundedPool(
                        Math.max(16, 4 * Runtime.getRuntime().availableProcessors())))
                .build();
    }

    /**
     * Reads a request from all readable bytes, and leaves the reader index where it is.
     *
     * @throws SerializationException if the bytes are not exactly one request, or over a limit; the message names the field
     */
    public JsonRequest read(ByteBuf in) {
        return read(in, null);
    }

    /**
     * The same, which takes less time if the request is written as another one.
     *
     * @param last what another request said, such as the one before on its connection; null if there is none
     */
    public JsonRequest read(ByteBuf in, @Nullable JsonEnvelope last) {
        int length = in.readableBytes();
        if (length > limits.maxBodyBytes()) {
            throw SerializationException.overLimit(
                    "A request of " + length + " bytes is over the limit maxBodyBytes, " + limits.maxBodyBytes() + ".");
        }
        if (length <= JsonPlainRequest.MAX_BYTES) {
            byte[] bytes = ByteBufUtil.getBytes(in, in.readerIndex(), length, true);
            JsonRequest plain = JsonPlainRequest.read(bytes, last, limits);
            if (plain != null) {
                return plain;
            }
        }
        requireUtf8(in, length);
        Parts parts = new Parts();
        JsonRequestArguments arguments = new JsonRequestArguments(in);
        try (JsonParser json = parser(in, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw SerializationException.malformed("A request is a JSON object, such as"
                        + " {\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":[\"top\",2]}, not "
                        + (json.hasCurrentToken() ? JsonBody.found(json.currentToken()) : "empty") + ".");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                parts.take(name, json, arguments);
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw SerializationException.malformed("The request has no end.");
            }
            if (json.nextToken() != null) {
                throw SerializationException.malformed("More JSON follows after the end of the request, at byte "
                        + json.currentTokenLocation().getByteOffset() + ".");
            }
        } catch (StreamConstraintsException e) {
            throw SerializationException.overLimit(
                    parts.place() + " is over a limit: it " + JsonOverLimit.told(e, limits) + ".");
        } catch (JsonProcessingException e) {
            throw SerializationException.malformed("The request is not well-formed JSON"
                    + (e.getLocation() == null
                            ? "."
                            : ", near byte " + e.getLocation().getByteOffset() + "."));
        } catch (IOException | RuntimeException | Error e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.MALFORMED,
                    "The request cannot be read (" + e.getClass().getSimpleName() + ").");
        }
        return new JsonRequest(parts.done(), arguments, false);
    }

    private JsonParser parser(ByteBuf in, int length) throws IOException {
        return in.hasArray()
                ? factory.createParser(in.array(), in.arrayOffset() + in.readerIndex(), length)
                : factory.createParser((InputStream) new ByteBufInputStream(in.slice()));
    }

    /** Jackson guesses UTF-16 and UTF-32 from the first bytes; then places would be counted in characters. */
    static void requireUtf8(ByteBuf in, int length) {
        for (int i = 0; i < Math.min(4, length); i++) {
            int b = in.getUnsignedByte(in.readerIndex() + i);
            if (b == 0 || (i == 0 && b >= 0xEF)) {
                throw SerializationException.malformed("A call is JSON in UTF-8, without a byte order mark.");
            }
        }
    }

    /** What a request says, while it is read. */
    static final class Parts {
        private int seen;
        private String field = "";
        private String service = "";
        private String group = "";
        private String version = "";
        private String method = "";
        long timeoutMillis;
        String caller = "";
        private @Nullable String tag;
        private @Nullable Trace trace;
        private @Nullable String traceState;
        private Map<String, String> attachments = Map.of();

        @Nullable
        String idempotencyKey;

        private Criticality criticality = Criticality.CRITICAL;
        private boolean loadTest;
        boolean oneWay;
        Baggage baggage = Baggage.EMPTY; // gathered when all is read

        /**
         * Takes the value behind a name.
         *
         * @param arguments filled if it is they; not kept, as what is said may be remembered for longer than a request
         */
        void take(String name, JsonParser json, JsonRequestArguments arguments) throws IOException {
            int bit = FIELDS.indexOf(name);
            if (bit < 0) {
                throw unknown(name);
            }
            field = name;
            if ((seen & (1 << bit)) != 0) {
                throw wrong("stands twice in the request");
            }
            seen |= 1 << bit;
            JsonToken token = json.nextToken();
            if (token == JsonToken.VALUE_NULL || token == null) {
                return; // nothing is said, or the end is missed by whoever asks next
            }
            switch (name) {
                case "service" -> service = word(json, MAX_TEXT_BYTES);
                case "method" -> method = word(json, MAX_METHOD_BYTES);
                case "args" -> arguments.take(json);
                case "group" -> group = word(json, MAX_TEXT_BYTES);
                case "version" -> version = word(json, MAX_TEXT_BYTES);
                case "timeoutMs" -> timeoutMillis = millis(json);
                case "caller" -> caller = word(json, MAX_TEXT_BYTES);
                case "tag" -> tag = nullIfEmpty(word(json, MAX_TEXT_BYTES));
                case "traceparent" -> trace = trace(word(json, MAX_TEXT_BYTES));
                case "tracestate" -> traceState = word(json, MAX_STATE_BYTES);
                case "attachments" -> attachments = attachments(json);
                case "idempotencyKey" -> idempotencyKey = nullIfEmpty(word(json, MAX_TEXT_BYTES));
                case "criticality" -> criticality = criticality(word(json, MAX_TEXT_BYTES));
                case "loadTest" -> loadTest = isTrue(json);
                case "oneWay" -> oneWay = isTrue(json);
                default -> throw new IllegalStateException("a field without a reader: " + name);
            }
        }

        /** Whether this is a field, and was not there before. */
        boolean isFirst(String name) {
            int place = FIELDS.indexOf(name);
            if (place < 0 || (seen & (1 << place)) != 0) {
                return false;
            }
            seen |= 1 << place;
            return true;
        }

        /** Takes a text of printable ASCII; whether there is such a field, and it takes that. */
        boolean takePlain(String name, String text) {
            if (!isFirst(name) || text.length() > MAX_TEXT_BYTES) {
                return false;
            }
            switch (name) {
                case "service" -> service = text;
                case "method" -> method = text;
                case "group" -> group = text;
                case "version" -> version = text;
                case "caller" -> caller = text;
                case "tag" -> tag = nullIfEmpty(text);
                case "traceparent" -> trace = trace(text);
                case "idempotencyKey" -> idempotencyKey = nullIfEmpty(text);
                default -> {
                    return false;
                }
            }
            return true;
        }

        /** Takes a whole number; whether there is such a field, and it takes that. */
        boolean takePlain(String name, long number) {
            timeoutMillis = number;
            return isFirst(name) && name.equals("timeoutMs") && number >= 1 && number <= MAX_TIMEOUT_MILLIS;
        }

        private static SerializationException unknown(String name) {
            String nearest = Nearest.of(name, FIELDS);
            for (int i = 0; nearest == null && name.length() > 2 && i < FIELDS.size(); i++) {
                nearest = FIELDS.get(i).startsWith(name) ? FIELDS.get(i) : null; // trace, timeout, idempotency
            }
            return SerializationException.malformed("A request has no field \"" + UntrustedText.shown(name, 64) + "\""
                    + (nearest == null ? "" : "; \"" + nearest + "\" may be meant")
                    + ". Its fields are " + String.join(", ", FIELDS) + ".");
        }

        private SerializationException wrong(String why) {
            return SerializationException.malformed(place() + " " + why + ".");
        }

        String place() {
            return field.isEmpty() ? "The request" : "The field \"" + field + "\"";
        }

        /** A name that will appear in logs: as on the wire, without control characters. */
        private String word(JsonParser json, int most) throws IOException {
            String text = text(json, most);
            for (int i = 0; i < text.length(); i++) {
                if (Character.isISOControl(text.charAt(i))) {
                    throw wrong("has a control character at " + i);
                }
            }
            return text;
        }

        private String text(JsonParser json, int mostBytes) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw wrong("is a text, not " + JsonBody.found(json.currentToken()));
            }
            String text = json.getText();
            // A char takes one to three bytes, so most texts need not be encoded to know.
            if (text.length() > mostBytes
                    || (3 * text.length() > mostBytes && text.getBytes(StandardCharsets.UTF_8).length > mostBytes)) {
                throw SerializationException.overLimit(
                        place() + " takes more than " + mostBytes + " bytes, its limit.");
            }
            return whole(text);
        }

        private static @Nullable String nullIfEmpty(String text) {
            return text.isEmpty() ? null : text;
        }

        /** Half of a pair of surrogates is no character, and could not be sent on. */
        private String whole(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (Character.isSurrogate(text.charAt(i)) && Character.charCount(text.codePointAt(i++)) == 1) {
                    throw wrong("has half of a surrogate pair at " + (i - 1));
                }
            }
            return text;
        }

        private long millis(JsonParser json) throws IOException {
            long millis = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    ? json.getLongValue()
                    : 0;
            if (millis < 1 || millis > MAX_TIMEOUT_MILLIS) {
                throw wrong("is a whole number of milliseconds, 1 to " + MAX_TIMEOUT_MILLIS);
            }
            return millis;
        }

        private boolean isTrue(JsonParser json) {
            if (!json.currentToken().isBoolean()) {
                throw wrong("is true or false, not " + JsonBody.found(json.currentToken()));
            }
            return json.currentToken() == JsonToken.VALUE_TRUE;
        }

        /** W3C Trace Context: what is none is as good as none, and no reason to fail a call. */
        private static @Nullable Trace trace(String text) {
            try {
                return Trace.parse(text);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        private Criticality criticality(String text) {
            return switch (text) {
                case "CRITICAL_PLUS", "critical-plus" -> Criticality.CRITICAL_PLUS;
                case "CRITICAL", "critical" -> Criticality.CRITICAL;
                case "SHEDDABLE_PLUS", "sheddable-plus" -> Criticality.SHEDDABLE_PLUS;
                case "SHEDDABLE", "sheddable" -> Criticality.SHEDDABLE;
                default -> throw wrong("is one of CRITICAL_PLUS, CRITICAL, SHEDDABLE_PLUS, SHEDDABLE");
            };
        }

        private Map<String, String> attachments(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrong("is an object of texts, not " + JsonBody.found(json.currentToken()));
            }
            Map<String, String> texts = new HashMap<>();
            int chars = 0;
            for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
                if (json.nextToken() != JsonToken.VALUE_STRING) {
                    throw wrong("has texts as values, not " + JsonBody.found(json.currentToken()));
                }
                String value = whole(json.getText());
                chars += key.length() + value.length();
                if (texts.size() == MAX_ATTACHMENTS || chars > Baggage.MAX_ATTACHMENT_CHARS) {
                    throw SerializationException.overLimit(place() + " has more than " + MAX_ATTACHMENTS + " texts or "
                            + Baggage.MAX_ATTACHMENT_CHARS + " characters: send large values as arguments.");
                }
                if (texts.put(whole(key), value) != null) {
                    throw wrong("has a name that stands twice");
                }
            }
            return texts;
        }

        private Baggage gather() {
            Trace known = trace;
            if (known != null && traceState != null) {
                known = new Trace(known.traceIdHigh(), known.traceIdLow(), known.parentId(), known.flags(), traceState);
            }
            return tag == null
                            && !loadTest
                            && known == null
                            && criticality == Criticality.CRITICAL
                            && attachments.isEmpty()
                    ? Baggage.EMPTY
                    : new Baggage(tag, loadTest, known, criticality, attachments);
        }

        JsonEnvelope done() {
            if (service.isEmpty() || method.isEmpty()) {
                throw SerializationException.malformed("A request says its \""
                        + (service.isEmpty() ? "service" : "method") + "\", a text that is not empty.");
            }
            int open = method.indexOf('(');
            if (open == 0 || (open > 0 && !method.endsWith(")"))) {
                throw SerializationException.malformed(
                        "The field \"method\" is a name, or a name with the types of parameters, such as"
                                + " reserve(java.lang.String,int).");
            }
            baggage = gather();
            return JsonEnvelope.of(
                    serviceId(),
                    open < 0 ? method : method.substring(0, open),
                    open < 0 ? null : method.substring(open).replace(" ", ""),
                    this);
        }

        private ServiceId serviceId() {
            try {
                ServiceId said = ServiceId.parse(service);
                if (group.isEmpty() && version.isEmpty()) {
                    return said;
                }
                return new ServiceId(
                        said.name(), either("group", said.group(), group), either("version", said.version(), version));
            } catch (IllegalArgumentException e) {
                field = "service"; // its message names the part that is wrong
                throw wrong("with group and version names no service: " + e.getMessage());
            }
        }

        private static String either(String what, String inService, String alone) {
            if (!inService.isEmpty() && !alone.isEmpty() && !inService.equals(alone)) {
                throw SerializationException.malformed(
                        "The field \"" + what + "\" says another " + what + " than the field \"service\".");
            }
            return alone.isEmpty() ? inService : alone;
        }
    }
}
