package io.moa.protocol.serialize;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A collection: a list of its elements, typed unless it is an ArrayList. */
final class HessianCollection extends HessianType {

    /** More room than this is only made for elements that have come. */
    private static final int MAX_FIRST_ROOM = 1024;

    private final @Nullable String wireName;
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
            IntFunction<Collection<@Nullable Object>> maker,
            @Nullable UnaryOperator<Collection<@Nullable Object>> sealer) {
        super(wireName == null ? "a list" : wireName);
        this.wireName = wireName;
        this.maker = maker;
        this.sealer = sealer;
    }

    /** A user's own collection class: made by its constructor without arguments, then filled. Its fields do not travel. */
    @SuppressWarnings("unchecked")
    static HessianCollection ofUser(Class<?> type) {
        Constructor<?> constructor = Makers.noArguments(type);
        return new HessianCollection(
                type.getName(), size -> (Collection<@Nullable Object>) Makers.make(constructor), null);
    }

    @Override
    void write(Object value, GuardedOutput out) throws IOException {
        if (out.addRef(value)) {
            return;
        }
        // A copy, so that the announced length holds even if the collection changes meanwhile.
        if (value instanceof ArrayList<?> list) {
            int size = list.size();
            out.writeListBegin(size, wireName);
            for (int i = 0; i < size; i++) {
                out.writeObject(list.get(i));
            }
            return;
        }
        @Nullable Object[] elements = ((Collection<?>) value).toArray();
        out.writeListBegin(elements.length, wireName);
        for (Object element : elements) {
            out.writeObject(element);
        }
    }

    @Override
    @Nullable
    Object readElements(GuardedInput in, int length) throws IOException {
        int unknown = in.unknownSkipped();
        Collection<@Nullable Object> filled = maker.apply(Math.max(0, Math.min(length, MAX_FIRST_ROOM)));
        int ref = in.addRef(sealer == null ? filled : GuardedInput.UNFINISHED);
        try {
            for (int i = 0; length < 0 ? !in.isEnd() : i < length; i++) {
                Object element = in.readObject();
                if (!(element instanceof SkippedObject)) {
                    filled.add(element);
                }
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
}
