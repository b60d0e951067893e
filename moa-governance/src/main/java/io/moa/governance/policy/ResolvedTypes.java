package io.moa.governance.policy;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The types of methods as they are seen from one interface: where a parent declares a {@code T}, this says what the interface has made of
 * it. Types are written as texts, which are equal if the types are. Immutable.
 */
final class ResolvedTypes {

    private final Map<TypeVariable<?>, Type> known = new HashMap<>();

    /** As seen from an interface. */
    ResolvedTypes(Class<?> from) {
        learn(from);
    }

    private void learn(Class<?> type) {
        for (Type parent : type.getGenericInterfaces()) {
            if (parent instanceof ParameterizedType made && made.getRawType() instanceof Class<?> raw) {
                TypeVariable<?>[] variables = raw.getTypeParameters();
                for (int i = 0; i < variables.length; i++) {
                    known.putIfAbsent(variables[i], made.getActualTypeArguments()[i]);
                }
                learn(raw);
            } else if (parent instanceof Class<?> raw) {
                learn(raw);
            }
        }
    }

    /** The types of a method's parameters. */
    List<String> parameters(Method method) {
        return Arrays.stream(method.getGenericParameterTypes()).map(this::text).toList();
    }

    /** The classes of a method's parameters: a method that overrides another one has the same. */
    List<Class<?>> erasedParameters(Method method) {
        List<Class<?>> classes = new ArrayList<>();
        for (Type type : method.getGenericParameterTypes()) {
            classes.add(erased(type));
        }
        return classes;
    }

    /** The type of a method's result. */
    String result(Method method) {
        return text(method.getGenericReturnType());
    }

    private String text(Type type) {
        if (type instanceof Class<?> known) {
            return known.getTypeName();
        }
        if (type instanceof ParameterizedType made) {
            return erased(made).getTypeName()
                    + Arrays.stream(made.getActualTypeArguments())
                            .map(this::text)
                            .collect(Collectors.joining(", ", "<", ">"));
        }
        if (type instanceof GenericArrayType array) {
            return text(array.getGenericComponentType()) + "[]";
        }
        if (type instanceof WildcardType wild) {
            return wild.getLowerBounds().length > 0
                    ? "? super " + text(wild.getLowerBounds()[0])
                    : wild.getUpperBounds()[0] == Object.class ? "?" : "? extends " + text(wild.getUpperBounds()[0]);
        }
        Type meant = known.get(type);
        if (meant != null) {
            return text(meant);
        }
        // One of the method itself goes by its name; of an interface that was extended without arguments, by what is
        // left of it.
        return type instanceof TypeVariable<?> variable && variable.getGenericDeclaration() instanceof Method
                ? variable.getName()
                : erased(type).getTypeName();
    }

    private Class<?> erased(Type type) {
        if (type instanceof Class<?> known) {
            return known;
        }
        if (type instanceof ParameterizedType made) {
            return erased(made.getRawType());
        }
        if (type instanceof GenericArrayType array) {
            return erased(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof WildcardType wild) {
            return erased(wild.getUpperBounds()[0]);
        }
        Type meant = known.get(type);
        if (meant != null) {
            return erased(meant);
        }
        return type instanceof TypeVariable<?> variable ? erased(variable.getBounds()[0]) : Object.class;
    }
}
