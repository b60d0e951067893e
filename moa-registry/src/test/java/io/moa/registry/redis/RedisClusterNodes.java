package io.moa.registry.redis;

import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Redis Cluster of three masters. */
final class RedisClusterNodes implements AutoCloseable {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));
    private static final int SLOTS = 16_384;

    final List<RedisProcess> nodes = new ArrayList<>();

    RedisClusterNodes() {
        int each = SLOTS / 3 + 1;
        for (int n = 0; n < 3; n++) {
            RedisProcess node = RedisProcess.open("cluster-enabled yes", "cluster-node-timeout 600000");
            nodes.add(node);
            List<Integer> slots = new ArrayList<>();
            for (int slot = n * each; slot < Math.min(SLOTS, (n + 1) * each); slot++) {
                slots.add(slot);
            }
            node.call("CLUSTER", "ADDSLOTS", slots);
            node.call("CLUSTER", "SET-CONFIG-EPOCH", n + 1);
            if (n > 0) {
                node.call("CLUSTER", "MEET", "127.0.0.1", nodes.get(0).port());
            }
        }
        for (RedisProcess node : nodes) {
            SOON.until(
                    () -> {
                        String info = String.valueOf(node.text("CLUSTER", "INFO"));
                        return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3");
                    },
                    () -> "the cluster does not form: " + node.text("CLUSTER", "INFO"));
        }
    }

    RedisConfig.Builder config() {
        return RedisProcess.quick(
                RedisConfig.cluster(nodes.stream().map(RedisProcess::address).toList()));
    }

    /** The slot in which all keys of a registry stand. */
    long slot(String prefix) {
        return Replies.number(nodes.get(0).call("CLUSTER", "KEYSLOT", new RedisKeys(prefix).processes()));
    }

    RedisProcess owner(String prefix) {
        return nodes.get((int) (slot(prefix) / (SLOTS / 3 + 1)));
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }
}
