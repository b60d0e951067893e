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

/**
 * Writes texts as Jackson does, and those that stand in JSON as they are in one piece instead of character by character. Safe for many
 * threads.
 */
@JacksonStdImpl // it writes what Jackson's own does, so whoever asks for that, such as a schema, may go by it
final class JsonTextWriter extends StdScalarSerializer<String> {

    private static final long serialVersionUID = 1L;

    JsonTextWriter() {
        super(String.class);
    }

    @Override
    public void serialize(String value, JsonGenerator json, SerializerProvider unused) throws IOException {
        byte[] plain = json.getClass() == UTF8JsonGenerator.class ? JsonPlainText.of(value) : null;
        if (plain == null) {
            json.writeString(value);
        } else {
            json.writeRawUTF8String(plain, 0, plain.length);
        }
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
