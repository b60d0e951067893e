package io.moa.cli;

import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RegistryUnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which registry a command works with. */
final class RegistryOption {

    private static final String VARIABLE = "MOA_REGISTRY";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-r", "--registry"},
            paramLabel = "URL",
            description =
                    "Where the registry is: redis://[user:password@]host:port, redis-sentinel://host:port,.../master,"
                            + " redis-cluster://host:port,...; with ?prefix=NAME. Default: the environment variable "
                            + VARIABLE
                            + ", which keeps a password off the command line.")
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
        String text = url != null ? url : System.getenv(VARIABLE);
        if (text == null || text.isBlank()) {
            return null;
        }
        try {
            return RedisConfig.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), (url != null ? "--registry: " : VARIABLE + ": ") + e.getMessage(), e);
        }
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
