package io.moa.cli;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.explain.CallExplanation;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import io.moa.registry.redis.RuleDesk;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa explain}: why a call goes where it goes. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description =
                "Explains what would become of a call: who is known, what each rule does with it, who would be picked, and"
                        + " every value that is decided, with where it comes from. Nothing is sent.",
        footer = {"", "Example:", "  ./moa explain shop.Stock reserve --caller web --key customer=7 --label zone=east"})
final class ExplainCommand implements Callable<Integer> {

    private static final String SELF = "moa-cli";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private CallFactsOptions facts;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "[group/]name[:version]")
    private String service;

    @Parameters(index = "1", paramLabel = "METHOD", description = "its name: reserve")
    private String method;

    @Option(
            names = "--caller",
            paramLabel = "APPLICATION",
            description = "The calling application; default " + SELF + ", or that of the process that is asked.")
    private @Nullable String caller;

    @Option(
            names = "--process",
            paramLabel = "ADDRESS",
            description =
                    "Ask the process that listens there, and exports io.moa.operations.Operations, instead of a client made"
                            + " for the question: host:port, tcp://host:port or unix:/path.")
    private @Nullable String process;

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "What the calling process says of itself, such as zone=east; may be repeated.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Override
    public Integer call() {
        ServiceId asked = Argument.read(spec, "SERVICE", () -> ServiceId.parse(service));
        CallFacts said = facts.read();
        if (process != null) {
            return askProcess(process, asked);
        }
        CallExplanation explanation = registry.with(link -> explained(link, asked, said));
        explanation.describe().lines().forEach(line -> moa.out().println(Printable.of(line)));
        moa.out().println();
        moa.out()
                .println(
                        "This is the view of a client made for the question. Another process has a uuid of its own, by which"
                                + " rules are in force in a share of the processes, has learnt from its own calls, and may say other"
                                + " values in its code.");
        return 0;
    }

    private int askProcess(String address, ServiceId asked) {
        if (!labels.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--process: a process has its own labels; leave out --label");
        }
        Map<String, String> texts = facts.texts();
        if (caller != null) {
            texts.put("caller", caller);
        }
        String told =
                AskedProcess.ask(spec, address, operations -> operations.explain(asked.toString(), method, texts));
        told.lines().forEach(line -> moa.out().println(Printable.of(line)));
        return 0;
    }

    private CallExplanation explained(RedisLink link, ServiceId asked, CallFacts said) {
        String unused = RegistryOption.answer(new RuleDesk(link).version()); // else why it is away is told by nobody
        try (RedisRegistry instances = RedisRegistry.over(link);
                RedisRules rules = RedisRules.over(link);
                Moa runtime = Argument.read(spec, "--caller", () -> Moa.builder(caller == null ? SELF : caller))
                        .eventLoops(1)
                        .registry(instances)
                        .rules(rules)
                        .build();
                MoaClient client = client(runtime)) {
            long until = System.nanoTime() + PATIENCE_NANOS;
            while (true) {
                CallExplanation now = Argument.read(spec, "METHOD", () -> client.explain(asked, method, said));
                if (now.answered() && now.rulesRevision() > 0) {
                    return now;
                }
                if (System.nanoTime() - until > 0 || Thread.interrupted()) {
                    throw new IllegalStateException(
                            "The registry has not told all there is within 5 s: " + instances + ", " + rules);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    private MoaClient client(Moa runtime) {
        MoaClient.Builder client = MoaClient.builder(runtime).disk(DiskConfig.OFF);
        labels.forEach(client::label);
        return client.build();
    }
}
