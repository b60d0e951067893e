package io.moa.protocol.serialize;

import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Brings a value that was read to the type that is declared for it, or says that it does not fit. A number may become a
 * wider one, or a narrower one that holds the same value; a collection another kind of collection. Nothing else changes.
 *
 * <p>A copy of a collection is memory that nobody could foresee: the same one may be referred to, and copied, many times.
 */
final class Fit {

    /** A collection of any kind and what each element takes in it, as the greediest does. */
    private static final long COPY = 256;

    private static final long COPY_EACH = 192;

    private Fit() {}

    /** The value as this type; null stays null, but not for a primitive. */
    static @Nullable Object to(@Nullable Object value, Class<?> type, HeapBudget budget) {
        if (value == null) {
            if (type.isPrimitive() && type != void.class) {
                throw SerializationException.malformed("A body holds null for a " + type.getName() + ".");
            }
            return null;
        }
        if (type.isInstance(value)) {
            return value;
        }
        Object fitted = null;
        if (value instanceof Number number) {
            budget.charge(Heap.BOX);
            fitted = number(number, type);
        } else if (value instanceof Boolean && type == boolean.class) {
            fitted = value;
        } else if (value instanceof Character && type == char.class) {
            fitted = value;
        } else if (value instanceof String text && (type == char.class || type == Character.class)) {
            budget.charge(Heap.BOX);
            fitted = text.length() == 1 ? text.charAt(0) : null;
        } else if (value instanceof Collection<?> collection) {
            budget.charge(COPY + COPY_EACH * collection.size());
            fitted = collection(collection, type, budget);
        } else if (value instanceof Map<?, ?> map) {
            budget.charge(COPY + COPY_EACH * map.size());
            fitted = map(map, type, budget);
        }
        if (fitted == null) {
            throw SerializationException.malformed("A body holds "
                    + value.getClass().getTypeName() + " where " + type.getTypeName() + " is declared.");
        }
        return fitted;
    }

    /** The value as this type, null not allowed. */
    static Object required(@Nullable Object value, Class<?> type, HeapBudget budget) {
        Object fitted = to(value, type, budget);
        if (fitted == null) {
            throw SerializationException.malformed("A body holds null for a " + type.getName() + ".");
        }
        return fitted;
    }

    private static @Nullable Object number(Number value, Class<?> type) {
        boolean whole =
                value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte;
        if (whole) {
            long number = value.longValue();
            if (type == int.class || type == Integer.class) {
                return number == (int) number ? (Object) (int) number : null;
            }
            if (type == long.class || type == Long.class) {
                return number;
            }
            if (type == short.class || type == Short.class) {
                return number == (short) number ? (Object) (short) number : null;
            }
            if (type == byte.class || type == Byte.class) {
                return number == (byte) number ? (Object) (byte) number : null;
            }
            if (type == double.class || type == Double.class) {
                return number == (long) (double) number && number != Long.MAX_VALUE ? (Object) (double) number : null;
            }
            if (type == float.class || type == Float.class) {
                return number == (long) (float) number && number != Long.MAX_VALUE ? (Object) (float) number : null;
            }
            return null;
        }
        if (value instanceof Double || value instanceof Float) {
            double number = value.doubleValue();
            if (type == double.class || type == Double.class) {
                return number;
            }
            if (type == float.class || type == Float.class) {
                float narrow = (float) number;
                return (double) narrow == number || Double.isNaN(number) ? (Object) narrow : null;
            }
        }
        return null;
    }

    private static @Nullable Object collection(Collection<?> value, Class<?> type, HeapBudget budget) {
        if (type.isArray()) {
            Class<?> element = type.getComponentType();
            Object array = Array.newInstance(element, value.size());
            int i = 0;
            for (Object each : value) {
                Array.set(array, i++, to(each, element, budget));
            }
            return array;
        }
        try {
            for (Class<?> kind : new Class<?>[] {
                ArrayList.class,
                LinkedHashSet.class,
                HashSet.class,
                TreeSet.class,
                ArrayDeque.class,
                LinkedList.class,
                CopyOnWriteArrayList.class
            }) {
                if (type.isAssignableFrom(kind)) {
                    return refill(kind, value, budget);
                }
            }
        } catch (ClassCastException | NullPointerException e) {
            return null;
        }
        return null;
    }

    @SuppressWarnings("JdkObsolete") // LinkedList is what is declared
    private static Collection<Object> refill(Class<?> kind, Collection<?> value, HeapBudget budget) {
        Collection<Object> into;
        if (kind == ArrayList.class) {
            into = new ArrayList<>(value.size());
        } else if (kind == LinkedHashSet.class) {
            into = new LinkedHashSet<>();
        } else if (kind == HashSet.class) {
            into = new HashSet<>();
        } else if (kind == TreeSet.class) {
            into = new TreeSet<>();
        } else if (kind == ArrayDeque.class) {
            into = new ArrayDeque<>();
        } else if (kind == LinkedList.class) {
            into = new LinkedList<>();
        } else {
            return new CopyOnWriteArrayList<>(value);
        }
        if (into instanceof Set) {
            guard(value, kind == TreeSet.class, budget);
        }
        into.addAll(value);
        return into;
    }

    private static void guard(Collection<?> keys, boolean sorted, HeapBudget budget) {
        KeyGuard guard = null;
        for (Object key : keys) {
            if (!KeyGuard.isPlain(key)) {
                guard = guard == null ? budget.keys(sorted) : guard;
                guard.pass(key);
            }
        }
    }

    private static @Nullable Object map(Map<?, ?> value, Class<?> type, HeapBudget budget) {
        try {
            guard(value.keySet(), SortedMap.class.isAssignableFrom(type), budget);
            if (type.isAssignableFrom(LinkedHashMap.class)) {
                return new LinkedHashMap<Object, Object>(value);
            }
            if (type.isAssignableFrom(TreeMap.class)) {
                return new TreeMap<Object, Object>(value);
            }
            if (type == ConcurrentMap.class || type == ConcurrentHashMap.class) {
                return new ConcurrentHashMap<Object, Object>(value);
            }
        } catch (ClassCastException | NullPointerException e) {
            return null;
        }
        return null;
    }
}
