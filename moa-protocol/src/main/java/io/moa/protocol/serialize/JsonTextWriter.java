package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.UTF8JsonGenerator;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JacksonStdImpl;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes texts as Jackson does, and those that stand in JSON as they are in one piece instead of character by character. Safe for many
 * threads.
 */
@JacksonStdImpl // it writes what Jackson's own does, so whoever asks for that, such as a schema, may go by it
final class JsonTextWriter extends StdScalarSerializer<String> {

    private static final long serialVersionUID = 1L;

    /** Of shorter ones the copy would cost more than it saves. */
    private static final int SHORTEST = 32;

    JsonTextWriter() {
        super(String.class);
    }

    @Override
    public void serialize(String value, JsonGenerator json, SerializerProvider unused) throws IOException {
        if (value.length() >= SHORTEST && json.getClass() == UTF8JsonGenerator.class) {
            byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
            if (JsonPlainText.endOf(bytes, 0, bytes.length) == bytes.length
                    && value.equals(new String(bytes, StandardCharsets.ISO_8859_1))) { // or a '?' stands for another
                json.writeRawUTF8String(bytes, 0, bytes.length);
                return;
            }
        }
        json.writeString(value);
    }

    @Override
    public void serializeWithType(String value, JsonGenerator json, SerializerProvider any, TypeSerializer unused)
            throws IOException {
        serialize(value, json, any);
    }

    @Override
    public boolean isEmpty(SerializerProvider unused, String value) {
        return value.isEmpty();
    }

    @Override
    public void acceptJsonFormatVisitor(JsonFormatVisitorWrapper visitor, JavaType type) throws JsonMappingException {
        visitStringFormat(visitor, type);
    }
}
