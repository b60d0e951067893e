package io.moa.protocol.serialize;

import java.lang.reflect.Constructor;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A map: keys and values by turns, typed unless it is a HashMap. */
final class HessianMap extends HessianType {

    private final boolean typed;
    private final Supplier<Map<@Nullable Object, @Nullable Object>> maker;
    private final @Nullable UnaryOperator<Map<@Nullable Object, @Nullable Object>> sealer;

    /**
     * @param wireName null for an untyped map
     * @param maker makes one that is filled
     * @param sealer makes the final one of the filled one; null if they are the same
     */
    HessianMap(
            @Nullable String wireName,
            HeapCost heap,
            Supplier<Map<@Nullable Object, @Nullable Object>> maker,
            @Nullable UnaryOperator<Map<@Nullable Object, @Nullable Object>> sealer) {
        super(wireName == null ? "a map" : wireName, heap);
        this.typed = wireName != null;
        this.maker = maker;
        this.sealer = sealer;
    }

    /** A user's own map class: made by its constructor without arguments, then filled. Its fields do not travel. */
    @SuppressWarnings("unchecked")
    static HessianMap ofUser(Class<?> type) {
        Constructor<?> constructor = Makers.noArguments(type);
        return new HessianMap(
                type.getName(),
                HessianJdk.HASHED.plus(Heap.object(type)),
                () -> (Map<@Nullable Object, @Nullable Object>) Makers.make(constructor),
                null);
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        out.beginMap(typed ? this : null);
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            out.writeObject(entry.getKey());
            out.writeObject(entry.getValue());
        }
        out.endMap();
    }

    @Override
    @Nullable
    Object readEntries(HessianIn in) {
        int unknown = in.unknownSkipped();
        Map<@Nullable Object, @Nullable Object> filled = maker.get();
        int ref = in.addRef(sealer == null ? filled : HessianIn.UNFINISHED);
        try {
            boolean sorted = filled instanceof SortedMap;
            KeyGuard guard = null;
            while (!in.isEnd()) {
                Object key = in.readObject();
                Object value = in.readObject();
                if (!(key instanceof SkippedObject) && !(value instanceof SkippedObject)) {
                    if (!KeyGuard.isPlain(key)) {
                        guard = guard == null ? in.keys(sorted) : guard;
                        guard.pass(key);
                    }
                    filled.put(key, value);
                }
            }
        } catch (NullPointerException | ClassCastException | UnsupportedOperationException | IllegalStateException e) {
            throw SerializationException.malformed("A body holds an entry that a " + name() + " does not take ("
                    + e.getClass().getSimpleName() + ").");
        }
        if (sealer == null) {
            return kept(in, ref, unknown, filled);
        }
        Object sealed = sealer.apply(filled);
        in.setRef(ref, sealed);
        return kept(in, ref, unknown, sealed);
    }
}
