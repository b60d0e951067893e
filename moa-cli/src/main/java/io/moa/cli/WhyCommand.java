package io.moa.cli;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.watch.Evidence;
import io.moa.server.MoaServer;
import java.io.PrintStream;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code moa why}: everything that the registry holds about one process, and why it was marked. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = "Tells everything about one process: what it says of itself, what an operator decided, what the"
                + " watchers think of it, and the evidence.")
final class WhyCommand implements Callable<Integer> {

    @ParentCommand
    private MoaCommand moa;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private InstanceArgument instance;

    @Override
    public Integer call() {
        return registry.atDesk(desk -> {
            tell(instance.find(desk), moa.out());
            WatcherDoubt.tell(desk, moa.out());
            return 0;
        });
    }

    static void tell(InstanceReport report, PrintStream out) {
        Instance instance = report.instance();
        out.println(Printable.of(report.uuid()) + ": " + String.join(", ", InstanceState.of(report)));
        if (instance != null) {
            out.println("application  " + Printable.of(instance.application()));
            out.println("addresses    " + Printable.of(instance.addresses().toString()));
            if (!instance.host().isEmpty()) {
                out.println("host         " + Printable.of(instance.host()));
            }
            for (ServiceExport export : instance.exports()) {
                out.println("offers       " + Printable.of(export.service() + " in " + export.serializers()));
            }
            out.println("weight       " + instance.weight());
            if (instance.startedAtEpochMillis() > 0) {
                out.println(
                        "started      " + Instant.ofEpochMilli(instance.startedAtEpochMillis()) + ", on its own clock");
            }
            if (!instance.labels().isEmpty()) {
                out.println("labels       " + Printable.of(instance.labels().toString()));
            }
            String offline = instance.metadata().get(MoaServer.OFFLINE_REASON);
            if (offline != null) {
                out.println("offline      " + Printable.of(offline));
            }
            if (!instance.metadata().isEmpty()) {
                out.println("metadata     " + Printable.of(instance.metadata().toString()));
            }
        }
        out.println("lease        "
                + (report.leaseMillis() < 0
                        ? "none: no heartbeat within the time of a lease"
                        : "runs for " + report.leaseMillis() + " ms more"));
        out.println("operator     " + OperatorAction.told(report.operator()));
        out.println("watchers     " + report.mark());
        for (String each : report.passedOver()) {
            out.println("passed over  " + Printable.of(each));
        }
        if (report.evidence().isEmpty()) {
            out.println("evidence     none: no watcher has ever marked it");
        }
        for (Evidence each : report.evidence()) {
            out.println("evidence     " + Instant.ofEpochMilli(each.atEpochMillis()) + ", on the watcher's clock");
            each.lines().forEach(line -> out.println("             " + Printable.of(line)));
        }
    }
}
