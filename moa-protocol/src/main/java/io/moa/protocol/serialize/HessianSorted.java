package io.moa.protocol.serialize;

import java.io.IOException;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** A sorted set or map in its elements' natural order. One with a comparator is code, which does not travel. */
final class HessianSorted extends HessianType {

    private final HessianType plain;

    HessianSorted(HessianType plain) {
        super(plain.name());
        this.plain = plain;
    }

    @Override
    void write(Object value, GuardedOutput out) throws IOException {
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
    Object readElements(GuardedInput in, int length) throws IOException {
        return plain.readElements(in, length);
    }

    @Override
    @Nullable
    Object readEntries(GuardedInput in) throws IOException {
        return plain.readEntries(in);
    }
}
