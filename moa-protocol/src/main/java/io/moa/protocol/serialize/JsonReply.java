package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.moa.internal.UntrustedText;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Reply;
import io.moa.invoke.ThrownError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a call that came as a {@link JsonRequest} is answered: {@code {"result":…}} or {@code {"error":{…}}}. Functions without state, for
 * any thread.
 */
public final class JsonReply {

    /** How many characters of a message are told, as on the wire. */
    public static final int MAX_MESSAGE_CHARS = 4_096;

    static final int MAX_CAUSE_CHARS = 1_024;
    private static final byte[] BEFORE = "{\"result\":".getBytes(StandardCharsets.UTF_8);
    private static final ByteBuf HEAD = Unpooled.unreleasableBuffer(Unpooled.directBuffer(BEFORE.length, BEFORE.length)
            .writeBytes(BEFORE)
            .asReadOnly());
    private static final ByteBuf TAIL = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(1, 1).writeByte('}').asReadOnly());

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(SerializationLimits.DEFAULTS.jsonMaxDepth())
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private JsonReply() {}

    /**
     * The reply of a call that returned. Nothing is copied.
     *
     * @param json the result as the codec of results wrote it; its reference is taken over
     * @return with a reference that the caller releases
     */
    public static ByteBuf ofResult(ByteBuf json) {
        CompositeByteBuf reply = json.alloc().compositeBuffer(3);
        return reply.addComponent(true, HEAD.duplicate())
                .addComponent(true, json)
                .addComponent(true, TAIL.duplicate());
    }

    /** How many bytes the reply of a call has whose result takes so many. */
    public static int bytesOfResult(int resultBytes) {
        return BEFORE.length + resultBytes + 1;
    }

    /** Appends what stands before a result as the codec of results wrote it; {@link #endResult} stands behind it. */
    public static void beginResult(ByteBuf out) {
        out.writeBytes(BEFORE);
    }

    /** Appends what stands behind a result. */
    public static void endResult(ByteBuf out) {
        out.writeByte('}');
    }

    /**
     * Appends the reply of a call that failed. Never fails for what stands in the failure.
     *
     * @param failure of a call whose serializer was JSON: fields of an exception that are none are left out
     */
    public static void writeError(Reply.Failure failure, ByteBuf out) {
        try (JsonGenerator json = JSON.createGenerator((OutputStream) new ByteBufOutputStream(out))) {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeStringField("status", failure.status().name());
            json.writeStringField("executed", executed(failure.executed()));
            json.writeStringField("message", shown(failure.message(), MAX_MESSAGE_CHARS));
            hints(failure.hints(), json);
            ThrownError error = failure.error();
            if (error != null) {
                thrown(error, json);
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("A buffer in memory cannot be written", e);
        }
    }

    private static String executed(Executed executed) {
        return switch (executed) {
            case NO -> "no";
            case MAYBE -> "unknown";
            case YES -> "yes";
        };
    }

    private static void hints(Hints hints, JsonGenerator json) throws IOException {
        if (hints.retryAfterMillis() > 0) {
            json.writeNumberField("retryAfterMs", hints.retryAfterMillis());
        }
        if (hints.neverRetry()) {
            json.writeBooleanField("neverRetry", true);
        }
        if (hints.fault()) {
            json.writeBooleanField("fault", true);
        }
    }

    private static void thrown(ThrownError error, JsonGenerator json) throws IOException {
        json.writeStringField("exception", shown(error.type(), MAX_CAUSE_CHARS));
        if (error.code() != null) {
            json.writeStringField("code", shown(error.code(), MAX_CAUSE_CHARS));
        }
        String leftOut = error.leftOut();
        if (!error.fields().isEmpty()) {
            json.writeObjectFieldStart("fields");
            Set<String> told = new HashSet<>();
            for (ThrownError.Field field : error.fields()) {
                String name = shown(field.name(), MAX_CAUSE_CHARS);
                String value = valueOrNull(field.value());
                if (value == null || !told.add(name)) {
                    leftOut = "the field " + name + " was left out: it is no JSON, or there twice";
                } else {
                    json.writeFieldName(name);
                    json.writeRawValue(value);
                }
            }
            json.writeEndObject();
        }
        if (leftOut != null) {
            json.writeStringField("leftOut", shown(leftOut, MAX_CAUSE_CHARS));
        }
        causes(error.causes(), json);
    }

    private static void causes(List<ThrownError.Cause> causes, JsonGenerator json) throws IOException {
        if (causes.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("causes");
        for (ThrownError.Cause cause : causes) {
            json.writeStartObject();
            json.writeStringField("exception", shown(cause.type(), MAX_CAUSE_CHARS));
            json.writeStringField("message", shown(cause.message(), MAX_CAUSE_CHARS));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Somebody else's bytes are put between our braces only if they are exactly one value. */
    private static @Nullable String valueOrNull(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() == null) {
                return null;
            }
            json.skipChildren();
            return json.hasCurrentToken() && json.nextToken() == null ? text : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** One line without half surrogates, which JSON could not carry. */
    private static String shown(String text, int most) {
        return UntrustedText.shownProse(text, most);
    }
}
