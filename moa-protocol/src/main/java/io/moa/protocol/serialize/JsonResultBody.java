package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.moa.protocol.payload.BytesPayload;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A result as one JSON value. */
final class JsonResultBody extends JsonBody {

    /** A buffer of a pool takes longer to get and to give back than an array of this size. */
    private static final int MOST_IN_AN_ARRAY = 4 * 1024;

    private final JsonValue result;
    private final boolean text;

    JsonResultBody(JsonFactory factory, SerializationLimits limits, @Nullable RefusedNames refused, JsonValue result) {
        super(factory, limits, refused);
        this.result = result;
        this.text = result.typeName().equals(String.class.getName());
    }

    @Override
    public @Nullable BytesPayload payload(@Nullable Object value, int maxBytes) {
        if (!text || !(value instanceof String said) || said.length() > MOST_IN_AN_ARRAY) {
            return null;
        }
        byte[] plain = JsonPlainText.of(said);
        return plain == null || plain.length + 2 > maxBytes ? null : BytesPayload.ofText(plain);
    }

    @Override
    boolean writePlain(@Nullable Object value, ByteBuf out, int room) {
        // Shorter ones were looked at before.
        byte[] plain = text && value instanceof String said && said.length() > MOST_IN_AN_ARRAY
                ? JsonPlainText.of(said)
                : null;
        if (plain == null || plain.length + 2 > room) {
            return false;
        }
        out.ensureWritable(plain.length + 2);
        out.writeByte('"').writeBytes(plain).writeByte('"');
        return true;
    }

    @Override
    void write(@Nullable Object value, JsonGenerator json) throws IOException {
        result.write(value, json);
    }

    @Override
    @Nullable
    Object read(JsonParser json) throws IOException {
        if (!json.hasCurrentToken()) {
            throw SerializationException.malformed("The body of the result is empty; JSON null is written null.");
        }
        return result.read(json);
    }

    @Override
    String place(JsonMappingException e) {
        return "the result" + path(e) + " (" + result.typeName() + ")";
    }
}
