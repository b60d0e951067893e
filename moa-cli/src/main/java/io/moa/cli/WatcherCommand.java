package io.moa.cli;

import io.moa.node.watch.WatcherProcess;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisWatchStore;
import io.moa.registry.watch.WatcherStatus;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa watcher}. */
@Command(
        name = "watcher",
        mixinStandardHelpOptions = true,
        description =
                "Watches the processes of a registry: takes those that are dead off the online list, with evidence, and"
                        + " puts those back that answer again. Run two or more; they share the work. Ends with Ctrl+C or SIGTERM.")
final class WatcherCommand implements Callable<Integer> {

    private static final int MAX_NAME = 100;
    private static final int RANDOM_CHARS = 8;

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "How its name in the evidence begins, up to " + MAX_NAME + " characters; random ones follow, for a"
                            + " watcher is new with each start. Default: random ones only.")
    private @Nullable String name;

    @Option(
            names = "--status-millis",
            defaultValue = "60000",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "How often it says what it does; default ${DEFAULT-VALUE}.")
    private long statusMillis;

    @Mixin
    private TimeLimit limit;

    private long toldRefusals; // by the line before

    @Override
    public Integer call() throws InterruptedException {
        if (name != null && (name.isBlank() || name.length() > MAX_NAME)) {
            throw new ParameterException(
                    spec.commandLine(), "--name has 1 to " + MAX_NAME + " characters, not " + name.length());
        }
        // Its parts are given back before the process is gone.
        try (EndRequest end = new EndRequest("watcher", 10);
                RedisLink link = RedisLink.open(registry.config())) {
            WatcherProcess.Builder builder = WatcherProcess.builder(new RedisWatchStore(link));
            if (name != null) {
                builder.name(name + "-" + UUID.randomUUID().toString().substring(0, RANDOM_CHARS));
            }
            try (WatcherProcess watcher = builder.start()) {
                moa.out()
                        .println("Watching " + registry.config().where() + " as "
                                + watcher.status().watcher());
                end.await(limit.millis(), statusMillis, () -> {
                    moa.out().println(told(watcher.status()));
                    moa.out().flush();
                });
                moa.out().println(told(watcher.status()));
            }
        }
        return 0;
    }

    /** The reason of a refusal is told once: long after the registry is back it would look like a present one. */
    private String told(WatcherStatus status) {
        boolean refusedAnew = status.refusals() > toldRefusals;
        toldRefusals = status.refusals();
        return status.watcher() + ": " + status.instances() + " of " + status.registered() + " processes watched, "
                + status.probes() + " probes, " + status.failedProbes() + " of them failed, " + status.lateProbes()
                + " began late; " + status.suspected()
                + " suspected, " + status.removed() + " removed, " + status.reinstated() + " put back, "
                + status.forgotten() + " forgotten, " + status.fused() + " refused by the fuse"
                + (status.fit() ? "" : "; it doubts itself and changes nothing")
                + (status.confirmed() ? "" : "; the registry has not confirmed its lease")
                + (status.listedAgeMillis() < 0
                        ? "; who is registered is not known yet"
                        : status.listedAgeMillis() < 10_000
                                ? ""
                                : "; who is registered was learnt " + status.listedAgeMillis() / 1_000 + " s ago")
                + (status.refusals() == 0
                        ? ""
                        : "; refused " + status.refusals() + " times"
                                + (refusedAnew
                                        ? ", the last time because " + Printable.of(status.refusal())
                                        : ", but not since the line before"));
    }
}
