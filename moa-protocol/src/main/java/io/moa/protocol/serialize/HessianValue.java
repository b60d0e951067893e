package io.moa.protocol.serialize;

import java.time.DateTimeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A value type of the JDK: an object with one field that holds a simpler value, mostly a text. */
final class HessianValue<T> extends HessianType {

    /** From a value to what is written for it. */
    interface Out<T> {
        @Nullable
        Object apply(T value);
    }

    /** From what was read to the value; may throw any runtime exception for what does not fit. */
    interface In<T> {
        @Nullable
        T apply(@Nullable Object plain);
    }

    private static final String[] FIELDS = {"value"};
    private static final Object VALUE = new Object();
    private static final Object[] MARKS = {VALUE};

    private final Class<T> type;
    private final Out<T> out;
    private final In<T> in;

    HessianValue(Class<T> type, HeapCost heap, Out<T> out, In<T> in) {
        super(type.getName(), FIELDS, MARKS, heap);
        this.type = type;
        this.out = out;
        this.in = in;
    }

    @Override
    void write(Object value, HessianOut to) {
        if (to.addRef(value)) {
            return;
        }
        to.beginObject(this);
        to.writeObject(out.apply(type.cast(value)));
    }

    @Override
    @Nullable
    Object readFields(HessianIn from, Object[] fields) {
        int unknown = from.unknownSkipped();
        int ref = from.addRef(HessianIn.UNFINISHED);
        Object plain = null;
        for (Object field : fields) {
            if (field == VALUE) {
                plain = from.readObject();
            } else {
                from.skipObject();
            }
        }
        Object value;
        try {
            value = plain instanceof SkippedObject ? plain : Objects.requireNonNull(in.apply(plain));
        } catch (DateTimeException
                | IllegalArgumentException
                | ClassCastException
                | NullPointerException
                | ArithmeticException e) {
            throw SerializationException.malformed("A body holds a " + name() + " that cannot be read ("
                    + e.getClass().getSimpleName() + ").");
        }
        from.setRef(ref, value);
        return kept(from, ref, unknown, value);
    }
}
