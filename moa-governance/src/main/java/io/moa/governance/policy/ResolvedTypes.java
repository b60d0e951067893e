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
import org.jspecify.annotations.Nullable;

/**
 * The types of methods as they are seen from one interface or class: where a parent declares a {@code T}, this says what was made of it.
 * Immutable.
 */
public final class ResolvedTypes {

    private final Map<TypeVariable<?>, Type> known = new HashMap<>();

    /**
     * The types of a method, as texts that are equal if the types are: variables of the method itself go by their place, as their names say
     * nothing.
     *
     * @param variables the bounds of the method's own variables
     * @param parameters the types of its parameters
     * @param result the type of its result
     */
    record Form(List<String> variables, List<String> parameters, String result) {

        /** This form with one parameter less. */
        Form withoutLast() {
            return new Form(variables, parameters.subList(0, parameters.size() - 1), result);
        }
    }

    /** As seen from an interface or a class. */
    ResolvedTypes(Class<?> from) {
        learn(from);
    }

    /** The classes of the parameters of a service's method, as its interface has them where a generic parent leaves them open. */
    public static List<Class<?>> ofParameters(Class<?> service, Method method) {
        return new ResolvedTypes(service).erasedParameters(Declarations.bridged(method));
    }

    private void learn(Class<?> type) {
        List<Type> parents = new ArrayList<>(List.of(type.getGenericInterfaces()));
        if (type.getGenericSuperclass() != null) {
            parents.add(type.getGenericSuperclass());
        }
        for (Type parent : parents) {
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

    /** What two methods have in common of which one can stand for the other. */
    Form form(Method method) {
        return new Form(
                Arrays.stream(method.getTypeParameters())
                        .map(each -> bounds(each, true))
                        .toList(),
                Arrays.stream(method.getGenericParameterTypes())
                        .map(each -> text(each, true))
                        .toList(),
                text(method.getGenericReturnType(), true));
    }

    /**
     * A method with the types of another one, for people.
     *
     * @param more parameters that it has besides, each a text
     */
    String written(Method like, String name, String... more) {
        String variables = Arrays.stream(like.getTypeParameters())
                .map(each -> each.getName() + (bounds(each, false).isEmpty() ? "" : " extends " + bounds(each, false)))
                .collect(Collectors.joining(", "));
        List<String> parameters = new ArrayList<>();
        for (Type each : like.getGenericParameterTypes()) {
            parameters.add(text(each, false));
        }
        parameters.addAll(List.of(more));
        return (variables.isEmpty() ? "" : "<" + variables + "> ") + text(like.getGenericReturnType(), false) + " "
                + name + "(" + String.join(", ", parameters) + ")";
    }

    private String bounds(TypeVariable<?> variable, boolean byPlace) {
        return Arrays.stream(variable.getBounds())
                .filter(bound -> bound != Object.class)
                .map(bound -> text(bound, byPlace))
                .collect(Collectors.joining(" & "));
    }

    /** The classes of a method's parameters: a method that overrides another one has the same. */
    List<Class<?>> erasedParameters(Method method) {
        List<Class<?>> classes = new ArrayList<>();
        for (Type type : method.getGenericParameterTypes()) {
            classes.add(erased(type));
        }
        return classes;
    }

    /** The class of a method's result; null if that is a variable of which nothing is known. */
    @Nullable
    Class<?> erasedResult(Method method) {
        Type result = method.getGenericReturnType();
        while (result instanceof TypeVariable<?> && known.get(result) != null) {
            result = known.get(result);
        }
        return result instanceof TypeVariable<?> ? null : erased(result);
    }

    private String text(Type type, boolean byPlace) {
        if (type instanceof Class<?> known) {
            return known.getTypeName();
        }
        if (type instanceof ParameterizedType made) {
            return erased(made).getTypeName()
                    + Arrays.stream(made.getActualTypeArguments())
                            .map(each -> text(each, byPlace))
                            .collect(Collectors.joining(", ", "<", ">"));
        }
        if (type instanceof GenericArrayType array) {
            return text(array.getGenericComponentType(), byPlace) + "[]";
        }
        if (type instanceof WildcardType wild) {
            return wild.getLowerBounds().length > 0
                    ? "? super " + text(wild.getLowerBounds()[0], byPlace)
                    : wild.getUpperBounds()[0] == Object.class
                            ? "?"
                            : "? extends " + text(wild.getUpperBounds()[0], byPlace);
        }
        Type meant = known.get(type);
        if (meant != null) {
            return text(meant, byPlace);
        }
        if (type instanceof TypeVariable<?> variable && variable.getGenericDeclaration() instanceof Method method) {
            return byPlace ? "#" + Arrays.asList(method.getTypeParameters()).indexOf(variable) : variable.getName();
        }
        return erased(type).getTypeName(); // of an interface that was extended without arguments: what is left of it
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
