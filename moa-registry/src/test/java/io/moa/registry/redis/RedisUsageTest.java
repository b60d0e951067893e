package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a process costs Redis, and itself. */
@Tag("once")
class RedisUsageTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final ServiceId STOCK = ServiceId.of("stock");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @Test
    void nothingListsKeysAndAProcessRunsNoScripts() {
        redis.call("CONFIG", "RESETSTAT");
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisRegistry registry = stage.open();
            RedisRules rules = RedisRules.over(registry.link());
            Recorder<Snapshot> listener = new Recorder<>();
            registry.subscribe(ORDERS, listener);
            Registry.Registration registration = registry.register(Instances.of("a", ORDERS, STOCK));
            listener.await(SOON, Instances.lists("a"), "a");
            registration.update(Instances.of("a", ORDERS).withWeight(3));
            stage.decide("a", new OperatorState(true, null, null));
            stage.mark("a", Liveness.SUSPECT);
            OperatorDesk desk = new OperatorDesk(stage.hand);
            RedisStage.done(desk.services());
            RedisStage.done(desk.instances(ORDERS));
            RuleDesk ruleDesk = new RuleDesk(stage.hand);
            RedisStage.done(ruleDesk.putRule("r", "text", null, "ada"));
            RedisStage.done(ruleDesk.history());
            redis.call("DEL", registry.link().keys().revisions());
            SOON.until(() -> registry.repairs() > 0, registry::toString);
            long reads = registry.fullReads();
            SOON.until(() -> registry.fullReads() > reads, registry::toString);
            registration.close();
            listener.await(SOON, Instances.lists(), "nobody");
            rules.close();
        }
        Set<String> used = commandsUsed();
        assertThat(used)
                .contains("set", "hset", "xadd", "xread", "publish")
                .doesNotContain("keys", "scan", "hscan", "sscan", "flushall", "eval", "evalsha", "sort");
    }

    private static Set<String> commandsUsed() {
        return Arrays.stream(String.valueOf(redis.text("INFO", "commandstats")).split("\r\n"))
                .filter(line -> line.startsWith("cmdstat_"))
                .map(line -> line.substring("cmdstat_".length(), line.indexOf(':')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void aProcessHasTwoConnectionsAndTwoThreads() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            awaitNobody();
            RedisRegistry registry = stage.open();
            RedisRules rules = RedisRules.over(registry.link());
            for (int i = 0; i < 50; i++) {
                registry.subscribe(ServiceId.of("service" + i), new Recorder<>());
                registry.register(Instances.of("p" + i, ServiceId.of("service" + i)));
            }
            Recorder<Snapshot> listener = new Recorder<>();
            registry.subscribe(ServiceId.of("service49"), listener);
            listener.await(SOON, Instances.lists("p49"), "the last one");
            SOON.until(() -> connections() == 2, () -> "connections: " + connections());
            assertThat(threads(stage)).isEqualTo(2);
            rules.close();
            registry.close();
            awaitNobody();
            SOON.until(() -> threads(stage) == 0, () -> "threads left: " + threads(stage));
        }
    }

    @Test
    void aProcessThatOnlyRegistersHasOneConnection() {
        awaitNobody();
        try (RedisRegistry registry = RedisRegistry.open(
                redis.config().prefix(RedisStage.nextPrefix()).build())) {
            Registry.Registration registration = registry.register(Instances.of("a", ORDERS));
            SOON.until(registration.registered()::isDone, registry::toString);
            assertThat(connections()).isEqualTo(1);
        }
    }

    private static long connections() {
        return String.valueOf(redis.text("CLIENT", "LIST"))
                .lines()
                .filter(line -> line.contains("name=moa-registry") && !line.contains("cmd=client"))
                .count();
    }

    private static void awaitNobody() {
        SOON.until(() -> connections() == 0, () -> "connections left: " + redis.text("CLIENT", "LIST"));
    }

    private static long threads(RedisStage stage) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("moa-redis")
                        && thread.getName().endsWith("-" + stage.config.prefix()))
                .count();
    }

    /** B16: a thousand processes that change all the time are read together, not one by one. */
    @Test
    void changesThatFollowCloselyAreReadTogether() {
        int processes = 1000;
        int rounds = 10;
        try (RedisStage stage = new RedisStage(
                redis.config().coalesce(java.time.Duration.ofMillis(100)).heartbeat(java.time.Duration.ofSeconds(3)),
                redis)) {
            RedisRegistry writer = stage.open();
            List<Registry.Registration> registrations = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                registrations.add(writer.register(Instances.of("p" + i, ORDERS)));
            }
            Recorder<Snapshot> listener = new Recorder<>();
            RedisRegistry follower = stage.open();
            follower.subscribe(ORDERS, listener);
            listener.await(SOON, snapshot -> snapshot.entries().size() == processes, "all");
            int before = listener.count();
            for (int round = 1; round <= rounds; round++) {
                for (int i = round; i < processes; i += 10) {
                    registrations.get(i).update(Instances.of("p" + i, ORDERS).withWeight(round));
                }
            }
            int changes = rounds * processes / 10;
            listener.await(
                    SOON,
                    snapshot -> snapshot.entries().stream()
                                    .filter(entry -> entry.instance().weight() != 100)
                                    .count()
                            >= changes - rounds,
                    "all changes");
            assertThat(listener.count() - before)
                    .as("%s changes are told in half as many lists, or far fewer", changes)
                    .isLessThanOrEqualTo(changes / 2);
            assertThat(listener.told().subList(before, listener.count()))
                    .allMatch(snapshot -> snapshot.entries().size() == processes);
            registrations.clear();
        }
    }
}
