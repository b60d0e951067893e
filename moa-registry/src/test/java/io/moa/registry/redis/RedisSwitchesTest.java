package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.Eventually;
import io.moa.testkit.Recorder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B9, a switch of which nobody is told because no Sentinel can be reached; and B7 several times in a row. */
@Tag("once")
class RedisSwitchesTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final Eventually FAILOVER = Eventually.within(Duration.ofSeconds(120));

    private RedisSentinels sentinels;
    private List<ChaosProxy> ways;
    private RedisStage stage;
    private RedisRegistry registry;
    private Recorder<Snapshot> listener;

    @BeforeEach
    void start() {
        sentinels = new RedisSentinels(1000);
        ways = sentinels.sentinels.stream()
                .map(sentinel -> ChaosProxy.to("127.0.0.1", sentinel.port()))
                .toList();
        List<Address.Tcp> addresses = ways.stream()
                .map(way -> new Address.Tcp("127.0.0.1", way.port()))
                .toList();
        stage = new RedisStage(
                RedisProcess.quick(RedisConfig.sentinel(RedisSentinels.MASTER, addresses)), sentinels.first);
        registry = stage.open();
        registry.register(Instances.of("a", ORDERS));
        listener = new Recorder<>();
        stage.open().subscribe(ORDERS, listener);
        listener.await(SOON, Instances.lists("a"), "a");
    }

    @AfterEach
    void end() {
        stage.close();
        ways.forEach(ChaosProxy::close);
        sentinels.close();
    }

    @Test
    void aSwitchWhileNoSentinelCanBeReachedIsFoundOutAfterwards() {
        ways.forEach(ChaosProxy::refuse);
        ways.forEach(ChaosProxy::disconnect);
        sentinels.sentinels.get(0).call("SENTINEL", "FAILOVER", RedisSentinels.MASTER);
        sentinels.awaitReplica(sentinels.first, sentinels.second);
        registry.register(Instances.of("b", ORDERS));
        assertThat(Replies.number(
                        sentinels.second.call("HEXISTS", stage.hand.keys().processes(), "b")))
                .as("nobody has said where the master is")
                .isZero();
        ways.forEach(ChaosProxy::accept);
        writableAt(sentinels.second, "c");
        listener.await(FAILOVER, Instances.lists("a", "b", "c"), "all three");
        nobodyWasLost();
    }

    /** Three here; twenty are a row of the benchmark of faults. */
    @Test
    void mastersThatDieAndFreezeInTurnLoseNobody() {
        RedisProcess master = sentinels.first;
        RedisProcess replica = sentinels.second;
        for (int i = 0; i < 3; i++) {
            boolean kills = i % 2 == 0;
            if (kills) {
                master.kill();
            } else {
                master.stop();
            }
            writableAt(replica, "after-" + i);
            if (kills) {
                master.startAgain();
                // At once, as a configuration would: Sentinels take ten seconds, and whoever stands still meanwhile may
                // promote it while it is empty.
                master.call("REPLICAOF", "127.0.0.1", String.valueOf(replica.port()));
            } else {
                master.cont();
            }
            sentinels.awaitFormer(master, replica);
            RedisProcess next = replica;
            replica = master;
            master = next;
        }
        listener.await(FAILOVER, Instances.lists("a", "after-0", "after-1", "after-2"), "all four");
        nobodyWasLost();
    }

    private void writableAt(RedisProcess master, String uuid) {
        RedisKeys keys = stage.hand.keys();
        registry.register(Instances.of(uuid, ORDERS));
        FAILOVER.until(
                () -> registry.link().state().contains(String.valueOf(master.port()))
                        && Replies.number(master.call("HEXISTS", keys.processes(), uuid)) == 1
                        && Replies.number(master.call("EXISTS", keys.lease("a"))) == 1,
                () -> "the registry is not at its new master: " + registry);
    }

    private void nobodyWasLost() {
        assertThat(listener.told().stream().dropWhile(Instances.lists("a").negate()))
                .as("no list shrank")
                .allMatch(snapshot -> Instances.uuids(snapshot).contains("a"));
    }
}
