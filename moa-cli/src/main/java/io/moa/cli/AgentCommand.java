package io.moa.cli;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.discovery.Address;
import io.moa.mesh.AgentAddress;
import io.moa.mesh.MeshSetting;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa agent}. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description =
                "Calls for the processes of an application on its host and governs their calls, while they are in mesh mode."
                        + " Ends with Ctrl+C or SIGTERM, after calls under way, which then go directly.",
        footer = {
            "",
            "See docs/mesh-mode.md. Example:",
            "  ./moa agent --application shop-web",
            "and in the application: -Dmoa.mesh=on"
        })
final class AgentCommand implements Callable<Integer> {

    private static final Pattern REMOTE = Pattern.compile("[^/\\s]+:[0-9]{1,5}");

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Option(
            names = "--application",
            required = true,
            paramLabel = "NAME",
            description = "For whose processes it calls; others are not let in.")
    private String application;

    @Option(
            names = "--at",
            paramLabel = "ADDRESS",
            description = "Where it takes calls: unix:/path, or tcp://127.0.0.1:port; may be repeated. Default the"
                    + " application's socket, where its processes look for it.")
    private List<String> addresses = new ArrayList<>();

    @Option(
            names = "--user",
            paramLabel = "UID",
            converter = WholeNumber.User.class,
            description =
                    "The number of a further user whose processes may connect to its Unix sockets; may be repeated."
                            + " Its own may always.")
    private List<Integer> users = new ArrayList<>();

    @Option(
            names = "--label",
            paramLabel = "NAME=VALUE",
            description = "What rules may ask of it, such as zone=eu-1; may be repeated.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Holds what processes say that come over TCP; theirs is named by moa.mesh.token.file.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--remote",
            paramLabel = "HOST:PORT",
            description =
                    "Where it also calls for processes of other hosts whose own agent is gone; they find it in the"
                            + " registry. Port 0 is a free one.")
    private @Nullable String remote;

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description = "Under which host others reach --remote; default the one said there.")
    private @Nullable String advertise;

    @Option(
            names = "--for",
            paramLabel = "APPLICATION",
            description = "Makes --remote a shared agent, for the processes of this application; may be repeated.")
    private List<String> shared = new ArrayList<>();

    @Option(
            names = "--inbound",
            paramLabel = "HOST:PORT",
            description =
                    "Where it serves the callers of the application's processes in their place, which is announced"
                            + " under their identity. Port 0 is a free one for each process.")
    private @Nullable String inbound;

    @Option(
            names = "--inbound-advertise",
            paramLabel = "HOST[:PORT]",
            description = "Under which host, and port, callers reach --inbound; default as it listens.")
    private @Nullable String inboundAdvertise;

    @Option(
            names = "--replace",
            description =
                    "Takes the place of the agent that runs there, with its sockets, its connections and what it knows;"
                            + " say the same addresses. The other one ends when its calls under way are answered.")
    private boolean replace;

    @Option(
            names = "--warm-up-millis",
            defaultValue = "3000",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "How long at most it makes calls to itself before it serves or replaces another one; default"
                    + " ${DEFAULT-VALUE}.")
    private long warmUpMillis;

    @Option(
            names = "--drain-millis",
            defaultValue = "10000",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "How long it finishes calls when it ends; default ${DEFAULT-VALUE}.")
    private long drainMillis;

    @Option(
            names = "--status-millis",
            defaultValue = "60000",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "How often it says what it does; default ${DEFAULT-VALUE}.")
    private long statusMillis;

    @Option(
            names = "--status-file",
            paramLabel = "FILE",
            description =
                    "Says there each second, as JSON, what it does: for whoever supervises it. The file begins when it"
                            + " serves, and goes when it ends.")
    private @Nullable Path statusFile;

    @Mixin
    private TimeLimit limit;

    @Override
    public Integer call() throws InterruptedException {
        AgentConfig config = config();
        try (EndRequest end = new EndRequest("agent", (int) (drainMillis / 1_000) + 10);
                RedisLink link = RedisLink.open(registry.config());
                RedisRegistry known = RedisRegistry.over(link);
                RedisRules rules = RedisRules.over(link);
                AgentProcess agent = replace
                        ? AgentProcess.replacing(config, known, rules)
                        : AgentProcess.start(config, known, rules);
                AgentStatusFile status = AgentStatusFile.of(statusFile, agent)) {
            agent.outbound().forEach(each -> moa.out().println("Calls of " + application + " are taken at " + each));
            if (agent.remote() != null) {
                moa.out()
                        .println("Calls of " + (shared.isEmpty() ? application : String.join(", ", shared))
                                + " from other hosts are taken at " + agent.remote());
            }
            moa.out().flush();
            status.begin();
            agent.replaced().thenAccept(ledger -> {
                moa.out().println("Another agent has taken the place of this one: " + ledger);
                moa.out().flush();
                end.ask();
            });
            end.await(limit.millis(), statusMillis, () -> tell(agent));
            tell(agent);
        }
        return 0;
    }

    private AgentConfig config() {
        try {
            List<Address> all = new ArrayList<>();
            for (String each : addresses) {
                all.add(Address.parse(each));
            }
            if (all.isEmpty() && shared.isEmpty()) {
                all.add(AgentAddress.defaultOf(application, System::getProperty, System::getenv));
            }
            Set<Integer> others = new LinkedHashSet<>(users);
            String token = tokenFile == null ? null : MeshSetting.tokenOf(tokenFile, "--token-file");
            return new AgentConfig(
                    application,
                    all,
                    others,
                    labels,
                    token,
                    remote(),
                    inbound(),
                    Duration.ofMillis(warmUpMillis),
                    Duration.ofMillis(drainMillis));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private AgentConfig.@Nullable Remote remote() {
        if (remote == null) {
            if (advertise != null || !shared.isEmpty()) {
                throw new IllegalArgumentException("--advertise and --for go with --remote");
            }
            return null;
        }
        if (!REMOTE.matcher(remote).matches() || !(Address.parse("tcp://" + remote) instanceof Address.Tcp bind)) {
            throw new IllegalArgumentException("--remote is HOST:PORT, such as 10.0.0.7:7070, not " + remote);
        }
        return new AgentConfig.Remote(bind, advertise, new LinkedHashSet<>(shared));
    }

    private AgentConfig.@Nullable Inbound inbound() {
        if (inbound == null) {
            if (inboundAdvertise != null) {
                throw new IllegalArgumentException("--inbound-advertise goes with --inbound");
            }
            return null;
        }
        if (!REMOTE.matcher(inbound).matches() || !(Address.parse("tcp://" + inbound) instanceof Address.Tcp bind)) {
            throw new IllegalArgumentException("--inbound is HOST:PORT, such as 10.0.0.7:9000, not " + inbound);
        }
        if (inboundAdvertise == null) {
            return new AgentConfig.Inbound(bind);
        }
        if (!REMOTE.matcher(inboundAdvertise).matches()) {
            return new AgentConfig.Inbound(bind, inboundAdvertise, 0);
        }
        Address.Tcp told = (Address.Tcp) Address.parse("tcp://" + inboundAdvertise);
        return new AgentConfig.Inbound(bind, told.host(), told.port());
    }

    private void tell(AgentProcess agent) {
        agent.describe().forEach(moa.out()::println);
        moa.out().flush();
    }
}
