package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.moa.internal.UntrustedText;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.moa.protocol.payload.BytesPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a provider of another language answers: {@code {"result":…}} or {@code {"error":{…}}}, as {@link JsonReply} writes them.
 * The result stays bytes. Fields that are not known are passed over, since who answers may be newer. Safe for many threads.
 */
public final class JsonReplyReader {

    private static final int MAX_FIELDS = 64;

    private final JsonFactory factory;
    private final SerializationLimits limits;

    /** With these limits; {@code maxBodyBytes} holds for the whole reply. */
    public JsonReplyReader(SerializationLimits limits) {
        this.limits = limits;
        this.factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonMaxDepth() + 1)
                        .maxStringLength(limits.jsonMaxStringChars())
                        .maxNumberLength(limits.jsonMaxNumberChars())
                        .maxNameLength(JsonRequestReader.MAX_NAME_CHARS)
                        .maxTokenCount(10L * limits.maxElements())
                        .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /**
     * Reads a reply from all readable bytes, and leaves the reader index where it is. A result is a slice of them with a reference of its
     * own, which the receiver of the reply releases.
     *
     * @throws SerializationException if the bytes are no reply, or over a limit; the message says what is wrong, and nothing of the content
     */
    public Reply read(ByteBuf in) {
        int length = in.readableBytes();
        if (length > limits.maxBodyBytes()) {
            throw SerializationException.overLimit(
                    "A reply of " + length + " bytes is over the limit maxBodyBytes, " + limits.maxBodyBytes() + ".");
        }
        if (length == 0) {
            throw SerializationException.malformed("The reply is empty; one is {\"result\":…} or {\"error\":{…}}.");
        }
        JsonRequestReader.requireUtf8(in, length);
        try (JsonParser json = parser(in, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw SerializationException.malformed(
                        "A reply is a JSON object, {\"result\":…} or {\"error\":{…}}, not "
                                + JsonBody.found(json.currentToken()) + ".");
            }
            return reply(in, json);
        } catch (StreamConstraintsException e) {
            throw SerializationException.overLimit(
                    "The reply is over a limit: it " + JsonOverLimit.told(e, limits) + ".");
        } catch (JsonProcessingException e) {
            throw SerializationException.malformed("The reply is not well-formed JSON"
                    + (e.getLocation() == null
                            ? "."
                            : ", near byte " + e.getLocation().getByteOffset() + "."));
        } catch (IOException e) {
            throw SerializationException.malformed("The reply cannot be read.");
        }
    }

    private JsonParser parser(ByteBuf in, int length) throws IOException {
        return in.hasArray()
                ? factory.createParser(in.array(), in.arrayOffset() + in.readerIndex(), length)
                : factory.createParser((InputStream) new ByteBufInputStream(in.slice()));
    }

    private Reply reply(ByteBuf in, JsonParser json) throws IOException {
        int from = -1;
        int to = -1;
        Reply.Failure failure = null;
        int fields = 0;
        for (String name = json.nextFieldName(); name != null; ) {
            if (++fields > MAX_FIELDS) {
                throw SerializationException.overLimit("The reply has more than " + MAX_FIELDS + " fields.");
            }
            JsonToken token = json.nextToken();
            boolean result = name.equals("result");
            if (result) {
                from = at(json);
            }
            if (name.equals("error") && token != JsonToken.VALUE_NULL) {
                failure = new ErrorParts().read(json);
            } else {
                json.skipChildren();
            }
            name = json.nextFieldName(); // only now a text or a number is gone through to its end
            if (result) {
                to = at(json);
            }
        }
        if (json.currentToken() != JsonToken.END_OBJECT) {
            throw SerializationException.malformed("The reply has no end.");
        }
        if (json.nextToken() != null) {
            throw SerializationException.malformed("More follows after the end of the reply.");
        }
        if (failure != null) {
            return failure;
        }
        if (from < 0) {
            throw SerializationException.malformed("The reply has neither a \"result\" nor an \"error\".");
        }
        int begin = in.readerIndex() + from;
        int end = JsonRequestArguments.endOfValue(in, in.readerIndex() + to);
        return new Reply.Value(new BytesPayload(in.retainedSlice(begin, end - begin)));
    }

    private static int at(JsonParser json) {
        return (int) json.currentTokenLocation().getByteOffset();
    }

