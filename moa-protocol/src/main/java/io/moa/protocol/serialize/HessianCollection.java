package io.moa.protocol.serialize;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A collection: a list of its elements, typed unless it is an ArrayList. */
final class HessianCollection extends HessianType {

    /** What is kept while the elements of a collection that copies itself for each one are gathered, with its copy. */
    private static final int COPIED_EACH = 6 * Heap.REFERENCE;

    private final boolean typed;
    private final boolean gathered;
    private final IntFunction<Collection<@Nullable Object>> maker;
    /** Present for collections that cannot be changed once they are made. */
    private final @Nullable UnaryOperator<Collection<@Nullable Object>> sealer;

    /**
     * @param wireName null for an untyped list
     * @param maker makes one that is filled, given the number of elements if it is known, else 0
     * @param sealer makes the final one of the filled one; null if they are the same
     */
    HessianCollection(
            @Nullable String wireName,
            HeapCost heap,
            IntFunction<Collection<@Nullable Object>> maker,
            @Nullable UnaryOperator<Collection<@Nullable Object>> sealer) {
        this(wireName, heap, maker, sealer, false);
    }

    private HessianCollection(
            @Nullable String wireName,
            HeapCost heap,
            IntFunction<Collection<@Nullable Object>> maker,
            @Nullable UnaryOperator<Collection<@Nullable Object>> sealer,
            boolean gathered) {
        super(wireName == null ? "a list" : wireName, heap);
        this.typed = wireName != null;
        this.maker = maker;
        this.sealer = sealer;
        this.gathered = gathered;
    }

    /** A collection that copies itself whenever something is added: all elements are added at once. */
    static HessianCollection copying(Class<?> type, IntFunction<Collection<@Nullable Object>> maker) {
        return new HessianCollection(type.getName(), HeapCost.perElement(256, COPIED_EACH), maker, null, true);
    }

    /** A user's own collection class: made by its constructor without arguments, then filled. Its fields do not travel. */
    @SuppressWarnings("unchecked")
    static HessianCollection ofUser(Class<?> type) {
        Constructor<?> constructor = Makers.noArguments(type);
        return new HessianCollection(
                type.getName(),
                HessianJdk.HASHED.plus(Heap.object(type)),
                size -> (Collection<@Nullable Object>) Makers.make(constructor),
                null);
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        // A copy, so that the announced length holds even if the collection changes meanwhile.
        if (value instanceof ArrayList<?> list) {
            int size = list.size();
            out.beginList(size, typed ? this : null);
            for (int i = 0; i < size; i++) {
                out.writeObject(list.get(i));
            }
            return;
        }
        @Nullable Object[] elements = ((Collection<?>) value).toArray();
        out.beginList(elements.length, typed ? this : null);
        for (Object element : elements) {
            out.writeObject(element);
        }
    }

    @Override
    @Nullable
    Object readElements(HessianIn in, int length) {
        int unknown = in.unknownSkipped();
        Collection<@Nullable Object> filled = maker.apply(Math.max(0, length));
        int ref = in.addRef(sealer == null ? filled : HessianIn.UNFINISHED);
        try {
            if (gathered) {
                List<@Nullable Object> elements = new ArrayList<>(Math.max(0, length));
                fill(elements, in, length);
                filled.addAll(elements);
            } else {
                fill(filled, in, length);
            }
        } catch (NullPointerException | ClassCastException | UnsupportedOperationException | IllegalStateException e) {
            throw SerializationException.malformed("A body holds an element that a " + name() + " does not take ("
                    + e.getClass().getSimpleName() + ").");
        }
        if (sealer == null) {
            return kept(in, ref, unknown, filled);
        }
        Object sealed = sealer.apply(filled);
        in.setRef(ref, sealed);
        return kept(in, ref, unknown, sealed);
    }

    private static void fill(Collection<@Nullable Object> filled, HessianIn in, int length) {
        boolean set = filled instanceof Set;
        boolean sorted = filled instanceof SortedSet;
        KeyGuard guard = null;
        for (int i = 0; length < 0 ? !in.isEnd() : i < length; i++) {
            Object element = in.readObject();
            if (!(element instanceof SkippedObject)) {
                if (set && !KeyGuard.isPlain(element)) {
                    guard = guard == null ? in.keys(sorted) : guard;
                    guard.pass(element);
                }
                filled.add(element);
            }
        }
    }
}
