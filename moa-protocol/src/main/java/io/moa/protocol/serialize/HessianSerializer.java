package io.moa.protocol.serialize;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hessian 2, the default between Java and Java: any object graph of allowed classes, references and cycles included. A
 * body of arguments is the arguments one after the other; a body of a result is one value.
 *
 * <p>See {@code docs/serialization.md} for what it carries and what comes back in another form.
 */
public final class HessianSerializer implements Serializer {

    private final SerializationLimits limits;
    private final @Nullable RefusedNames refused;
    private final Spares<HessianReader> readers;
    private final Spares<HessianOut> writers;

    /** With default limits. */
    public HessianSerializer() {
        this(SerializationLimits.DEFAULTS);
    }

    public HessianSerializer(SerializationLimits limits) {
        this(limits, null);
    }

    /**
     * With these limits, and notes of the classes that are refused.
     *
     * @param refused takes the names of refused classes; null to take none
     */
    public HessianSerializer(SerializationLimits limits, @Nullable RefusedNames refused) {
        this.limits = limits;
        this.refused = refused;
        HessianTypes none = AllowList.ofValues().hessianTypes();
        this.readers = new Spares<>(() -> new HessianReader(limits, none));
        this.writers = new Spares<>(() -> new HessianOut(limits.maxDepth()));
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public String name() {
        return "hessian";
    }

    @Override
    public BodyCodec arguments(List<? extends Type> parameterTypes, AllowList allowed) {
        Class<?>[] types = parameterTypes.stream().map(HessianSerializer::raw).toArray(Class<?>[]::new);
        return new HessianBody(limits, readers, writers, allowed.hessianTypes(), refused, types, true);
    }

    @Override
    public BodyCodec result(Type type, AllowList allowed) {
        return new HessianBody(
                limits, readers, writers, allowed.hessianTypes(), refused, new Class<?>[] {raw(type)}, false);
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType generic) {
            return raw(generic.getRawType());
        }
        if (type instanceof GenericArrayType array) {
            return raw(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof TypeVariable<?> variable) {
            return raw(variable.getBounds()[0]);
        }
        return raw(((WildcardType) type).getUpperBounds()[0]);
    }
}
