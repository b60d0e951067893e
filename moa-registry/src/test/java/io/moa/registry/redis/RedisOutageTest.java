package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens when Redis goes away, forgets, or stands still. */
@Tag("once")
class RedisOutageTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final ServiceId STOCK = ServiceId.of("stock");
    private static final int PROCESSES = 20;

    private RedisProcess redis;
    private RedisStage stage;
    private RedisRegistry own;
    private Recorder<Snapshot> listener;
    private RedisKeys keys;
    private String[] all;

    @BeforeEach
    void start() {
        redis = RedisProcess.open();
        stage = new RedisStage(redis.config(), redis);
        keys = stage.hand.keys();
        own = stage.open();
        all = new String[PROCESSES];
        for (int i = 0; i < PROCESSES; i++) {
            all[i] = "p" + i;
            own.register(Instances.of(all[i], ORDERS, STOCK));
        }
        listener = new Recorder<>();
        stage.open().subscribe(ORDERS, listener);
        listener.await(SOON, Instances.lists(all), "all");
    }

    @AfterEach
    void end() {
        stage.close();
        redis.close();
    }

    private void awaitComplete(int leases) {
        SOON.until(
                () -> number("HLEN", keys.processes()) == PROCESSES
                        && number("HLEN", keys.revisions()) == PROCESSES
                        && number("HLEN", keys.members(ORDERS)) == PROCESSES
                        && number("HLEN", keys.members(STOCK)) == PROCESSES
                        && number("HLEN", keys.services()) == 2
                        && number("EXISTS", leases()) == leases,
                () -> "the registry is not complete: " + own + ", " + redis.call("HLEN", keys.processes()) + " of "
                        + PROCESSES + " processes, leases: " + redis.call("EXISTS", leases()));
    }

    private List<String> leases() {
        List<String> leases = new ArrayList<>();
        for (String uuid : all) {
            leases.add(keys.lease(uuid));
        }
        return leases;
    }

    private long number(String name, Object... parts) {
        return Replies.number(redis.call(name, parts));
    }

    /** B1: nothing is forgotten while it is away, and everything is there again when it is back, though it was emptied. */
    @Test
    void aRedisThatWasKilledAndComesBackEmptyIsFilledAgain() {
        redis.kill();
        SOON.until(() -> !own.link().isConnected(), own::toString);
        assertThat(listener.last()).matches(Instances.lists(all));
        redis.startAgain();
        awaitComplete(PROCESSES);
        assertThat(own.repairs()).isPositive();
        passChange();
    }

    /** B3. */
    @Test
    void anEmptiedRedisIsCompleteAgainByHeartbeatsAlone() {
        redis.call("FLUSHALL");
        awaitComplete(PROCESSES);
        assertThat(own.link().isConnected()).isTrue();
        passChange();
    }

    /** B4: every second key of each kind is lost. */
    @Test
    void halfOfTheKeysLostAreWrittenAgain() {
        redis.call("DEL", keys.services(), keys.members(STOCK), keys.log(ORDERS));
        List<String> fields = List.of(all).subList(0, PROCESSES / 2);
        redis.call("HDEL", keys.processes(), fields);
        redis.call("HDEL", keys.members(ORDERS), List.of(all).subList(5, 15));
        redis.call("DEL", leases().subList(0, PROCESSES / 2));
        awaitComplete(PROCESSES);
        passChange();
    }

    /** B14: leases that lapse take nobody off a list, for a list is no list of leases. */
    @Test
    void allLeasesExpiredAtOnceChangeNoList() {
        int before = listener.count();
        redis.call("DEL", leases());
        awaitComplete(PROCESSES);
        passChange();
        assertThat(listener.told().subList(before, listener.count()))
                .allMatch(snapshot -> Instances.uuids(snapshot).containsAll(List.of(all)));
    }

    /** B5. */
    @Test
    void aRedisThatStandsStillHoldsNobodyUp() {
        redis.stop();
        SOON.until(() -> !own.link().isConnected(), own::toString);
        RedisRegistry fresh = stage.open();
        Recorder<Snapshot> late = new Recorder<>();
        fresh.subscribe(ORDERS, late);
        fresh.register(Instances.of("late", ORDERS));
        assertThat(late.last().isUnknown()).isTrue();
        assertThat(listener.last()).matches(Instances.lists(all));
        assertThat(threads()).isLessThanOrEqualTo(2 * 4L); // own, the follower, the fresh one, and the test's hand
        redis.cont();
        late.await(SOON, snapshot -> Instances.uuids(snapshot).size() == PROCESSES + 1, "all and the late one");
        awaitLeases();
    }

    private void awaitLeases() {
        SOON.until(() -> number("EXISTS", leases()) == PROCESSES, own::toString);
    }

    private long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("moa-redis")
                        && thread.getName().endsWith("-" + stage.config.prefix()))
                .count();
    }

    @Test
    void anOperatorsDecisionSurvivesHeartbeatsUpdatesAndARepair() {
        OperatorState decision = new OperatorState(true, 7, "old");
        stage.decide("p3", decision);
        listener.await(SOON, snapshot -> decisionOf(snapshot, "p3").equals(decision), "the decision");
        long beats = commandCalls("set");
        redis.call("HDEL", keys.revisions(), "p3"); // whatever is written again must not touch the decision
        SOON.until(() -> commandCalls("set") > beats + 3 * PROCESSES, () -> "no heartbeats");
        own.register(Instances.of("p3", ORDERS).withWeight(9));
        listener.await(
                SOON,
                snapshot -> snapshot.entries().stream()
                        .anyMatch(entry -> entry.instance().weight() == 9
                                && entry.operator().equals(decision)),
                "the update beside the decision");
        assertThat(listener.last().entries())
                .filteredOn(entry -> entry.instance().uuid().equals("p3"))
                .allMatch(entry -> !entry.usable() && entry.liveness() == Liveness.ONLINE);
    }

    private static OperatorState decisionOf(Snapshot snapshot, String uuid) {
        return snapshot.entries().stream()
                .filter(entry -> entry.instance().uuid().equals(uuid))
                .map(Snapshot.Entry::operator)
                .findAny()
                .orElse(OperatorState.NONE);
    }

    private long commandCalls(String command) {
        for (String line : String.valueOf(redis.text("INFO", "commandstats")).split("\r\n")) {
            if (line.startsWith("cmdstat_" + command + ":calls=")) {
                return Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(',')));
            }
        }
        return 0;
    }

    /** The follower still hears what is new. */
    private void passChange() {
        own.register(Instances.of("fence", ORDERS));
        listener.await(
                SOON,
                snapshot -> Instances.uuids(snapshot).size() == PROCESSES + 1
                        && Instances.uuids(snapshot).contains("fence"),
                "the fence, and all others");
    }
}
