package io.moa.protocol.serialize;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.EnumMap;

/**
 * The enum of an {@link EnumMap}'s keys. An empty map has no method that tells it, but names it when it is written by
 * Java's own serialization; so it is written, to nowhere, and the class is noted. Nothing is ever read that way.
 */
final class EnumMapKeys {

    private EnumMapKeys() {}

    static Class<?> typeOf(EnumMap<?, ?> map) {
        return map.isEmpty() ? ofEmpty(map) : map.keySet().iterator().next().getDeclaringClass();
    }

    private static Class<?> ofEmpty(EnumMap<?, ?> map) {
        try (Notes notes = new Notes()) {
            notes.writeObject(map);
            if (notes.found != Enum.class) {
                return notes.found;
            }
        } catch (IOException e) {
            // Said below.
        }
        throw SerializationException.unsupported("An empty EnumMap that does not tell its enum cannot travel.");
    }

    private static final class Notes extends ObjectOutputStream {
        private Class<?> found = Enum.class;

        Notes() throws IOException {
            super(OutputStream.nullOutputStream());
        }

        @Override
        protected void annotateClass(Class<?> type) {
            if (type.isEnum()) {
                found = type;
            }
        }
    }
}
