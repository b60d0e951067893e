package io.moa.cli;

import io.moa.node.proxy.ProxyConfig;
import io.moa.node.proxy.ProxyProcess;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa proxy}. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description =
                "Stands for processes of this host that are not in Java: announces what they serve over RESP, HTTP or"
                        + " FastCGI, takes them off while they do not answer, and calls other services for them."
                        + " Ends with Ctrl+C or SIGTERM, after calls under way.",
        footer = {"", "The file is described in docs/other-languages.md. Example:", "  ./moa proxy shop.json"})
final class ProxyCommand implements Callable<Integer> {

    private static final int MAX_BYTES = 1 << 20;

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Parameters(paramLabel = "FILE", description = "What it does, in JSON; - for the standard input")
    private String file;

    @Option(names = "--check", description = "Only say what is wrong with the file, if anything is.")
    private boolean check;

    @Option(
            names = "--status-millis",
            defaultValue = "60000",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "How often it says what it does; default ${DEFAULT-VALUE}.")
    private long statusMillis;

    @Mixin
    private TimeLimit limit;

    @Override
    public Integer call() throws InterruptedException {
        RuleFile read = RuleFile.read(spec, file, MAX_BYTES);
        ProxyConfig config;
        try {
            config = ProxyFile.read(read.text());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(read.name() + ": " + e.getMessage(), e);
        }
        if (check) {
            moa.out()
                    .println(read.name() + " is right: "
                            + published(config.published().size())
                            + (config.outbound() == null
                                    ? ""
                                    : ", and calls taken at "
                                            + config.outbound().address()));
            return 0;
        }
        try (EndRequest end =
                        new EndRequest("proxy", 2 * (int) config.drainLimit().toSeconds() + 10);
                RedisLink link = RedisLink.open(registry.config());
                RedisRegistry known = RedisRegistry.over(link);
                RedisRules rules = RedisRules.over(link);
                ProxyProcess proxy = ProxyProcess.start(config, known, rules)) {
            if (proxy.outbound() != null) {
                moa.out().println("Calls for others are taken at " + proxy.outbound() + ", over RESP");
            }
            if (proxy.operationsPort() >= 0) {
                moa.out().println("Watch it: ./moa top 127.0.0.1:" + proxy.operationsPort());
            }
            tell(proxy);
            end.await(limit.millis(), statusMillis, () -> tell(proxy));
            tell(proxy);
        }
        return 0;
    }

    private static String published(int processes) {
        return processes == 1 ? "1 process is published" : processes + " processes are published";
    }

    private void tell(ProxyProcess proxy) {
        proxy.describe().forEach(moa.out()::println);
        moa.out().flush();
    }
}
