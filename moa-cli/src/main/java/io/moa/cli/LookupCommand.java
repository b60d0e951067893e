package io.moa.cli;

import io.moa.node.lookup.LookupProcess;
import io.moa.node.lookup.LookupStatus;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa lookup}. */
@Command(
        name = "lookup",
        mixinStandardHelpOptions = true,
        description =
                "Tells other processes where services are, over MOA, from its own memory: also while the registry is away."
                        + " Run two or more. Clients follow them with moa-lookup://host:port,host:port."
                        + " Ends with Ctrl+C or SIGTERM, after its followers went to another one.")
final class LookupCommand implements Callable<Integer> {

    private static final int PORT = 9_100;

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = WholeNumber.Port.class,
            description = "The TCP port, 0 for a free one; default MOA_SERVER_PORT, else " + PORT + ".")
    private @Nullable Integer port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description =
                    "The local address to listen on; default MOA_SERVER_HOST, else 127.0.0.1. 0.0.0.0 for all, and"
                            + " then --advertise, too.")
    private @Nullable String host;

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description =
                    "What others are told to connect to; default MOA_SERVER_ADVERTISE, else the address listened on.")
    private @Nullable String advertise;

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
        // Followers are told, and calls under way answered.
        try (EndRequest end = new EndRequest("lookup", 20);
                RedisLink link = RedisLink.open(registry.config());
                RedisRegistry followed = RedisRegistry.over(link)) {
            try (LookupProcess lookup = start(followed)) {
                moa.out()
                        .println("Following " + registry.config().where() + "; listening on "
                                + lookup.address().toString().replace("tcp://", "")
                                + " as " + lookup.instance());
                moa.out().flush();
                end.await(limit.millis(), statusMillis, () -> {
                    moa.out().println(told(lookup.status()));
                    moa.out().flush();
                });
                moa.out().println(told(lookup.status()));
            }
        }
        return 0;
    }

    /** Options stand above properties and variables, and those above what this command takes if nobody says anything. */
    private LookupProcess start(RedisRegistry followed) {
        LookupProcess.Builder builder = LookupProcess.builder(followed).portIfUnsaid(PORT);
        if (host != null) {
            builder.host(host);
        }
        if (port != null) {
            builder.port(port);
        }
        if (advertise != null) {
            builder.advertise(advertise);
        }
        boolean everywhere = host != null && List.of("0.0.0.0", "::", "[::]").contains(host.strip());
        boolean told =
                System.getenv("MOA_SERVER_ADVERTISE") != null || System.getProperty("moa.server.advertise") != null;
        if (everywhere && advertise == null && !told) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--host " + host + " listens on all addresses: say with --advertise which one others are to use, or"
                            + " --advertise auto");
        }
        return builder.start();
    }

    private static String told(LookupStatus status) {
        return (status.known()
                        ? status.processes() + " processes of " + status.services() + " services, confirmed "
                                + status.ageMillis() + " ms ago"
                        : "the registry has not answered yet: nothing is known")
                + "; " + status.followers() + " followers wait, " + status.told() + " were told something new, "
                + status.answers() + " questions answered at once, " + status.refused() + " refused for want of room";
    }
}
