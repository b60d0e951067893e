package io.moa.protocol.serialize;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way of turning values into bytes. Found once at start by {@link java.util.ServiceLoader}, or handed in; see {@link
 * Serializers}. Safe for many threads.
 *
 * <p>Binding is the slow half: it may reflect and allocate, happens once per method and list, and reports what it cannot
 * carry. The {@link BodyCodec} it returns is the fast half.
 */
public interface Serializer {

    /**
     * The number that stands for this serializer on the wire. Never changes. 1 hessian, 2 json, 3 protobuf; 4 to 127 are
     * kept for MOA; 128 to 255 belong to users.
     */
    int id();

    /** The name by which settings and annotations choose it: lower case, such as {@code hessian}. */
    String name();

    /**
     * Binds to the parameter types of one method. Never called on the call path.
     *
     * @param parameterTypes the generic types of the parameters, in order; empty for a method without parameters
     * @param allowed the classes that bytes may create
     * @return a codec whose value is an {@code Object[]} with one element per parameter
     * @throws SerializationException if these types cannot be carried, saying what is expected
     */
    BodyCodec arguments(List<? extends Type> parameterTypes, AllowList allowed);

    /**
     * As {@link #arguments(List, AllowList)}, with names for errors and for forms that carry arguments by name; by default they are of no
     * use.
     *
     * @param parameterNames one for each parameter, in order; null if they are not known
     */
    default BodyCodec arguments(
            List<? extends Type> parameterTypes, @Nullable List<String> parameterNames, AllowList allowed) {
        return arguments(parameterTypes, allowed);
    }

    /**
     * Binds to the result of one method. Never called on the call path.
     *
     * @param type the generic type of the value; {@code void.class} for none. A future's type is unwrapped by the caller.
     * @param allowed the classes that bytes may create
     * @throws SerializationException if this type cannot be carried, saying what is expected
     */
    BodyCodec result(Type type, AllowList allowed);
}
