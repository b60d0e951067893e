package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A slot on its way to another node, key by key, as an operator's tool moves it; and one whose move stands still half way; for a
 * user that may do no more than it needs.
 */
@Tag("once")
class SlotMigrationTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static RedisClusterNodes cluster;

    private String prefix;
    private RedisProcess before;
    private RedisProcess after;
    private long slot;
    private RedisStage stage;
    private RedisRegistry registry;
    private final Recorder<Snapshot> listener = new Recorder<>();

    @BeforeAll
    static void start() {
        cluster = new RedisClusterNodes();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @BeforeEach
    void begin() {
        prefix = RedisStage.nextPrefix();
        before = cluster.owner(prefix);
        after = cluster.nodes.stream()
                .filter(node -> node != before)
                .findFirst()
                .orElseThrow();
        slot = cluster.slot(prefix);
        boolean since7 = before.isSince7();
        List<String> rules = new ArrayList<>(List.of("reset", "on", ">secret"));
        rules.addAll(RedisRole.PROCESS.rules(prefix, since7));
        cluster.nodes.forEach(node -> node.call("ACL", "SETUSER", prefix, rules));
        stage = new RedisStage(
                cluster.config().prefix(prefix).login(prefix, "secret").build(), before);
        registry = stage.open();
        registry.register(Instances.of("a", ORDERS));
        registry.subscribe(ORDERS, listener);
        listener.await(SOON, Instances.lists("a"), "a");
        after.call("CLUSTER", "SETSLOT", slot, "IMPORTING", before.text("CLUSTER", "MYID"));
        before.call("CLUSTER", "SETSLOT", slot, "MIGRATING", after.text("CLUSTER", "MYID"));
    }

    @AfterEach
    void close() {
        stage.close();
        for (RedisProcess node : List.of(after, before)) {
            node.call("CLUSTER", "SETSLOT", slot, "NODE", after.text("CLUSTER", "MYID"));
        }
    }

    private void move(String key) {
        before.call("MIGRATE", "127.0.0.1", after.port(), key, 0, 5_000);
    }

    private List<String> keysAtTheOldNode() {
        return Replies.texts(before.call("CLUSTER", "GETKEYSINSLOT", slot, 1_000));
    }

    @Test
    void whatHasMovedIsAskedForAtTheOtherNodeAndNobodyIsLost() {
        RedisKeys keys = stage.hand.keys();
        move(keys.processes());
        move(keys.revisions());
        move(keys.lease("a"));
        // Half the keys are here and half are there, and it stays so: each is found where it is.
        List<String> own = Replies.texts(
                RedisStage.done(stage.hand.ask(connection -> connection.call("HKEYS", keys.processes()))));
        assertThat(own).containsExactly("a");
        Registry.Subscription second = registry.subscribe(ServiceId.of("other"), snapshot -> {});
        SOON.until(() -> !second.current().isUnknown(), registry::toString);
        long fullReads = registry.fullReads();
        SOON.until(() -> registry.fullReads() > fullReads + 2, registry::toString);
        // A heartbeat renews the lease at the node where it now is.
        RedisStage.done(stage.hand.ask(connection -> connection.call("PEXPIRE", keys.lease("a"), 60_000)));
        SOON.until(
                () -> Replies.number(
                                RedisStage.done(stage.hand.ask(connection -> connection.call("PTTL", keys.lease("a")))))
                        < 59_000,
                registry::toString);
        assertThat(registry.link().state()).contains(String.valueOf(before.port()));

        keysAtTheOldNode().forEach(this::move);
        for (RedisProcess node : List.of(after, before)) {
            node.call("CLUSTER", "SETSLOT", slot, "NODE", after.text("CLUSTER", "MYID"));
        }
        registry.register(Instances.of("b", ORDERS));
        listener.await(SOON, Instances.lists("a", "b"), "a and b");
        assertThat(registry.link().state()).contains(String.valueOf(after.port()));
        assertThat(registry.repairs()).as("nothing was forgotten on the way").isZero();
        assertThat(listener.told().stream().dropWhile(Instances.lists("a").negate()))
                .allMatch(snapshot -> Instances.uuids(snapshot).contains("a"));
    }

    @Test
    void aRegistrationThatRedisDoesNotTakeMeanwhileIsMadeAfterwards() {
        move(stage.hand.keys().processes());
        Registry.Registration waiting = registry.register(Instances.of("b", ORDERS));
        long fullReads = registry.fullReads();
        SOON.until(() -> registry.fullReads() > fullReads, registry::toString);
        keysAtTheOldNode().forEach(this::move);
        for (RedisProcess node : List.of(after, before)) {
            node.call("CLUSTER", "SETSLOT", slot, "NODE", after.text("CLUSTER", "MYID"));
        }
        SOON.until(waiting.registered()::isDone, registry::toString);
        listener.await(SOON, Instances.lists("a", "b"), "a and b");
    }
}
