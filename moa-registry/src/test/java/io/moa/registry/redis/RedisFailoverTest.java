package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Eventually;
import io.moa.testkit.Recorder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B7 and B8: a master dies, or stands still and comes back beside its successor. */
@Tag("once")
class RedisFailoverTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final Eventually FAILOVER = Eventually.within(Duration.ofSeconds(60));

    private RedisSentinels sentinels;
    private RedisStage stage;
    private RedisRegistry registry;
    private Recorder<Snapshot> listener;

    @BeforeEach
    void start() {
        sentinels = new RedisSentinels(1000);
        stage = new RedisStage(sentinels.config(), sentinels.first);
        registry = stage.open();
        registry.register(Instances.of("a", ORDERS));
        registry.register(Instances.of("b", ORDERS));
        listener = new Recorder<>();
        stage.open().subscribe(ORDERS, listener);
        listener.await(SOON, Instances.lists("a", "b"), "a and b");
    }

    @AfterEach
    void end() {
        stage.close();
        sentinels.close();
    }

    @Test
    void aKilledMasterIsFollowedByItsReplicaAndBackAgain() {
        sentinels.first.kill();
        writableAt(sentinels.second, "c");
        listener.await(FAILOVER, Instances.lists("a", "b", "c"), "all three");

        sentinels.first.startAgain();
        sentinels.awaitReplica(sentinels.first, sentinels.second);
        sentinels.second.kill();
        writableAt(sentinels.first, "d");
        listener.await(FAILOVER, Instances.lists("a", "b", "c", "d"), "all four");
        nobodyWasLost();
    }

    @Test
    void anOldMasterThatWakesUpGetsNoWritesAndLosesNobody() {
        sentinels.first.stop();
        writableAt(sentinels.second, "c");
        sentinels.first.cont(); // two masters, until the Sentinels have told it
        registry.register(Instances.of("d", ORDERS));
        listener.await(FAILOVER, Instances.lists("a", "b", "c", "d"), "all four");
        sentinels.awaitReplica(sentinels.first, sentinels.second);
        RedisKeys keys = registry.link().keys();
        assertThat(Replies.number(sentinels.second.call("HLEN", keys.processes())))
                .isEqualTo(4);
        assertThat(registry.link().state()).contains(String.valueOf(sentinels.second.port()));
        nobodyWasLost();
    }

    /** B8: what the old master took and never passed on is written again within two heartbeats. */
    @Test
    void whatTheOldMasterDidNotPassOnIsWrittenAgain() {
        sentinels.first.stop();
        writableAt(sentinels.second, "c");
        RedisKeys keys = registry.link().keys();
        for (String key : List.of(keys.processes(), keys.revisions(), keys.members(ORDERS))) {
            assertThat(sentinels.second.call("HDEL", key, "a")).isEqualTo(1L);
        }
        sentinels.second.call("DEL", keys.lease("a"));
        sentinels.first.cont();
        FAILOVER.until(
                () -> List.of(keys.processes(), keys.revisions(), keys.members(ORDERS)).stream()
                                .allMatch(key -> Replies.number(sentinels.second.call("HEXISTS", key, "a")) == 1)
                        && Replies.number(sentinels.second.call("EXISTS", keys.lease("a"))) == 1,
                () -> "the new master lacks a: " + registry);
        listener.await(FAILOVER, Instances.lists("a", "b", "c"), "all three");
    }

    /** B9: nobody hears of the switch while no Sentinel answers; the question is asked again and again. */
    @Test
    void aSwitchThatWasNotHeardOfIsFoundOut() {
        sentinels.sentinels.get(0).call("SENTINEL", "FAILOVER", RedisSentinels.MASTER);
        writableAt(sentinels.second, "c");
        nobodyWasLost();
    }

    private void writableAt(RedisProcess master, String uuid) {
        RedisKeys keys = registry.link().keys();
        registry.register(Instances.of(uuid, ORDERS));
        FAILOVER.until(
                () -> registry.link().state().contains(String.valueOf(master.port()))
                        && Replies.number(master.call("HEXISTS", keys.processes(), uuid)) == 1
                        && Replies.number(master.call("EXISTS", keys.lease("a"))) == 1,
                () -> "the registry is not at its new master: " + registry);
    }

    private void nobodyWasLost() {
        assertThat(listener.told().stream().dropWhile(Instances.lists("a", "b").negate()))
                .as("no list shrank")
                .allMatch(snapshot -> Instances.uuids(snapshot).contains("a")
                        && Instances.uuids(snapshot).contains("b"));
    }
}
