package io.moa.governance.policy;

import io.moa.annotation.ParameterName;
import io.moa.internal.UntrustedText;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What callers without the interface call the parameters of a method: as {@link ParameterName} says, on the method or on one that it
 * overrides, and otherwise as the compiler noted with {@code -parameters}. Functions without state, for any thread; they reflect, so they
 * are asked when an interface is read and never on a call.
 */
public final class DeclaredParameters {

    private static final int MAX_CHARS = 100;

    private DeclaredParameters() {}

    /**
     * The names of the parameters, in order.
     *
     * @param service the interface
     * @param method one of its methods
     * @return null if one of them is not known; empty for a method without parameters
     * @throws IllegalArgumentException if an annotation has a name that is no name, two parameters have the same one, or two interfaces say
     *     different ones
     */
    public static @Nullable List<String> names(Class<?> service, Method method) {
        Declarations declarations = Declarations.of(service, method);
        String[] names = new String[method.getParameterCount()];
        for (int i = 0; i < names.length; i++) {
            String name = name(declarations, i);
            if (name == null) {
                return null;
            }
            names[i] = name;
        }
        List<String> all = List.of(names);
        if (Set.copyOf(all).size() < all.size()) {
            throw new IllegalArgumentException("The parameters of " + service.getSimpleName() + "." + method.getName()
                    + " are named " + String.join(", ", all) + "; expected another name for each");
        }
        return all;
    }

    private static @Nullable String name(Declarations declarations, int index) {
        Declarations.Found<String> said =
                declarations.onMethod("@ParameterName", method -> said(method, method.getParameters()[index]));
        if (said != null) {
            return said.what();
        }
        for (Method each : declarations.all()) {
            Parameter parameter = each.getParameters()[index];
            if (parameter.isNamePresent()) {
                return parameter.getName();
            }
        }
        return null;
    }

    private static @Nullable String said(Method method, Parameter parameter) {
        ParameterName said = parameter.getAnnotation(ParameterName.class);
        if (said == null) {
            return null;
        }
        String name = said.value();
        if (name.isEmpty() || name.length() > MAX_CHARS || UntrustedText.firstUnseen(name) >= 0) {
            throw new IllegalArgumentException("@ParameterName(\"" + UntrustedText.shown(name, MAX_CHARS) + "\") on "
                    + method.getDeclaringClass().getSimpleName() + "." + method.getName()
                    + " is no name; expected 1 to " + MAX_CHARS + " characters that can be seen");
        }
        return name;
    }

    /**
     * What to tell once where a service is offered some of whose parameters have no names.
     *
     * @param service the interface
     * @param nameless its methods of which {@link #names} gives null
     */
    public static String warning(Class<?> service, List<Method> nameless) {
        return "The names of parameters of " + service.getName() + " are not known ("
                + nameless.stream()
                        .map(method -> method.getName()
                                + Arrays.stream(method.getParameterTypes())
                                        .map(Class::getSimpleName)
                                        .collect(Collectors.joining(", ", "(", ")")))
                        .sorted()
                        .limit(3)
                        .collect(Collectors.joining(", "))
                + (nameless.size() > 3 ? " and " + (nameless.size() - 3) + " more" : "")
                + "), so callers that send JSON give arguments by position only: compile the interface with -parameters, in Kotlin"
                + " -java-parameters, or say the names with @ParameterName";
    }
}
