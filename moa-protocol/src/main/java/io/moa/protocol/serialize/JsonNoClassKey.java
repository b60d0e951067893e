package io.moa.protocol.serialize;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;

/** As {@link JsonNoClass}, for the keys of maps. */
final class JsonNoClassKey extends KeyDeserializer {

    @Override
    public Object deserializeKey(String key, DeserializationContext context) {
        throw JsonNoClass.refusal();
    }
}
