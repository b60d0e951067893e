package io.moa.protocol.serialize;

import java.io.IOException;
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

    private static final Map<String, Class<?>> SHORT_NAMES = Map.ofEntries(
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

    private static final int MAX_DIMENSIONS = 8;

    private final Class<?> element;

    private HessianArray(String name, Class<?> element) {
        super(name);
        this.element = element;
    }

    /** For writing. */
    static HessianArray of(HessianTypes types, Class<?> array) {
        StringBuilder name = new StringBuilder();
        Class<?> innermost = array;
        while (innermost.isArray()) {
            name.append('[');
            innermost = innermost.getComponentType();
        }
        if (innermost == String.class) {
            name.append("string");
        } else if (innermost == Object.class) {
            name.append("object");
        } else {
            if (!innermost.isPrimitive() && !types.allowed().declares(innermost.getName())) {
                throw types.allowed().refusal(innermost.getName());
            }
            name.append(innermost.getName());
        }
        return new HessianArray(name.toString(), array.getComponentType());
    }

    /** For reading. */
    static HessianArray of(HessianTypes types, String name) {
        int dimensions = 0;
        while (dimensions < name.length() && name.charAt(dimensions) == '[') {
            dimensions++;
        }
        String innermost = name.substring(dimensions);
        if (dimensions > MAX_DIMENSIONS) {
            throw types.allowed().refusal(innermost);
        }
        Class<?> type = SHORT_NAMES.get(innermost);
        if (type == null) {
            if (!types.allowed().declares(innermost)) {
                throw types.allowed().refusal(innermost);
            }
            type = types.allowed().resolve(innermost);
        }
        for (int i = 1; i < dimensions; i++) {
            type = type.arrayType();
        }
        return new HessianArray(name, type);
    }

    @Override
    void write(Object array, GuardedOutput out) throws IOException {
        if (out.addRef(array)) {
            return;
        }
        int length = Array.getLength(array);
        out.writeListBegin(length, name());
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
    Object readElements(GuardedInput in, int length) throws IOException {
        int unknown = in.unknownSkipped();
        if (length < 0) {
            int ref = in.addRef(GuardedInput.UNFINISHED);
            List<@Nullable Object> values = new ArrayList<>();
            while (!in.isEnd()) {
                values.add(in.readObject());
            }
            Object array = Array.newInstance(element, values.size());
            for (int i = 0; i < values.size(); i++) {
                set(array, i, values.get(i));
            }
            in.setRef(ref, array);
            return kept(in, ref, unknown, array);
        }
        Object array = Array.newInstance(element, length);
        int ref = in.addRef(array);
        if (array instanceof int[] ints) {
            for (int i = 0; i < length; i++) {
                ints[i] = in.readExactInt();
            }
        } else if (array instanceof long[] longs) {
            for (int i = 0; i < length; i++) {
                longs[i] = in.readExactLong();
            }
        } else if (array instanceof double[] doubles) {
            for (int i = 0; i < length; i++) {
                doubles[i] = in.readExactDouble();
            }
        } else {
            for (int i = 0; i < length; i++) {
                set(array, i, in.readObject());
            }
        }
        return kept(in, ref, unknown, array);
    }

    private void set(Object array, int index, @Nullable Object value) {
        if (value instanceof SkippedObject) {
            return;
        }
        if (element == char.class && value instanceof Integer code) {
            Array.setChar(array, index, (char) (int) code);
        } else if (element.isPrimitive()) {
            Array.set(array, index, Fit.to(value, element));
        } else {
            ((@Nullable Object[]) array)[index] = Fit.to(value, element);
        }
    }
}
