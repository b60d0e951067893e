package io.moa.protocol.serialize;

import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** A sorted set or map in its elements' natural order. One with a comparator is code, which does not travel. */
final class HessianSorted extends HessianType {

    private final HessianType plain;

    HessianSorted(HessianType plain) {
        super(plain.name(), plain.heap());
        this.plain = plain;
    }

    @Override
    void write(Object value, HessianOut out) {
        Object comparator =
                value instanceof SortedSet<?> set ? set.comparator() : ((SortedMap<?, ?>) value).comparator();
        if (comparator != null) {
            throw SerializationException.unsupported("A " + name()
                    + " with a comparator cannot travel: send a LinkedHashSet or LinkedHashMap in the order you want.");
        }
        plain.write(value, out);
    }

    @Override
    @Nullable
    Object readElements(HessianIn in, int length) {
        return plain.readElements(in, length);
    }

    @Override
    @Nullable
    Object readEntries(HessianIn in) {
        return plain.readEntries(in);
    }
}
