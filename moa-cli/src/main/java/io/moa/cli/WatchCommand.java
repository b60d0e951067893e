package io.moa.cli;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.RedisRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa watch}: a line for each change. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Prints what changes in services, a line for each change, until it is ended with Ctrl+C.")
final class WatchCommand implements Callable<Integer> {

    private static final long LOOK_MILLIS = 1_000;
    private static final long GRACE_SECONDS = 5; // for its connections to close

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Parameters(
            arity = "0..*",
            paramLabel = "SERVICE",
            description = "[group/]name[:version]; all, also those that come later, if left out")
    private List<String> services = List.of();

    @Mixin
    private TimeLimit limit;

    @Override
    public Integer call() {
        List<ServiceId> asked = new ArrayList<>();
        for (String text : services) {
            asked.add(Argument.read(spec, "SERVICE", () -> ServiceId.parse(text)));
        }
        try (EndRequest end = new EndRequest("watch", GRACE_SECONDS)) {
            return registry.with(link -> {
                try (RedisRegistry follower = RedisRegistry.over(link)) {
                    follow(follower, asked, end);
                }
                return 0;
            });
        }
    }

    private void follow(Registry follower, List<ServiceId> followed, EndRequest end) {
        if (followed.isEmpty()) {
            ChangeLines lines = new ChangeLines(moa.out());
            Registry.CatalogueSubscription all = follower.subscribeAll(lines::take);
            await(end);
            all.close();
            return;
        }
        List<Registry.Subscription> subscriptions = new ArrayList<>();
        for (ServiceId service : followed) {
            ChangeLines lines = new ChangeLines(moa.out());
            subscriptions.add(follower.subscribe(service, lines::take));
        }
        await(end);
        subscriptions.forEach(Registry.Subscription::close);
    }

    private void await(EndRequest end) {
        try {
            end.await(limit.millis(), LOOK_MILLIS, () -> {
                if (moa.out().checkError()) { // as of "./moa watch | head": nobody reads on
                    end.ask();
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
