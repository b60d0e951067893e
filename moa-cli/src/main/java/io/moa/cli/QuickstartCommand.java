package io.moa.cli;

import io.moa.governance.observe.ProcessCalls;
import io.moa.invoke.Ticker;
import io.moa.node.quickstart.Greeter;
import io.moa.node.quickstart.MeshQuickstart;
import io.moa.node.quickstart.Quickstart;
import io.moa.node.quickstart.SampleConsumer;
import io.moa.node.quickstart.SampleProvider;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa quickstart}. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        description =
                "Starts a registry, two instances of a sample service and a consumer, makes calls over real sockets,"
                        + " and tells what happened. Exits 0 if everything went as promised.")
final class QuickstartCommand implements Callable<Integer> {

    /** What only makes sense when serving. */
    static final class Serving {
        @Option(
                names = "--serve",
                required = true,
                description = "Only offer the sample service, until the process is ended.")
        private boolean serve;

        @Option(
                names = "--port",
                defaultValue = "9000",
                paramLabel = "PORT",
                converter = WholeNumber.Port.class,
                description = "The TCP port to serve at, 0 for a free one; default ${DEFAULT-VALUE}.")
        private int port;

        @Option(
                names = "--host",
                defaultValue = "127.0.0.1",
                paramLabel = "HOST",
                description = "The local address to listen on; default ${DEFAULT-VALUE}.")
        private String host;

        @Option(
                names = {"-r", "--registry"},
                paramLabel = "URL",
                description =
                        "Announce it in the registry at this redis:// URL; default the environment variable MOA_REGISTRY,"
                                + " else in none. ./moa redis starts one.")
        private @Nullable String registry;

        @Option(
                names = "--consumer-port",
                paramLabel = "PORT",
                converter = WholeNumber.Port.class,
                description =
                        "Call it as well, ten times in a second, and answer ./moa top, explain and rules dry-run at"
                                + " this port of 127.0.0.1, 0 for a free one; default: nobody calls.")
        private @Nullable Integer consumerPort;
    }

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--mesh",
            description =
                    "Shows mesh mode instead: agents start, the traffic moves over and back, agents are replaced and killed.")
    private boolean mesh;

    @ArgGroup(exclusive = false)
    private @Nullable Serving serving; // absent without --serve

    @Override
    public Integer call() throws InterruptedException {
        if (mesh) {
            if (serving != null) {
                throw new ParameterException(spec.commandLine(), "--mesh goes without --serve");
            }
            return new MeshQuickstart(moa.out(), moa.colour()).run() ? 0 : 1;
        }
        if (serving == null || !serving.serve) {
            return new Quickstart(moa.out(), moa.colour()).run() ? 0 : 1;
        }
        RedisConfig announced = RegistryOption.configIfSaid(spec, serving.registry);
        if (announced == null) {
            serve(serving, null, null, moa.out());
        } else {
            try (RedisRegistry registry = RedisRegistry.open(announced);
                    RedisRules rules = serving.consumerPort == null ? null : RedisRules.open(announced)) {
                serve(serving, registry, rules, moa.out());
            }
        }
        return 0;
    }

    private static void serve(
            Serving where, @Nullable RedisRegistry registry, @Nullable RedisRules rules, PrintStream out)
            throws InterruptedException {
        ProcessCalls calls = where.consumerPort == null ? null : new ProcessCalls(Ticker.system());
        SampleProvider provider;
        try {
            provider = SampleProvider.start(
                    "sample", registry, where.host, where.port, calls == null ? null : calls.ofServer());
        } catch (IllegalStateException notThere) {
            throw new IllegalStateException(
                    notThere.getMessage() + ". Choose another port with --port, 0 for a free one, or an address of this"
                            + " host with --host.",
                    notThere);
        }
        SampleConsumer consumer = where.consumerPort == null || calls == null
                ? null
                : consumer(where.consumerPort, registry, rules, provider, calls);
        CountDownLatch asked = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (consumer != null) {
                                consumer.close();
                            }
                            provider.close();
                            if (registry != null) {
                                registry.close(); // the withdrawal is told before the process is gone
                            }
                            out.println("Ended after " + provider.counts().runs() + " calls.");
                            out.flush();
                            asked.countDown();
                        },
                        "moa-quickstart-end"));
        out.println(Greeter.NAME + " is served at " + provider.address() + ". Call it from another terminal:");
        out.println();
        for (String call : new String[] {
            "'greet(java.lang.String)' '[\"Ada\"]'", "'ponder(java.lang.String,int)' '[\"Ada\", 300]' --ledger"
        }) {
            out.println("  ./moa call 127.0.0.1:" + provider.port() + " " + Greeter.NAME + " " + call);
        }
        out.println();
        if (consumer != null) {
            tell(consumer, out);
        }
        out.println("End it with Ctrl+C or SIGTERM: calls under way are answered first.");
        out.flush();
        asked.await();
    }

    private static SampleConsumer consumer(
            int port,
            @Nullable RedisRegistry registry,
            @Nullable RedisRules rules,
            SampleProvider provider,
            ProcessCalls calls) {
        try {
            return SampleConsumer.start(registry, rules, provider.address(), port, calls);
        } catch (IllegalStateException notThere) {
            provider.close();
            throw new IllegalStateException(
                    notThere.getMessage() + ". Choose another port with --consumer-port, 0 for a free one.", notThere);
        }
    }

    private static void tell(SampleConsumer consumer, PrintStream out) {
        String asked = " --process 127.0.0.1:" + consumer.port();
        out.println(
                "A consumer calls it ten times in a second. Watch it, ask it, and try a rule on the calls that it made:");
        out.println();
        out.println("  ./moa top 127.0.0.1:" + consumer.port());
        out.println("  ./moa explain " + Greeter.NAME + " greet --key name=Ada" + asked);
        out.println("  echo '{\"kind\": \"policy\", \"service\": \"" + Greeter.NAME
                + "\", \"set\": {\"rate-limit\": 5, \"rate-limit-at\": \"caller\"}}' \\");
        out.println("    | ./moa rules dry-run few -" + asked);
        out.println();
    }
}
