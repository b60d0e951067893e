package io.moa.protocol.serialize;

import io.moa.annotation.SubTypes;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Finds every class that the signatures of a service declare. One walk, one thread; used once per service at start. */
final class SignatureWalk {

    private final Set<Type> seen = new HashSet<>();
    private final Set<Class<?>> creatable = new LinkedHashSet<>();
    private final Set<Class<?>> declared = new LinkedHashSet<>();

    /** Classes that may be created. */
    Set<Class<?>> creatable() {
        return creatable;
    }

    /** Types that were met but are not created as such: interfaces, abstract classes, JDK types in signatures. */
    Set<Class<?>> declared() {
        return declared;
    }

    void service(Class<?> serviceInterface) {
        subTypesOf(serviceInterface);
        for (Class<?> parent : serviceInterface.getInterfaces()) {
            subTypesOf(parent);
        }
        for (Method method : serviceInterface.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || method.getDeclaringClass() == Object.class) {
                continue;
            }
            for (Type type : method.getGenericParameterTypes()) {
                walk(type);
            }
            walk(method.getGenericReturnType());
            for (Class<?> exception : method.getExceptionTypes()) {
                if (!isOfJdk(exception)) { // those of the JDK travel without fields, and need not be listed
                    walk(exception);
                }
            }
        }
    }

    /** A class named by the user: allowed even if it belongs to the JDK. */
    void subType(Class<?> type) {
        if (isOfJdk(type)) {
            creatable.add(type);
        } else {
            walk(type);
        }
    }

    private void walk(Type type) {
        if (!seen.add(type)) {
            return;
        }
        if (type instanceof Class<?> plain) {
            walkClass(plain);
        } else if (type instanceof ParameterizedType generic) {
            walk(generic.getRawType());
            for (Type argument : generic.getActualTypeArguments()) {
                walk(argument);
            }
        } else if (type instanceof GenericArrayType array) {
            walk(array.getGenericComponentType());
        } else if (type instanceof WildcardType wildcard) {
            for (Type bound : wildcard.getUpperBounds()) {
                walk(bound);
            }
            for (Type bound : wildcard.getLowerBounds()) {
                walk(bound);
            }
        } else if (type instanceof TypeVariable<?> variable) {
            for (Type bound : variable.getBounds()) {
                walk(bound);
            }
        }
    }

    private void walkClass(Class<?> type) {
        if (type.isArray()) {
            walk(type.getComponentType());
            return;
        }
        if (type.isPrimitive()) {
            return;
        }
        if (isOfJdk(type)) {
            declared.add(type);
            return;
        }
        subTypesOf(type);
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                walk(permitted);
            }
        }
        if (AllowList.whyNever(type) != null) {
            declared.add(type);
        } else {
            creatable.add(type);
        }
        if (type.isEnum() || isProtobufMessage(type)) {
            return;
        }
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                walk(component.getGenericType());
            }
            return;
        }
        for (Field field : type.getDeclaredFields()) {
            int modifiers = field.getModifiers();
            if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !field.isSynthetic()) {
                walk(field.getGenericType());
            }
        }
        Type parent = type.getGenericSuperclass();
        if (parent != null && !(Throwable.class.isAssignableFrom(type) && isOfJdk(type.getSuperclass()))) {
            walk(parent);
        }
    }

    private void subTypesOf(Class<?> type) {
        SubTypes more = type.getDeclaredAnnotation(SubTypes.class);
        if (more != null) {
            for (Class<?> each : more.value()) {
                subType(each);
            }
        }
    }

    /** Nothing of the JDK joins the list by being declared: its value types are there by name, the rest is asked for. */
    static boolean isOfJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    /** By name, because protobuf-java may be absent. Generated messages have their own serializer. */
    private static boolean isProtobufMessage(Class<?> type) {
        for (Class<?> up = type; up != null; up = up.getSuperclass()) {
            if (up.getName().startsWith("com.google.protobuf.")) {
                return true;
            }
        }
        return false;
    }
}
