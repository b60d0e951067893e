package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One position of a body: a parameter or the result. */
record JsonValue(ObjectReader reader, ObjectWriter writer, String typeName) {

    void write(@Nullable Object value, JsonGenerator json) throws IOException {
        if (value == null) {
            json.writeNull();
        } else {
            writer.writeValue(json, value);
        }
    }

    /** Reads the value at the parser's current token, to its last token. */
    @Nullable
    Object read(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL
                && reader.getValueType() != null
                && !reader.getValueType().isPrimitive()
                && !reader.getValueType().isReferenceType()) {
            return null;
        }
        return reader.readValue(json);
    }
}
