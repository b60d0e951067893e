package io.moa.protocol.serialize;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds a value by the bytes of its name, without making a text of them. Immutable; safe for many threads. */
final class ByteNames<V> {

    private final byte[][] names;
    private final @Nullable Object[] values;
    private final int mask;

    ByteNames(Map<String, V> entries) {
        int size = Integer.highestOneBit(Math.max(2, entries.size()) * 4 - 1);
        names = new byte[size][];
        values = new @Nullable Object[size];
        mask = size - 1;
        entries.forEach((name, value) -> {
            byte[] bytes = Letters.encoded(name);
            int slot = slot(bytes, 0, bytes.length);
            names[slot] = bytes;
            values[slot] = value;
        });
    }

    /** The value of a name; null if there is none. */
    @Nullable
    @SuppressWarnings("unchecked")
    V find(byte[] bytes, int from, int length) {
        return (V) values[slot(bytes, from, length)];
    }

    /** Where the name stands, or the empty place where it would. */
    private int slot(byte[] bytes, int from, int length) {
        int hash = length;
        int to = from + length;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + bytes[i];
        }
        int slot = (hash ^ (hash >>> 15)) & mask;
        while (true) {
            byte[] name = names[slot];
            if (name == null || Arrays.equals(name, 0, name.length, bytes, from, to)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }
}
