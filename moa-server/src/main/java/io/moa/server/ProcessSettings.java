package io.moa.server;

import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What system properties and environment variables say above the code of a server. A command whose options say where it
 * listens leaves those settings out: who typed an option means it. Immutable; never null in, and safe for many threads.
 *
 * @param property finds a system property; null for what is not said
 * @param variable finds an environment variable; null for what is not said
 */
public record ProcessSettings(UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {

    /** What this process was given. */
    public static final ProcessSettings GIVEN = new ProcessSettings(System::getProperty, System::getenv);

    private static final String PROPERTY = "moa.server.";
    private static final String VARIABLE = "MOA_SERVER_";

    /** The code holds: no {@code moa.server.*} and no {@code MOA_SERVER_*}. */
    public ProcessSettings withoutServer() {
        return hiding(name -> name.startsWith(PROPERTY) || name.startsWith(VARIABLE));
    }

    /**
     * The code holds for these, and the rest is as before.
     *
     * @param names such as {@code port} for {@code moa.server.port} and {@code MOA_SERVER_PORT}
     */
    public ProcessSettings without(Set<String> names) {
        return hiding(name -> (name.startsWith(PROPERTY) && names.contains(name.substring(PROPERTY.length())))
                || (name.startsWith(VARIABLE)
                        && names.contains(name.substring(VARIABLE.length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '.'))));
    }

    private ProcessSettings hiding(Predicate<String> hidden) {
        return new ProcessSettings(
                name -> hidden.test(name) ? null : property.apply(name),
                name -> hidden.test(name) ? null : variable.apply(name));
    }
}
