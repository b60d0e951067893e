package io.moa.cli;

import io.moa.registry.embedded.EmbeddedRedis;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code moa redis}: a registry to try things with, for whoever has none. */
@Command(
        name = "redis",
        mixinStandardHelpOptions = true,
        description =
                "Starts a Redis to try things with: on 127.0.0.1, keeping nothing on disk, with a password drawn at"
                        + " random, which stands in the URL that is printed. Ends with Ctrl+C or SIGTERM. Not for production.")
final class RedisCommand implements Callable<Integer> {

    private static final long LOOK_MILLIS = 1_000;

    @ParentCommand
    private MoaCommand moa;

    @Option(
            names = "--port",
            defaultValue = "6379",
            paramLabel = "PORT",
            converter = WholeNumber.Port.class,
            description = "The TCP port, 0 for a free one; default ${DEFAULT-VALUE}.")
    private int port;

    @Mixin
    private TimeLimit limit;

    @Override
    public Integer call() throws InterruptedException {
        try (EndRequest end = new EndRequest("redis", 5);
                EmbeddedRedis redis = start()) {
            moa.out().println(redis + " runs until you end this command. In another terminal:");
            moa.out().println();
            moa.out().println("  export MOA_REGISTRY='" + redis.url() + "'");
            moa.out().println("  ./moa quickstart --serve --registry \"$MOA_REGISTRY\"");
            moa.out().println("  ./moa ls");
            moa.out().flush();
            long pid = redis.pid();
            end.await(limit.millis(), LOOK_MILLIS, () -> {
                if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
                    throw new IllegalStateException(
                            "The Redis at " + redis.url().replaceAll("//.*@", "//") + ", process " + pid
                                    + ", has ended, though nobody asked for it here. What it held is lost; start another one.");
                }
            });
        }
        return 0;
    }

    private EmbeddedRedis start() {
        try {
            return EmbeddedRedis.start(port);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "No Redis can be started at port " + port + ": " + e.getMessage()
                            + ". Choose another port with --port, 0 for a free one.",
                    e);
        }
    }
}
