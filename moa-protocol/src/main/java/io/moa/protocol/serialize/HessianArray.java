package io.moa.protocol.serialize;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An array: a list whose type is a bracket and the element's name, such as {@code [int}, {@code [string} or {@code
 * [com.acme.User}. A {@code byte[]} by itself is binary data and never comes here.
 */
final class HessianArray extends HessianType {

    static final Map<String, Class<?>> SHORT_NAMES = Map.ofEntries(
            Map.entry("boolean", boolean.class),
            Map.entry("byte", byte.class),
            Map.entry("char", char.class),
            Map.entry("short", short.class),
            Map.entry("int", int.class),
            Map.entry("long", long.class),
            Map.entry("float", float.class),
            Map.entry("double", double.class),
            Map.entry("string", String.class),
            Map.entry("object", Object.class));

    static final int MAX_DIMENSIONS = 8;

    private final Class<?> element;

    /** @param innermost the element of the innermost of so many dimensions */
    HessianArray(String name, Class<?> innermost, int dimensions) {
        this(name, element(innermost, dimensions));
    }

    private HessianArray(String name, Class<?> element) {
        super(name, heap(element));
        this.element = element;
    }

    private static Class<?> element(Class<?> innermost, int dimensions) {
        Class<?> type = innermost;
        for (int i = 1; i < dimensions; i++) {
            type = type.arrayType();
        }
        return type;
    }

    /** Without a length in front, the elements are gathered in a list first. */
    private static HeapCost heap(Class<?> element) {
        int each = Heap.bytesOf(element);
        return new HeapCost(2 * Heap.ARRAY + 64, each, each + 5 * Heap.REFERENCE, 0);
    }

    /** For writing. */
    static HessianArray of(AllowList allowed, Class<?> array) {
        int dimensions = 0;
        Class<?> innermost = array;
        while (innermost.isArray()) {
            dimensions++;
            innermost = innermost.getComponentType();
        }
        String name = innermost.getName();
        if (innermost == String.class) {
            name = "string";
        } else if (innermost == Object.class) {
            name = "object";
        } else if (!innermost.isPrimitive() && !allowed.declares(name)) {
            throw allowed.refusal(name);
        }
        return new HessianArray(name(name, dimensions), innermost, dimensions);
    }

    static String name(String innermost, int dimensions) {
        return "[".repeat(dimensions) + innermost;
    }

    /** How many brackets the name begins with. */
    static int dimensions(String name) {
        int dimensions = 0;
        while (dimensions < name.length() && name.charAt(dimensions) == '[') {
            dimensions++;
        }
        return dimensions;
    }

    /** The kinds of {@link Scalars} that are read without a box; 0 if none is. */
    int bareKinds() {
        if (!element.isPrimitive() || element == boolean.class) {
            return 0;
        }
        return element == long.class
                ? Scalars.LONG | Scalars.INT
                : element == double.class || element == float.class ? Scalars.DOUBLE : Scalars.INT;
    }

    @Override
    void write(Object array, HessianOut out) {
        if (out.addRef(array)) {
            return;
        }
        int length = Array.getLength(array);
        out.beginList(length, this);
        if (array instanceof int[] ints) {
            for (int each : ints) {
                out.writeInt(each);
            }
        } else if (array instanceof long[] longs) {
            for (long each : longs) {
                out.writeLong(each);
            }
        } else if (array instanceof double[] doubles) {
            for (double each : doubles) {
                out.writeDouble(each);
            }
        } else if (array instanceof float[] floats) {
            for (float each : floats) {
                out.writeDouble(each);
            }
        } else if (array instanceof short[] shorts) {
            for (short each : shorts) {
                out.writeInt(each);
            }
        } else if (array instanceof boolean[] flags) {
            for (boolean each : flags) {
                out.writeBoolean(each);
            }
        } else if (array instanceof char[] chars) {
            for (char each : chars) {
                out.writeInt(each);
            }
        } else {
            for (Object each : (Object[]) array) {
                out.writeObject(each);
            }
        }
    }

    @Override
    @Nullable
    Object readElements(HessianIn in, int length) {
        int unknown = in.unknownSkipped();
        if (length < 0) {
            int ref = in.addRef(HessianIn.UNFINISHED);
            List<@Nullable Object> values = new ArrayList<>();
            while (!in.isEnd()) {
                values.add(in.readObject());
            }
            Object array = Array.newInstance(element, values.size());
            for (int i = 0; i < values.size(); i++) {
                set(array, i, values.get(i), in);
            }
            in.setRef(ref, array);
            return kept(in, ref, unknown, array);
        }
        Object array = Array.newInstance(element, length);
        int ref = in.addRef(array);
        if (element.isPrimitive()) {
            fillBare(array, length, in);
        } else {
            for (int i = 0; i < length; i++) {
                set(array, i, in.readObject(), in);
            }
        }
        return kept(in, ref, unknown, array);
    }

    private static void fillBare(Object array, int length, HessianIn in) {
        if (array instanceof int[] ints) {
            for (int i = 0; i < length; i++) {
                ints[i] = in.readInt();
            }
        } else if (array instanceof long[] longs) {
            for (int i = 0; i < length; i++) {
                longs[i] = in.readLong();
            }
        } else if (array instanceof double[] doubles) {
            for (int i = 0; i < length; i++) {
                doubles[i] = in.readDouble();
            }
        } else if (array instanceof float[] floats) {
            for (int i = 0; i < length; i++) {
                double each = in.readDouble();
                floats[i] = (float) each;
                fits(floats[i] == each || Double.isNaN(each), float.class);
            }
        } else if (array instanceof short[] shorts) {
            for (int i = 0; i < length; i++) {
                int each = in.readInt();
                shorts[i] = (short) each;
                fits(shorts[i] == each, short.class);
            }
        } else if (array instanceof byte[] bytes) {
            for (int i = 0; i < length; i++) {
                int each = in.readInt();
                bytes[i] = (byte) each;
                fits(bytes[i] == each, byte.class);
            }
        } else if (array instanceof char[] chars) {
            for (int i = 0; i < length; i++) {
                int each = in.readInt();
                chars[i] = (char) each;
                fits(chars[i] == each, char.class);
            }
        } else {
            boolean[] flags = (boolean[]) array;
            for (int i = 0; i < length; i++) {
                flags[i] = in.readBoolean();
            }
        }
    }

    private static void fits(boolean fits, Class<?> type) {
        if (!fits) {
            throw SerializationException.malformed(
                    "A body holds a number that does not fit where " + type.getName() + " is declared.");
        }
    }

    private void set(Object array, int index, @Nullable Object value, HeapBudget budget) {
        if (value instanceof SkippedObject) {
            return;
        }
        if (element == char.class && value instanceof Integer code) {
            Array.setChar(array, index, (char) (int) code);
        } else if (element.isPrimitive()) {
            Array.set(array, index, Fit.to(value, element, budget));
        } else {
            ((@Nullable Object[]) array)[index] = Fit.to(value, element, budget);
        }
    }
}