    /** What an error says, while it is read. */
    private final class ErrorParts {
        private Status status = Status.APPLICATION;
        private String unknownStatus = "";
        private @Nullable Executed executed;
        private String message = "";
        private long retryAfterMillis;
        private boolean neverRetry;
        private boolean fault;
        private String exception = "";
        private @Nullable String code;
        private @Nullable String leftOut;
        private final List<ThrownError.Field> fields = new ArrayList<>();
        private List<ThrownError.Cause> causes = List.of();

        Reply.Failure read(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrong("error", "an object", json);
            }
            int count = 0;
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (++count > MAX_FIELDS) {
                    throw SerializationException.overLimit("The error has more than " + MAX_FIELDS + " fields.");
                }
                if (json.nextToken() != JsonToken.VALUE_NULL) {
                    take(name, json);
                }
            }
            return failure();
        }

        private void take(String name, JsonParser json) throws IOException {
            switch (name) {
                case "status" -> status(text(name, json, 64));
                case "executed" -> executed = executed(text(name, json, 64));
                case "message" -> message = text(name, json, JsonReply.MAX_MESSAGE_CHARS);
                case "retryAfterMs" -> retryAfterMillis = millis(json);
                case "neverRetry" -> neverRetry = json.currentToken() == JsonToken.VALUE_TRUE;
                case "fault" -> fault = json.currentToken() == JsonToken.VALUE_TRUE;
                case "exception" -> exception = text(name, json, JsonReply.MAX_CAUSE_CHARS);
                case "code" -> code = text(name, json, JsonReply.MAX_CAUSE_CHARS);
                case "leftOut" -> leftOut = text(name, json, JsonReply.MAX_CAUSE_CHARS);
                case "fields" -> fields(json);
                case "causes" -> causes = causes(json);
                default -> json.skipChildren();
            }
        }

        private void status(String text) {
            for (Status each : Status.values()) {
                if (each.name().equals(text)) {
                    status = each;
                    return;
                }
            }
            status = Status.INTERNAL;
            unknownStatus = UntrustedText.shown(text, 64);
        }

        private static @Nullable Executed executed(String text) {
            return switch (text) {
                case "no" -> Executed.NO;
                case "yes" -> Executed.YES;
                default -> Executed.MAYBE;
            };
        }

        private String text(String name, JsonParser json, int most) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw wrong(name, "a text", json);
            }
            return UntrustedText.shownProse(json.getText(), most);
        }

        private long millis(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw wrong("retryAfterMs", "a whole number", json);
            }
            return Math.max(0, Math.min(json.getLongValue(), 0xFFFF_FFFFL));
        }

        private void fields(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrong("fields", "an object", json);
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (fields.size() == MAX_FIELDS) {
                    throw SerializationException.overLimit("The error has more than " + MAX_FIELDS + " fields.");
                }
                json.nextToken();
                ByteArrayOutputStream value = new ByteArrayOutputStream();
                try (JsonGenerator copy = factory.createGenerator(value)) {
                    copy.copyCurrentStructure(json);
                }
                fields.add(new ThrownError.Field(name, value.toByteArray()));
            }
        }

        private List<ThrownError.Cause> causes(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw wrong("causes", "a list", json);
            }
            List<ThrownError.Cause> all = new ArrayList<>();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                String type = "";
                String why = "";
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    json.nextToken();
                    switch (name) {
                        case "exception" -> type = text(name, json, JsonReply.MAX_CAUSE_CHARS);
                        case "message" -> why = text(name, json, JsonReply.MAX_CAUSE_CHARS);
                        default -> json.skipChildren();
                    }
                }
                if (all.size() < ThrownError.MAX_CAUSES) {
                    all.add(new ThrownError.Cause(type, why));
                }
            }
            if (json.currentToken() != JsonToken.END_ARRAY) {
                throw wrong("causes", "a list of objects", json);
            }
            return all;
        }

        private SerializationException wrong(String field, String expected, JsonParser json) {
            return SerializationException.malformed("The field \"" + field + "\" of the reply is " + expected + ", not "
                    + JsonBody.found(json.currentToken()) + ".");
        }

        private Reply.Failure failure() {
            Executed ran = executed != null ? executed : status == Status.APPLICATION ? Executed.YES : Executed.MAYBE;
            String told = unknownStatus.isEmpty()
                    ? message
                    : "The provider answered the status \"" + unknownStatus + "\", which is none: " + message;
            ThrownError error = status != Status.APPLICATION
                    ? null
                    : new ThrownError(
                            exception.isEmpty() ? "Error" : exception, code, null, null, causes, fields, leftOut);
            return new Reply.Failure(
                    status, ran, told, error, new Hints(retryAfterMillis, neverRetry, Hints.UNKNOWN_LOAD, fault), null);
        }
    }
}
