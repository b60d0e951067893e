package io.moa.protocol.serialize;

import java.time.DateTimeException;
import org.jspecify.annotations.Nullable;

/**
 * A value type of the JDK that is a few whole numbers, such as a date: an object with a field for each, and perhaps a text
 * as the last one. Texts would take longer to write and far longer to read.
 */
final class HessianParts<T> extends HessianType {

    /** One number of a value. */
    interface Split<T> {
        long part(T value, int index);
    }

    /** The value of its numbers; may throw for those that make none. */
    interface Join<T> {
        T join(long[] parts);
    }

    /** The value of its numbers and its text. */
    interface JoinWithText<T> {
        T join(long[] parts, String text);
    }

    /** The text of a value. */
    interface Text<T> {
        String of(T value);
    }

    private final Class<T> type;
    private final int count;
    private final Split<T> split;
    private final @Nullable Text<T> text;
    private final JoinWithText<T> join;

    /** @param fields names of the numbers in order */
    HessianParts(Class<T> type, int heap, String[] fields, Split<T> split, Join<T> join) {
        this(type, heap, fields, split, null, (parts, text) -> join.join(parts));
    }

    /** @param fields names of the numbers in order, then that of the text if there is one */
    HessianParts(
            Class<T> type, int heap, String[] fields, Split<T> split, @Nullable Text<T> text, JoinWithText<T> join) {
        super(
                type.getName(),
                fields,
                marks(fields.length),
                HeapCost.of(heap + Heap.ARRAY + fields.length * Heap.REFERENCE));
        this.type = type;
        this.count = text == null ? fields.length : fields.length - 1;
        this.split = split;
        this.text = text;
        this.join = join;
    }

    Class<T> type() {
        return type;
    }

    private static Object[] marks(int count) {
        Object[] marks = new Object[count];
        for (int i = 0; i < count; i++) {
            marks[i] = i;
        }
        return marks;
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        out.beginObject(this);
        T whole = type.cast(value);
        for (int i = 0; i < count; i++) {
            out.writeLong(split.part(whole, i));
        }
        if (text != null) {
            out.writeString(text.of(whole));
        }
    }

    @Override
    @Nullable
    Object readFields(HessianIn in, Object[] fields) {
        int unknown = in.unknownSkipped();
        int ref = in.addRef(HessianIn.UNFINISHED);
        long[] parts = new long[count];
        String last = "";
        int seen = 0;
        for (Object field : fields) {
            if (field == UNKNOWN_FIELD) {
                in.skipObject();
                continue;
            }
            int index = (Integer) field;
            seen |= 1 << index;
            if (index < count) {
                parts[index] = in.readLong();
            } else {
                last = in.readObject() instanceof String given ? given : "";
            }
        }
        if (seen != (1 << (text == null ? count : count + 1)) - 1) {
            throw SerializationException.malformed("A body holds a " + name() + " without all of its fields.");
        }
        Object value;
        try {
            value = join.join(parts, last);
        } catch (DateTimeException | ArithmeticException e) {
            throw SerializationException.malformed("A body holds a " + name() + " that cannot be read ("
                    + e.getClass().getSimpleName() + ").");
        }
        in.setRef(ref, value);
        return kept(in, ref, unknown, value);
    }
}
