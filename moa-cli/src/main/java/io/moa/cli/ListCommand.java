package io.moa.cli;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDecision;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.UnreadableServiceException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa ls}: what the registry knows. */
@Command(
        name = "ls",
        mixinStandardHelpOptions = true,
        description = "Lists the services of a registry, or the processes that offer one.")
final class ListCommand implements Callable<Integer> {

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SERVICE",
            description = "[group/]name[:version]; all services if left out")
    private @Nullable String service;

    @Override
    public Integer call() {
        String named = service;
        ServiceId one = named == null ? null : Argument.read(spec, "SERVICE", () -> ServiceId.parse(named));
        return registry.atDesk(desk -> one == null ? services(desk) : instances(desk, one));
    }

    private int services(OperatorDesk desk) {
        TextTable table = new TextTable("SERVICE", "REGISTERED", "USABLE", "BAD");
        int number = 0;
        for (ServiceId each : RegistryOption.answer(desk.services())) {
            number++;
            List<InstanceReport> reports;
            try {
                reports = RegistryOption.answer(desk.instances(each));
            } catch (UnreadableServiceException e) {
                table.row(Printable.of(each.toString()), "-", "-", "1 " + Printable.of(String.valueOf(e.getMessage())));
                continue;
            }
            long registered =
                    reports.stream().filter(report -> report.instance() != null).count();
            table.row(
                    Printable.of(each.toString()),
                    registered,
                    reports.stream().filter(InstanceReport::usable).count(),
                    reports.stream().mapToInt(InstanceReport::bad).sum());
        }
        if (number == 0) {
            moa.out().println("No process is known in " + where());
            return 0;
        }
        table.print(moa.out());
        waiting(desk);
        WatcherDoubt.tell(desk, moa.out());
        return 0;
    }

    /** Decisions for processes that are away: whatever starts there next meets them. */
    private void waiting(OperatorDesk desk) {
        for (OperatorDecision decision : RegistryOption.answer(desk.decisions())) {
            InstanceReport report = RegistryOption.answer(desk.instance(decision.uuid()));
            if (report.instance() == null && report.problem() == null) {
                moa.out()
                        .println("decided, and the process is away: " + Printable.of(decision.uuid())
                                + (decision.place().isEmpty() ? "" : " (" + Printable.of(decision.place()) + ")") + " "
                                + OperatorAction.told(decision.state()) + "; ./moa online takes offline back");
            }
        }
    }

    private int instances(OperatorDesk desk, ServiceId service) {
        List<InstanceReport> reports = RegistryOption.answer(desk.instances(service));
        if (reports.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("moa: nobody offers " + Printable.of(service.toString()) + " in " + where()
                            + "; ./moa ls names the services");
            return 1;
        }
        TextTable table = new TextTable("INSTANCE", "APPLICATION", "ADDRESS", "WEIGHT", "LABELS", "STATE");
        for (InstanceReport report : reports) {
            Instance instance = report.instance();
            Integer set = report.operator().weight();
            table.row(
                    Printable.of(report.uuid()),
                    instance == null ? "-" : Printable.of(instance.application()),
                    instance == null ? "-" : address(instance),
                    set != null ? set + " (set)" : instance == null ? "-" : instance.weight(),
                    instance == null ? "-" : labels(report, instance),
                    String.join(", ", InstanceState.of(report)));
        }
        table.print(moa.out());
        WatcherDoubt.tell(desk, moa.out());
        return 0;
    }

    private static String address(Instance instance) {
        List<Address> addresses = instance.addresses();
        return addresses.isEmpty() ? "-" : Printable.of(addresses.get(0).toString());
    }

    private static String labels(InstanceReport report, Instance instance) {
        Map<String, String> labels = new java.util.TreeMap<>(instance.labels());
        String tag = report.operator().tag();
        if (tag != null) {
            labels.put(Instance.TAG, tag + " (set)");
        }
        StringBuilder text = new StringBuilder();
        labels.forEach((name, value) ->
                text.append(text.isEmpty() ? "" : " ").append(name).append('=').append(value));
        return text.isEmpty() ? "-" : Printable.of(text.toString());
    }

    private String where() {
        RedisConfig config = registry.config();
        return config.where()
                + (config.prefix().equals(RedisConfig.DEFAULT_PREFIX) ? "" : " under the prefix " + config.prefix());
    }
}
