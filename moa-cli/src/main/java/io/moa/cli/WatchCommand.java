package io.moa.cli;

import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisRegistry;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa watch}: a line for each change. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Prints what changes in services, a line for each change, until it is ended with Ctrl+C.")
final class WatchCommand implements Callable<Integer> {

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Parameters(
            arity = "0..*",
            paramLabel = "SERVICE",
            description =
                    "[group/]name[:version]; all that there are now, if left out: one that comes later is not shown")
    private List<String> services = List.of();

    @Option(
            names = "--for-millis",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "End by itself after so long.")
    private @Nullable Long limitMillis;

    @Override
    public Integer call() {
        List<ServiceId> asked = new ArrayList<>();
        for (String text : services) {
            try {
                asked.add(ServiceId.parse(text));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "SERVICE: " + e.getMessage(), e);
            }
        }
        return registry.with(link -> {
            List<ServiceId> followed =
                    asked.isEmpty() ? RegistryOption.answer(new OperatorDesk(link).services()) : asked;
            if (followed.isEmpty()) {
                throw new IllegalStateException("No process has ever registered in "
                        + registry.config().where() + "; name the services to wait for");
            }
            try (RedisRegistry follower = RedisRegistry.over(link)) {
                follow(follower, followed);
            }
            return 0;
        });
    }

    private void follow(Registry follower, List<ServiceId> followed) {
        List<Registry.Subscription> subscriptions = new ArrayList<>();
        for (ServiceId service : followed) {
            Map<String, Snapshot.Entry> before = new LinkedHashMap<>();
            subscriptions.add(follower.subscribe(service, snapshot -> tell(before, snapshot, moa.out())));
        }
        CountDownLatch never = new CountDownLatch(1);
        try {
            if (limitMillis == null) {
                never.await();
            } else {
                boolean ended = never.await(limitMillis, TimeUnit.MILLISECONDS);
                assert !ended;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        subscriptions.forEach(Registry.Subscription::close);
    }

    /** Called by one thread at a time for a subscription, so the map needs no lock. */
    private static void tell(Map<String, Snapshot.Entry> before, Snapshot snapshot, PrintStream out) {
        if (snapshot.isUnknown()) {
            return;
        }
        Map<String, Snapshot.Entry> now = new LinkedHashMap<>();
        for (Snapshot.Entry entry : snapshot.entries()) {
            now.put(entry.instance().uuid(), entry);
        }
        String service = snapshot.service().toString();
        now.forEach((uuid, entry) -> {
            Snapshot.Entry old = before.get(uuid);
            if (old == null) {
                line(out, "+", service, uuid, words(entry));
            } else if (!old.equals(entry)) {
                line(out, "~", service, uuid, words(entry));
            }
        });
        before.forEach((uuid, entry) -> {
            if (!now.containsKey(uuid)) {
                line(out, "-", service, uuid, "gone");
            }
        });
        before.clear();
        before.putAll(now);
    }

    private static String words(Snapshot.Entry entry) {
        Instance instance = entry.instance();
        return instance.application() + " " + instance.addresses() + " weight " + instance.weight() + ", "
                + entry.liveness()
                + (entry.operator().equals(io.moa.discovery.OperatorState.NONE)
                        ? ""
                        : ", decided: " + OperatorAction.told(entry.operator()));
    }

    private static void line(PrintStream out, String sign, String service, String uuid, String what) {
        out.println(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS) + " " + sign + " "
                + Printable.of(service + " " + uuid + " " + what));
        out.flush();
    }
}
