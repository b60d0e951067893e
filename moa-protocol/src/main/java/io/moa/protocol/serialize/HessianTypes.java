package io.moa.protocol.serialize;

import com.caucho.hessian.io.AbstractHessianInput;
import com.caucho.hessian.io.Deserializer;
import com.caucho.hessian.io.SerializerFactory;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Every type that Hessian bodies of one service may hold. It answers all the questions the library asks about types, so
 * that none of the library's own deserializers, its class factory or its patterns is ever consulted: those allow {@code
 * java.*} and turn a refused class into a HashMap without a word.
 *
 * <p>Safe for many threads. Only allowed names are remembered, so a peer cannot fill the tables.
 */
@SuppressWarnings("rawtypes") // the signatures are the library's
final class HessianTypes extends SerializerFactory {

    private final AllowList allowed;
    private final HessianJdk jdk;
    private final Map<Class<?>, HessianType> byClass = new ConcurrentHashMap<>();
    private final Map<String, HessianType> byName = new ConcurrentHashMap<>();

    HessianTypes(AllowList allowed) {
        super(HessianTypes.class.getClassLoader());
        this.allowed = allowed;
        this.jdk = new HessianJdk(this);
    }

    AllowList allowed() {
        return allowed;
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
            return HessianArray.of(this, type);
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

    // ---- reading

    /**
     * The type of a name from the wire.
     *
     * @throws SerializationException if it is not allowed; nothing was loaded then
     */
    HessianType ofName(String name) {
        HessianType known = byName.get(name);
        if (known == null) {
            known = makeForReading(name);
            byName.put(name, known);
        }
        return known;
    }

    private HessianType makeForReading(String name) {
        HessianType value = jdk.ofName(name);
        if (value != null) {
            return value;
        }
        if (name.startsWith("[")) {
            return HessianArray.of(this, name);
        }
        if (!allowed.allows(name)) {
            throw allowed.refusal(name);
        }
        Class<?> type = allowed.resolve(name);
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

    /** The type of an enum that is written as part of another value. */
    HessianEnum ofEnum(Class<?> type) {
        return (HessianEnum) ofClass(type);
    }

    /** The enum of a name that was read as data; under the same rule as a name that is read as a type. */
    HessianEnum ofEnumName(@Nullable Object name) {
        if (name instanceof String text && ofName(text) instanceof HessianEnum type) {
            return type;
        }
        throw SerializationException.malformed("A body names something as an enum that is none.");
    }

    /** For the library: a type that is not allowed may still be skipped, and is refused when it would be kept. */
    private HessianType forLibrary(String name) {
        try {
            return ofName(name);
        } catch (SerializationException e) {
            if (e.reason() != SerializationException.Reason.REFUSED) {
                throw e;
            }
            return new HessianRefused(e);
        }
    }

    // ---- what the library asks

    @Override
    public Deserializer getObjectDeserializer(String type, @Nullable Class target) {
        return forLibrary(type);
    }

    @Override
    public Deserializer getObjectDeserializer(String type) {
        return forLibrary(type);
    }

    @Override
    public Deserializer getListDeserializer(@Nullable String type, @Nullable Class target) {
        return type == null || type.isEmpty() ? jdk.plainList() : forLibrary(type);
    }

    @Override
    public Deserializer getListDeserializer(String type) {
        return getListDeserializer(type, null);
    }

    @Override
    public Deserializer getDeserializer(String type) {
        return forLibrary(type);
    }

    @Override
    public Deserializer getDeserializer(Class type) {
        return forLibrary(type.getName());
    }

    @Override
    public @Nullable Object readList(AbstractHessianInput in, int length, @Nullable String type) throws IOException {
        return getListDeserializer(type, null).readList(in, length);
    }

    @Override
    public @Nullable Object readMap(AbstractHessianInput in, @Nullable String type) throws IOException {
        return (type == null || type.isEmpty() ? jdk.plainMap() : forLibrary(type)).readMap(in);
    }

    @Override
    public @Nullable Object readObject(AbstractHessianInput in, String type, String[] fields) {
        throw notAsked();
    }

    @Override
    public com.caucho.hessian.io.Serializer getSerializer(Class type) {
        return ofClass(type);
    }

    @Override
    public com.caucho.hessian.io.Serializer getObjectSerializer(Class<?> type) {
        return ofClass(type);
    }

    @Override
    public Class<?> loadSerializedClass(String name) {
        throw notAsked();
    }

    private static SerializationException notAsked() {
        return SerializationException.malformed("The body uses a form of Hessian that MOA does not.");
    }
}
