package io.moa.cli;

import io.moa.client.disk.DiskConfig;
import io.moa.node.doctor.Finding;
import io.moa.node.doctor.HostChecks;
import io.moa.node.doctor.RegistryChecks;
import io.moa.registry.redis.RedisCheckup;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRole;
import io.moa.server.network.LocalNetwork;
import java.io.PrintStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code moa doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Looks at this host and, if one is said, at a registry: the choice of a network interface, clocks, limits of"
                    + " files, native transport, the folder of snapshots; Redis's version, role, latency, memory,"
                    + " connections and the user's rights. Changes nothing.",
            "Ends with 0 if all is well, 1 if something will go wrong one day, 2 if something is wrong now."
        })
final class DoctorCommand implements Callable<Integer> {

    @ParentCommand
    private MoaCommand moa;

    @Mixin
    private RegistryOption registry;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "PROCESS",
            description = "What the registry's user is to be able to do: ${COMPLETION-CANDIDATES}; default"
                    + " ${DEFAULT-VALUE}.")
    private RedisRole role;

    @Option(
            names = "--pings",
            paramLabel = "N",
            defaultValue = "100",
            converter = Pings.class,
            description = "How many pings to measure; 1 to 10000, default ${DEFAULT-VALUE}.")
    private int pings;

    static final class Pings implements picocli.CommandLine.ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 10_000) {
                throw new picocli.CommandLine.TypeConversionException("N is a whole number from 1 to 10000");
            }
            return Integer.parseInt(text);
        }
    }

    @Override
    public Integer call() {
        RedisConfig config = registry.configIfSaid();
        long wall = System.currentTimeMillis();
        long monotonic = System.nanoTime();
        List<Finding> findings = new ArrayList<>();
        InetAddress towards = config == null ? null : LocalNetwork.towards(config.nodes());
        findings.addAll(HostChecks.network(LocalNetwork.cards(), towards, System::getProperty, System::getenv));
        findings.add(HostChecks.epoll());
        findings.add(HostChecks.hostId());
        findings.add(HostChecks.files());
        findings.add(HostChecks.snapshots(DiskConfig.DEFAULT.over(System::getProperty, System::getenv)));
        findings.addAll(ofRegistry(config));
        findings.add(
                HostChecks.steadiness(System.currentTimeMillis() - wall, (System.nanoTime() - monotonic) / 1_000_000));
        print(findings, moa.out());
        return findings.stream().mapToInt(one -> one.level().ordinal()).max().orElse(0);
    }

    private List<Finding> ofRegistry(@Nullable RedisConfig config) {
        if (config == null) {
            return List.of(Finding.ok("registry", "none was said (--registry, MOA_REGISTRY), so none was looked at"));
        }
        try (RedisLink link = RedisLink.open(config)) {
            return RegistryChecks.of(
                    config, role, RedisCheckup.of(link, role, pings).join());
        } catch (CompletionException e) {
            return List.of(RegistryChecks.away(
                    config,
                    e.getCause() == null
                            ? e.toString()
                            : String.valueOf(e.getCause().getMessage())));
        }
    }

    private static void print(List<Finding> findings, PrintStream out) {
        int width =
                findings.stream().mapToInt(one -> one.subject().length()).max().orElse(0);
        String indent = " ".repeat(width + 8);
        for (Finding one : findings) {
            String level = one.level().name().toLowerCase(Locale.ROOT);
            out.println(level
                    + " ".repeat(6 - level.length())
                    + one.subject()
                    + " ".repeat(width - one.subject().length() + 2)
                    + Printable.of(one.what()));
            if (!one.why().isEmpty()) {
                out.println(indent + "why: " + Printable.of(one.why()));
                out.println(indent + "do:  " + Printable.of(one.todo()));
            }
        }
    }
}
