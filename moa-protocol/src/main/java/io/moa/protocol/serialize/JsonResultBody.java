package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A result as one JSON value. */
final class JsonResultBody extends JsonBody {

    private final JsonValue result;

    JsonResultBody(JsonFactory factory, SerializationLimits limits, @Nullable RefusedNames refused, JsonValue result) {
        super(factory, limits, refused);
        this.result = result;
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
