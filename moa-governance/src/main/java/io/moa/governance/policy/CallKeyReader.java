package io.moa.governance.policy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads one call key out of the arguments of a call. The way there is found once, by the declared types; a call only follows it. Immutable,
 * safe for many threads.
 */
public final class CallKeyReader {

    /** A longer value is cut to so many characters. */
    public static final int MOST_CHARS = 256;

    private final String key;
    private final int argument;
    private final Step[] steps;

    /** One step on the way: a getter, or a key of a map. */
    private interface Step {
        @Nullable
        Object from(Object value) throws Throwable;
    }

    private CallKeyReader(String key, int argument, Step[] steps) {
        this.key = key;
        this.argument = argument;
        this.steps = steps;
    }

    /**
     * The readers of a method's keys.
     *
     * @param types the classes of its parameters, as the service has them where a generic parent leaves them open
     * @param declared the path of each key without live rules
     * @param paths the path of each key, beginning with the number of an argument. Those of a live rule lead through record components and
     *     getters of public types alone: an operator is not to run methods whose author never meant them to be read
     * @throws IllegalArgumentException if there is no such argument, or no way there from its type; the message says what there is
     */
    public static List<CallKeyReader> of(
            Method method, List<Class<?>> types, Map<String, String> declared, Setting<Map<String, String>> paths) {
        List<CallKeyReader> readers = new ArrayList<>();
        paths.value().forEach((key, path) -> {
            boolean byRule = paths.origin() == Origin.LIVE_RULE && !path.equals(declared.get(key));
            readers.add(of(method, types, key, path, byRule));
        });
        return readers;
    }

    /**
     * Checks that the keys which the annotations of a method name can be read. A provider reads none, but callers who cannot read them have
     * no stub.
     *
     * @param service the interface
     * @throws IllegalArgumentException as {@link #of}
     */
    public static void check(Class<?> service, Method method) {
        List<CallKeyReader> unused = of(
                method,
                ResolvedTypes.ofParameters(service, method),
                Map.of(),
                AnnotatedPolicy.read(service, method)
                        .get(PolicyKey.CALL_KEYS)); // it is only asked whether they can be read
    }

    private static CallKeyReader of(Method method, List<Class<?>> types, String key, String path, boolean byRule) {
        String[] parts = path.split("\\.");
        int argument = Integer.parseInt(parts[0]);
        String whose = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        if (argument >= method.getParameterCount()) {
            throw new IllegalArgumentException("The call key " + key + " of " + whose + " is read from argument "
                    + argument + " (counted from 0), but there are " + method.getParameterCount());
        }
        Class<?> type = types.get(argument);
        Step[] steps = new Step[parts.length - 1];
        for (int i = 0; i < steps.length; i++) {
            String name = parts[i + 1];
            if (Map.class.isAssignableFrom(type)) {
                steps[i] = value -> ((Map<?, ?>) value).get(name);
                type = Object.class;
                continue;
            }
            Method getter = getter(type, name, byRule);
            if (getter == null) {
                throw new IllegalArgumentException("The call key " + key + " of " + whose + " is read as " + path
                        + ", but "
                        + type.getName() + " has no "
                        + (byRule
                                ? "record component " + name + ", and no public getter get" + capital(name) + "() or is"
                                        + capital(name) + "(), which is all that a rule may read"
                                : name + "(), get" + capital(name) + "() or is" + capital(name)
                                        + "() that this process may call"));
            }
            type = getter.getReturnType();
            MethodHandle handle = handle(getter, key, whose);
            steps[i] = value -> (Object) handle.invokeExact(value);
        }
        if (!isText(type)) {
            throw new IllegalArgumentException(
                    "The call key " + key + " of " + whose + " leads to a " + type.getTypeName()
                            + "; expected a text, number, boolean, character, enum or UUID, or a path that goes on to one");
        }
        return new CallKeyReader(key, argument, steps);
    }

    private static @Nullable Method getter(Class<?> type, String name, boolean byRule) {
        List<String> wanted = List.of(name, "get" + capital(name), "is" + capital(name));
        for (String candidate : wanted) {
            for (Method method : type.getMethods()) {
                if (method.getName().equals(candidate)
                        && method.getParameterCount() == 0
                        && method.getReturnType() != void.class
                        && !Modifier.isStatic(method.getModifiers())
                        && !method.isBridge()
                        && (!byRule || isForReading(type, method, name))) {
                    return method;
                }
            }
        }
        return null;
    }

    private static boolean isForReading(Class<?> type, Method method, String name) {
        if (method.getName().equals(name)) {
            return type.isRecord()
                    && Arrays.stream(type.getRecordComponents())
                            .anyMatch(component -> component.getName().equals(name));
        }
        boolean any = method.getName().startsWith("get");
        return (any || method.getReturnType() == boolean.class)
                && Modifier.isPublic(method.getDeclaringClass().getModifiers())
                && method.getDeclaringClass() != Object.class;
    }

    private static MethodHandle handle(Method getter, String key, String whose) {
        try {
            if (!Modifier.isPublic(getter.getDeclaringClass().getModifiers())) {
                getter.setAccessible(true);
            }
            return MethodHandles.lookup().unreflect(getter).asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    "The call key " + key + " of " + whose + " cannot be read by " + getter
                            + ": make its class public, or open" + " its package to MOA",
                    e);
        }
    }

    private static String capital(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static boolean isText(Class<?> type) {
        return type == Object.class
                || type.isPrimitive()
                || type.isEnum()
                || type.isAssignableFrom(String.class)
                || Number.class.isAssignableFrom(type)
                || type == Boolean.class
                || type == Character.class
                || type == UUID.class;
    }

    /** The keys of a call; those that lead to nothing are left out. */
    public static Map<String, String> read(List<CallKeyReader> readers, @Nullable Object[] arguments) {
        Map<String, String> keys = new LinkedHashMap<>(readers.size() * 2);
        for (CallKeyReader reader : readers) {
            String value = reader.read(arguments);
            if (value != null) {
                keys.put(reader.key, value);
            }
        }
        return keys;
    }

    private @Nullable String read(@Nullable Object[] arguments) {
        Object value = arguments[argument];
        try {
            for (int i = 0; i < steps.length && value != null; i++) {
                value = steps[i].from(value);
            }
        } catch (Error e) {
            throw e; // no getter's fault
        } catch (Throwable broken) {
            return null; // a getter that throws gives no key; the call may not fail for that
        }
        if (value == null || (!(value instanceof Enum<?>) && !isText(value.getClass()))) {
            return null;
        }
        String text = value instanceof Enum<?> constant ? constant.name() : value.toString();
        return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) : text;
    }
}
