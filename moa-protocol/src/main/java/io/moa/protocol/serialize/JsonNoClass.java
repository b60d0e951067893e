package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;

/** Stands in for Jackson's own, which loads the class that a text names: a peer would choose what this JVM loads. */
final class JsonNoClass<T> extends StdDeserializer<T> {

    private static final long serialVersionUID = 1L;

    JsonNoClass(Class<T> type) {
        super(type);
    }

    @Override
    public T deserialize(JsonParser json, DeserializationContext context) {
        throw refusal();
    }

    static SerializationException refusal() {
        return SerializationException.refused(
                "java.lang.Class is a handle to a JVM and does not travel: send its name.");
    }
}
