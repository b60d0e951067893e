package io.moa.registry.redis;

import io.moa.testkit.Eventually;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A master, a replica and three Sentinels. */
final class RedisSentinels implements AutoCloseable {

    static final String MASTER = "shop";

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(60));

    final RedisProcess first;
    final RedisProcess second;
    final List<RedisProcess> sentinels = new ArrayList<>();

    RedisSentinels(int downAfterMillis) {
        first = RedisProcess.open();
        second = RedisProcess.open("replicaof 127.0.0.1 " + first.port());
        SOON.until(
                () -> String.valueOf(second.text("INFO", "replication")).contains("master_link_status:up"),
                () -> "the replica does not follow: " + second.text("INFO", "replication"));
        for (int i = 0; i < 3; i++) {
            sentinels.add(RedisProcess.sentinel(
                    "sentinel monitor " + MASTER + " 127.0.0.1 " + first.port() + " 2",
                    "sentinel down-after-milliseconds " + MASTER + " " + downAfterMillis,
                    "sentinel failover-timeout " + MASTER + " 5000",
                    "sentinel parallel-syncs " + MASTER + " 1"));
        }
        for (RedisProcess sentinel : sentinels) {
            SOON.until(
                    () -> {
                        String info = String.valueOf(sentinel.text("INFO", "sentinel"));
                        return info.contains("slaves=1,sentinels=3") && info.contains("status=ok");
                    },
                    () -> "the Sentinels do not know each other: " + sentinel.text("INFO", "sentinel"));
        }
    }

    RedisConfig.Builder config() {
        return RedisProcess.quick(RedisConfig.sentinel(
                MASTER, sentinels.stream().map(RedisProcess::address).toList()));
    }

    private static boolean follows(RedisProcess replica, RedisProcess master) {
        try {
            String info = String.valueOf(replica.text("INFO", "replication"));
            return info.contains("master_link_status:up") && info.contains("master_port:" + master.port());
        } catch (UncheckedIOException e) {
            return false; // a master that becomes a replica ends its connections
        }
    }

    /**
     * As {@link #awaitReplica}, of a former master that is back while the other one is master. Sentinels to whom a machine stood still do
     * nothing for half a minute, and again if it does so again; then an operator does it for them, which is no matter of these tests.
     */
    void awaitFormer(RedisProcess former, RedisProcess master) {
        try {
            Eventually.within(Duration.ofSeconds(30)).until(() -> follows(former, master), () -> "not yet");
        } catch (AssertionError late) {
            former.call("REPLICAOF", "127.0.0.1", String.valueOf(master.port()));
        }
        awaitReplica(former, master);
    }

    /** Waits until the process is a replica of the other with all its data, so that the next failover is possible. */
    void awaitReplica(RedisProcess replica, RedisProcess master) {
        SOON.until(
                () -> follows(replica, master),
                () -> replica.port() + " does not follow the new master " + master.port());
        for (RedisProcess sentinel : sentinels) {
            SOON.until(
                    () -> {
                        String info = String.valueOf(sentinel.text("INFO", "sentinel"));
                        return info.contains("address=127.0.0.1:" + master.port()) && info.contains("status=ok");
                    },
                    () -> "a Sentinel has not heard of the failover: " + sentinel.text("INFO", "sentinel"));
        }
    }

    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        second.close();
        first.close();
    }
}
