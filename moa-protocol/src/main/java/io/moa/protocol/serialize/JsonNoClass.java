package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;

/** Stands in for Jackson's own, which loads the class that a text names: a peer would choose what this JVM loads. */
@SuppressWarnings("rawtypes") // Class.class
final class JsonNoClass extends StdDeserializer<Class> {

    private static final long serialVersionUID = 1L;

    JsonNoClass() {
        super(Class.class);
    }

    @Override
    public Class<?> deserialize(JsonParser json, DeserializationContext context) {
        throw SerializationException.refused(
                "java.lang.Class is a handle to a JVM and does not travel: send its name.");
    }
}
