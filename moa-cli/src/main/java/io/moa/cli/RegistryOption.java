package io.moa.cli;

import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RegistryUnavailableException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which registry a command works with. */
final class RegistryOption {

    private static final String VARIABLE = "MOA_REGISTRY";

    /** NAME/PRIORITY/USE=ADDRESS, as processes take several registries. */
    private static final Pattern LINE =
            Pattern.compile("([A-Za-z0-9._-]{1,32})(?:/[0-9]{1,3})?(?:/(?:both|register|follow))?=(.+)");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-r", "--registry"},
            paramLabel = "URL",
            description =
                    "Where the registry is: redis://[user:password@]host:port, redis-sentinel://host:port,.../master,"
                            + " redis-cluster://host:port,...; with ?prefix=NAME&allow=10.0.0.0/8; or the NAME of one of several in the environment"
                            + " variable "
                            + VARIABLE
                            + ". Default: that variable, which keeps a password off the command line.")
    private @Nullable String url;

    /** The settings that were asked for. */
    RedisConfig config() {
        RedisConfig said = configIfSaid();
        if (said == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Which registry? Say --registry redis://host:port, or set the environment variable " + VARIABLE);
        }
        return said;
    }

    /** The settings that were asked for; null if none were. */
    @Nullable
    RedisConfig configIfSaid() {
        return configIfSaid(spec, url);
    }

    /**
     * The settings that an option or the variable asks for; null if neither does.
     *
     * @param url what {@code --registry} said; null if it was left out
     * @throws ParameterException if it is no Redis URL
     */
    static @Nullable RedisConfig configIfSaid(CommandSpec spec, @Nullable String url) {
        String variable = System.getenv(VARIABLE);
        if (url == null && (variable == null || variable.isBlank())) {
            return null;
        }
        String text;
        try {
            text = chosen(url, variable == null ? "" : variable);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        return Argument.read(spec, url != null ? "--registry" : VARIABLE, () -> RedisConfig.parse(text));
    }

    /**
     * One URL of what was said: a process may use several registries as one, and a command works with one of them.
     *
     * @param said the option: a URL, or the name of one in the variable; null if it was left out
     * @param variable one address, or several as processes take them
     * @throws IllegalArgumentException if it is not clear which is meant
     */
    static String chosen(@Nullable String said, String variable) {
        Map<String, String> named = new LinkedHashMap<>();
        for (String part : variable.strip().split("\\s+")) {
            Matcher line = LINE.matcher(part);
            String address = line.matches() ? line.group(2) : part;
            if (address.startsWith("redis")) { // the rest, such as a lookup, is only followed
                named.put(line.matches() ? line.group(1) : "registry-" + (named.size() + 1), address);
            }
        }
        if (said != null) {
            return said.contains("://") ? said : named.getOrDefault(said, said);
        }
        if (named.size() > 1) {
            throw new IllegalArgumentException(VARIABLE + " names several registries, "
                    + String.join(", ", named.keySet()) + ": say which with --registry NAME, or --registry URL");
        }
        return named.isEmpty() ? variable.strip() : named.values().iterator().next();
    }

    /** Does something with an open link, which ends with it. */
    <T> T with(Function<RedisLink, T> work) {
        try (RedisLink link = RedisLink.open(config())) {
            return work.apply(link);
        }
    }

    /** Does something at the operator's desk. */
    <T> T atDesk(Function<OperatorDesk, T> work) {
        return with(link -> work.apply(new OperatorDesk(link)));
    }

    /**
     * Waits for an answer.
     *
     * @throws IllegalStateException if there is none, with a message for people
     */
    static <T> T answer(CompletableFuture<T> asked) {
        try {
            return asked.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RegistryUnavailableException away) {
                throw new IllegalStateException(
                        "The registry does not answer as it should: " + away.getMessage(), away);
            }
            if (e.getCause() instanceof RuntimeException other) {
                throw other;
            }
            throw e;
        }
    }
}
