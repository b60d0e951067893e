package io.moa.protocol.serialize;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Every type that Hessian bodies of one service may hold. Its names are known when the service is bound; the type behind a
 * name is made when it is first needed. Safe for many threads. A peer can add nothing to the tables.
 */
final class HessianTypes {

    private final AllowList allowed;
    private final HessianJdk jdk;
    private final Map<Class<?>, HessianType> byClass = new ConcurrentHashMap<>();
    private final ByteNames<Known> names;

    HessianTypes(AllowList allowed) {
        this.allowed = allowed;
        this.jdk = new HessianJdk(this);
        Map<String, Known> known = new HashMap<>();
        HessianArray.SHORT_NAMES.forEach((name, type) -> known.put(name, new Known(name, type, false)));
        allowed.declaredNames().forEach(name -> known.put(name, new Known(name, null, false)));
        allowed.names().forEach(name -> known.put(name, new Known(name, null, true)));
        jdk.names().forEach(name -> known.put(name, new Known(name, null, true)));
        this.names = new ByteNames<>(known);
    }

    HessianType plainList() {
        return jdk.plainList();
    }

    HessianType plainMap() {
        return jdk.plainMap();
    }

    // ---- writing

    HessianType ofClass(Class<?> type) {
        HessianType known = byClass.get(type);
        if (known == null) {
            known = makeForWriting(type);
            byClass.put(type, known);
        }
        return known;
    }

    private HessianType makeForWriting(Class<?> type) {
        if (type.isArray()) {
            return HessianArray.of(allowed, type);
        }
        HessianType value = jdk.ofClass(type);
        if (value != null) {
            return value;
        }
        // An enum constant with a body has a class of its own; the enum is what both sides know.
        Class<?> named = Enum.class.isAssignableFrom(type) && !type.isEnum() ? type.getSuperclass() : type;
        if (!allowed.allows(named.getName())) {
            throw allowed.refusal(named.getName());
        }
        return ofName(named.getName());
    }

    /** The type of an enum that is written as part of another value. */
    HessianEnum ofEnum(Class<?> type) {
        return (HessianEnum) ofClass(type);
    }

    // ---- reading

    /** The type of a name in a body; null if it is not allowed, and then nothing was loaded. */
    @Nullable
    HessianType find(byte[] bytes, int from, int length) {
        int dimensions = 0;
        while (dimensions < length && bytes[from + dimensions] == '[') {
            dimensions++;
        }
        if (dimensions > HessianArray.MAX_DIMENSIONS) {
            return null;
        }
        Known known = names.find(bytes, from + dimensions, length - dimensions);
        if (known == null) {
            return null;
        }
        return dimensions > 0 ? known.array(dimensions) : known.creatable ? known.type() : null;
    }

    private HessianType ofName(String name) {
        byte[] bytes = Letters.encoded(name);
        HessianType type = find(bytes, 0, bytes.length);
        if (type == null) {
            throw refusal(name);
        }
        return type;
    }

    /** The enum of a name that was read as data; under the same rule as a name that is read as a type. */
    HessianEnum ofEnumName(@Nullable Object name) {
        if (name instanceof String text && ofName(text) instanceof HessianEnum type) {
            return type;
        }
        throw SerializationException.malformed("A body names something as an enum that is none.");
    }

    /** Why a name is not read: it is not allowed, or its class is missing or cannot be created. */
    SerializationException refusal(String name) {
        String innermost = name.substring(HessianArray.dimensions(name));
        if (allowed.declares(innermost) && (allowed.allows(innermost) || !innermost.equals(name))) {
            try {
                allowed.resolve(innermost);
            } catch (SerializationException e) {
                return e;
            }
        }
        return allowed.refusal(innermost);
    }

    private HessianType make(Class<?> type) {
        if (type.isEnum()) {
            return new HessianEnum(type);
        }
        if (type.isRecord()) {
            return new HessianRecord(type);
        }
        if (java.util.Collection.class.isAssignableFrom(type)) {
            return HessianCollection.ofUser(type);
        }
        if (Map.class.isAssignableFrom(type)) {
            return HessianMap.ofUser(type);
        }
        return new HessianBean(type);
    }

    /** A name that bodies may have, as a type or inside the name of an array. */
    private final class Known {
        private final String name;
        private final boolean creatable;
        private final AtomicReferenceArray<@Nullable HessianType> arrays =
                new AtomicReferenceArray<>(HessianArray.MAX_DIMENSIONS + 1);
        private volatile @Nullable Class<?> loaded;
        private volatile @Nullable HessianType type;

        Known(String name, @Nullable Class<?> loaded, boolean creatable) {
            this.name = name;
            this.loaded = loaded;
            this.creatable = creatable;
        }

        /** Null if the class is missing here, or of a kind that can never be created. */
        @Nullable
        HessianType type() {
            HessianType known = type;
            if (known == null) {
                known = jdk.ofName(name);
                if (known == null) {
                    Class<?> found = load();
                    known = found == null ? null : make(found);
                }
                type = known;
            }
            return known;
        }

        @Nullable
        HessianType array(int dimensions) {
            HessianType known = arrays.get(dimensions);
            if (known == null) {
                Class<?> found = load();
                if (found != null) {
                    known = new HessianArray(HessianArray.name(name, dimensions), found, dimensions);
                    arrays.set(dimensions, known);
                }
            }
            return known;
        }

        private @Nullable Class<?> load() {
            Class<?> found = loaded;
            if (found == null) {
                found = allowed.find(name);
                loaded = found;
            }
            return found;
        }
    }
}
