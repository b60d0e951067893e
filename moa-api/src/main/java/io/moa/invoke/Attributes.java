package io.moa.invoke;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Facts about a call that matter only inside this process, from one filter to another. They never go over the wire; what
 * must travel stands in {@link Baggage} or in the invocation's own fields. Immutable; lookup is by key identity and takes
 * a step per entry, as there are rarely more than three.
 */
public final class Attributes {

    /**
     * Names a fact and gives its type. Two keys are the same only if they are the same object.
     *
     * @param <T> the type of the value
     */
    @SuppressWarnings("UnusedTypeParameter") // it types get() and with()
    public static final class Key<T> {
        private final String name;

        public Key(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** No facts. */
    public static final Attributes EMPTY = new Attributes(new Object[0]);

    private final Object[] entries; // key, value, key, value

    private Attributes(Object[] entries) {
        this.entries = entries;
    }

    /** The value for a key, or null. */
    @SuppressWarnings("unchecked") // with() is the only writer and keeps key and value together
    public <T> @Nullable T get(Key<T> key) {
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i] == key) {
                return (T) entries[i + 1];
            }
        }
        return null;
    }

    /** A copy with the value for a key set or replaced. */
    public <T> Attributes with(Key<T> key, T value) {
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i] == key) {
                Object[] copy = entries.clone();
                copy[i + 1] = value;
                return new Attributes(copy);
            }
        }
        Object[] copy = Arrays.copyOf(entries, entries.length + 2);
        copy[entries.length] = key;
        copy[entries.length + 1] = value;
        return new Attributes(copy);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Attributes[");
        for (int i = 0; i < entries.length; i += 2) {
            text.append(i > 0 ? ", " : "").append(entries[i]).append('=').append(entries[i + 1]);
        }
        return text.append(']').toString();
    }
}
