package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import io.moa.testkit.RegistryContract;
import io.moa.testkit.RegistryStage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class RedisClusterContractTest implements RegistryContract {

    private static RedisClusterNodes cluster;

    @BeforeAll
    static void start() {
        cluster = new RedisClusterNodes();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @Override
    public RegistryStage stage() {
        String prefix = RedisStage.nextPrefix();
        return new RedisStage(cluster.config().prefix(prefix).build(), cluster.owner(prefix));
    }

    @Test
    void aSlotThatMovesToAnotherNodeIsFollowedAndFilledAgain() {
        String prefix = RedisStage.nextPrefix();
        RedisProcess before = cluster.owner(prefix);
        RedisProcess after = cluster.nodes.stream()
                .filter(node -> node != before)
                .findFirst()
                .orElseThrow();
        long slot = cluster.slot(prefix);
        try (RedisStage stage = new RedisStage(cluster.config().prefix(prefix).build(), before)) {
            RedisRegistry registry = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            ServiceId orders = ServiceId.of("orders");
            registry.subscribe(orders, listener);
            registry.register(Instances.of("a", orders));
            listener.await(RedisStage.SOON, Instances.lists("a"), "a");

            // Nothing is taken along: the new owner is as empty as after a loss.
            before.call("CLUSTER", "COUNTKEYSINSLOT", slot);
            before.call("FLUSHALL");
            String id = after.text("CLUSTER", "MYID");
            for (RedisProcess node : List.of(after, before)) {
                node.call("CLUSTER", "SETSLOT", slot, "NODE", id);
            }
            RedisStage.SOON.until(
                    () -> Replies.number(
                                    after.call("HEXISTS", registry.link().keys().processes(), "a"))
                            == 1,
                    registry::toString);
            assertThat(registry.repairs()).isPositive();
            assertThat(registry.link().state()).contains(String.valueOf(after.port()));
        }
    }
}
