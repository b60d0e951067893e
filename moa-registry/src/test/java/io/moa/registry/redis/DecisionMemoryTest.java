package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static io.moa.registry.redis.RedisStage.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A Redis that forgets what an operator decided does not undo it. */
class DecisionMemoryTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final OperatorState OFFLINE = new OperatorState(true, null, null);

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @AutoClose
    private final RedisStage stage =
            new RedisStage(redis.config().heartbeat(Duration.ofMillis(150)).lease(Duration.ofSeconds(20)), redis);

    private final OperatorDesk desk = new OperatorDesk(stage.hand);
    private final RedisKeys keys = stage.hand.keys();

    private OperatorState seen(String uuid) {
        return done(desk.instance(uuid)).operator();
    }

    /** Two heartbeats later the process has read what stands there now. */
    private void awaitHeartbeats(String uuid) {
        for (int i = 0; i < 2; i++) {
            long[] left = {left(uuid)};
            SOON.until(
                    () -> {
                        long before = left[0];
                        left[0] = left(uuid);
                        return left[0] > before;
                    },
                    () -> "no heartbeat");
        }
    }

    private long left(String uuid) {
        return Replies.number(redis.call("PTTL", keys.lease(uuid)));
    }

    private void register(RedisRegistry registry, Instance instance) {
        Registry.Registration registration = registry.register(instance);
        SOON.until(registration.registered()::isDone, registry::toString);
    }

    @Test
    void anEmptiedRedisPutsNobodyBackWhomAnOperatorTookOffline() {
        RedisRegistry registry = stage.open();
        register(registry, Instances.of("a", ORDERS));
        register(registry, Instances.of("b", ORDERS));
        Recorder<Snapshot> follower = new Recorder<>();
        AtomicInteger undone = new AtomicInteger();
        done(desk.offline("a", "ada"));
        done(desk.weight("b", 7, "ada"));
        RedisRegistry reader = stage.open();
        reader.subscribe(ORDERS, follower);
        follower.await(SOON, Instances.lists("a", "b"), "both");
        reader.subscribe(ORDERS, snapshot -> snapshot.entries().stream()
                .filter(entry ->
                        entry.instance().uuid().equals("a") && !entry.operator().offline())
                .forEach(entry -> undone.incrementAndGet()));
        awaitHeartbeats("a");
        awaitHeartbeats("b");

        redis.call("FLUSHALL");
        SOON.until(() -> done(desk.instances(ORDERS)).size() == 2, registry::toString);
        assertThat(seen("a")).isEqualTo(OFFLINE);
        assertThat(done(desk.instance("a")).remembered()).isTrue();
        assertThat(done(desk.instances(ORDERS)).get(0).usable()).isFalse();
        assertThat(seen("b")).isEqualTo(new OperatorState(false, 7, null));
        long reads = reader.fullReads();
        SOON.until(() -> reader.fullReads() > reads || follower.last().entries().size() == 2, reader::toString);
        SOON.until(
                () -> reader.subscribe(ORDERS, snapshot -> {}).current().entries().stream()
                        .anyMatch(entry -> entry.operator().equals(OFFLINE)),
                reader::toString);
        assertThat(undone).hasValue(0);
    }

    @Test
    void whatIsDecidedAnewTakesThePlaceOfWhatTheProcessRemembers() {
        RedisRegistry registry = stage.open();
        register(registry, Instances.of("a", ORDERS));
        done(desk.offline("a", "ada"));
        awaitHeartbeats("a");
        redis.call("DEL", keys.decisions(), keys.placeDecisions());
        SOON.until(() -> done(desk.instance("a")).remembered(), registry::toString);

        assertThat(done(desk.weight("a", 5, "bob"))).as("offline, and 5").isEqualTo(new OperatorState(true, 5, null));
        assertThat(done(desk.instance("a")).remembered()).isFalse();
        SOON.until(() -> !String.valueOf(record("a")).contains("decided"), () -> record("a"));

        assertThat(done(desk.decide("a", OperatorState.NONE, "bob"))).isEqualTo(OperatorState.NONE);
        awaitHeartbeats("a");
        redis.call("FLUSHALL");
        SOON.until(() -> done(desk.instances(ORDERS)).size() == 1, registry::toString);
        assertThat(seen("a")).as("taken back, and so it stays").isEqualTo(OperatorState.NONE);
        assertThat(record("a")).doesNotContain("decided");
        assertThat(done(desk.decisions())).isEmpty();
    }

    /** Something that nobody can read stands where a decision stood: then the next one who knows of it is asked, and nothing is taken back. */
    @Test
    void aDamagedDecisionTakesNothingBack() {
        RedisRegistry registry = stage.open();
        register(registry, Instances.of("a", ORDERS));
        done(desk.offline("a", "ada"));
        RedisRegistry reader = stage.open();
        Recorder<Snapshot> follower = new Recorder<>();
        AtomicInteger undone = new AtomicInteger();
        reader.subscribe(ORDERS, follower);
        follower.await(
                SOON, snapshot -> snapshot.entries().stream().anyMatch(DecisionMemoryTest::isOffline), "offline");
        reader.subscribe(
                ORDERS,
                snapshot -> undone.addAndGet((int) snapshot.entries().stream()
                        .filter(entry -> !isOffline(entry))
                        .count()));

        // No process remembers yet, and nothing else stands anywhere: the reader keeps what it read last.
        redis.call("DEL", keys.placeDecisions());
        damage(keys.decisions(), "a", "{broken");
        SOON.until(() -> reader.badEntries() > 0, reader::toString);

        // Here the place has it.
        done(desk.offline("a", "ada"));
        awaitHeartbeats("a");
        damage(keys.decisions(), "a", "x".repeat(500_000));
        assertThat(seen("a")).isEqualTo(OFFLINE);
        RedisRegistry another = stage.open();
        SOON.until(
                () -> another.subscribe(ORDERS, snapshot -> {}).current().entries().stream()
                        .anyMatch(DecisionMemoryTest::isOffline),
                another::toString);

        // And here only the process itself remembers it, and says so.
        redis.call("HSET", keys.placeDecisions(), RedisKeys.place(Instances.of("a", ORDERS)), "[]");
        SOON.until(() -> record("a").contains("decided"), () -> record("a"));
        assertThat(seen("a")).isEqualTo(OFFLINE);
        RedisRegistry third = stage.open();
        SOON.until(
                () -> third.subscribe(ORDERS, snapshot -> {}).current().entries().stream()
                        .anyMatch(DecisionMemoryTest::isOffline),
                third::toString);
        assertThat(undone).hasValue(0);

        // The operator's next word mends it.
        assertThat(done(desk.decide("a", OperatorState.NONE, "ada"))).isEqualTo(OperatorState.NONE);
        follower.await(
                SOON, snapshot -> snapshot.entries().stream().noneMatch(DecisionMemoryTest::isOffline), "online again");
    }

    private static boolean isOffline(Snapshot.Entry entry) {
        return entry.operator().offline();
    }

    private void damage(String key, String field, String value) {
        redis.call("HSET", key, field, value);
        redis.call("XADD", keys.log(ORDERS), "*", "uuid", "a");
        redis.call("PUBLISH", keys.hint(ORDERS), "");
    }

    /** What it says of itself has no room for a decision: it says the rest, and goes on. */
    @Test
    void aRecordThatIsFullGoesWithoutTheDecision() {
        RedisRegistry registry = stage.open();
        Instance small = Instances.of("a", ORDERS);
        int room = EntryJson.MAX_BYTES - new InstanceRecord(small, false).write(AddressRanges.ANY).length;
        Instance full =
                small.toBuilder().metadata("note", "x".repeat(room - 40)).build();
        register(registry, full);
        done(desk.offline("a", "ada"));
        awaitHeartbeats("a");
        redis.call("FLUSHALL");
        SOON.until(() -> done(desk.instances(ORDERS)).size() == 1, registry::toString);
        awaitHeartbeats("a");
        assertThat(done(desk.instance("a")).instance()).isEqualTo(full);
        assertThat(seen("a")).isEqualTo(OperatorState.NONE);
    }

    private String record(String uuid) {
        return String.valueOf(Replies.text(redis.call("HGET", keys.processes(), uuid)));
    }
}
