package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** B6: whatever Redis answers, neither thread dies, and everything goes on when it is well again. */
@Tag("once")
class RedisErrorsTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    private static final List<String> ERRORS = List.of(
            "LOADING Redis is loading the dataset in memory",
            "READONLY You can't write against a read only replica.",
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "NOAUTH Authentication required.",
            "WRONGPASS invalid username-password pair or user is disabled.",
            "NOPERM this user has no permissions to run the 'hset' command",
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            "CLUSTERDOWN The cluster is down",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "MOVED 1 nowhere:notaport",
            "WRONGTYPE Operation against a key holding the wrong kind of value",
            "ERR something that nobody has ever heard of");

    /** A process whose way to Redis answers one error to every command, after all was well. */
    private record Patient(String error, FaultyRedis faulty, RedisRegistry registry, Recorder<Snapshot> listener)
            implements AutoCloseable {

        static Patient of(String error) throws IOException {
            FaultyRedis faulty = new FaultyRedis(redis.port());
            RedisRegistry registry = open(faulty);
            return new Patient(error, faulty, registry, begin(registry));
        }

        @Override
        public void close() throws IOException {
            registry.close();
            faulty.close();
        }
    }

    /** All at once, each by a way and a prefix of its own: they spend their time waiting. */
    @Test
    void anErrorToEveryCommandIsSurvived() throws IOException {
        try (Closing patients = new Closing()) {
            for (String error : ERRORS) {
                patients.all.add(Patient.of(error));
            }
            for (Patient patient : patients.all) {
                int before = patient.faulty().refused();
                patient.faulty().answer(patient.error());
                SOON.until(
                        () -> patient.faulty().refused() > before + 3,
                        () -> "after " + patient.error() + " it is not tried again: " + patient.registry());
            }
            for (Patient patient : patients.all) {
                assertThat(patient.listener().last()).as(patient.error()).matches(Instances.lists("a"));
                patient.faulty().answer(null);
            }
            for (Patient patient : patients.all) {
                goesOn(patient.registry(), patient.listener());
            }
        }
    }

    private static final class Closing implements AutoCloseable {
        private final List<Patient> all = new ArrayList<>();

        @Override
        public void close() throws IOException {
            for (Patient each : all) {
                each.close();
            }
        }
    }

    @Test
    void aRedisWithEnoughClientsIsSurvivedByBothConnections() throws IOException {
        try (FaultyRedis faulty = new FaultyRedis(redis.port());
                RedisRegistry registry = open(faulty)) {
            Recorder<Snapshot> listener = begin(registry);
            faulty.greet("ERR max number of clients reached");
            SOON.until(() -> faulty.refused() > 3, () -> "it is not tried again: " + registry);
            faulty.greet(null);
            goesOn(registry, listener);
        }
    }

    @Test
    void whatSpeaksAnotherProtocolIsSurvived() throws IOException {
        try (FaultyRedis faulty = new FaultyRedis(redis.port());
                RedisRegistry registry = open(faulty)) {
            Recorder<Snapshot> listener = begin(registry);
            int before = faulty.refused();
            faulty.answer("\r\nHTTP/1.1 400 Bad Request\r\n$99999999999\r\n*-7\r\n:x\r\n");
            SOON.until(() -> faulty.refused() > before + 3, () -> "it is not tried again: " + registry);
            faulty.answer(null);
            goesOn(registry, listener);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"min-replicas-to-write", "maxmemory"})
    void whoOffersReadsOnWhileRedisRefusesWhatIsWritten(String setting) throws IOException {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        try (RedisRegistry other = RedisRegistry.open(config);
                RedisRegistry beating = RedisRegistry.open(config);
                RedisRegistry starting = RedisRegistry.open(config)) {
            RedisStage.done(other.register(Instances.of("b", ORDERS)).registered());
            RedisStage.done(
                    beating.register(Instances.of("c", ServiceId.of("stock"))).registered());
            redis.call("CONFIG", "SET", setting, 1);
            try {
                Registry.Registration waiting = starting.register(Instances.of("a", ServiceId.of("stock")));
                Recorder<Snapshot> listener = new Recorder<>();
                starting.subscribe(ORDERS, listener);
                beating.subscribe(ORDERS, listener);
                listener.await(SOON, Instances.lists("b"), "b");
                for (RedisRegistry registry : List.of(starting, beating)) {
                    long reads = registry.fullReads();
                    SOON.until(() -> registry.fullReads() > reads + 1, registry::toString);
                    assertThat(registry.link().isConnected()).isTrue();
                }
                assertThat(waiting.registered()).isNotDone();
            } finally {
                redis.call("CONFIG", "SET", setting, 0);
            }
            Recorder<Snapshot> stock = new Recorder<>();
            other.subscribe(ServiceId.of("stock"), stock);
            stock.await(SOON, Instances.lists("a", "c"), "what was refused before");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"min-replicas-to-write", "maxmemory"})
    void aGoodbyeIsSaidWhileThereIsNoMemoryAndElseWhenRedisTakesItAgain(String setting) {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        RedisKeys keys = new RedisKeys(config.prefix());
        try (RedisRegistry other = RedisRegistry.open(config);
                RedisRegistry registry = RedisRegistry.open(config)) {
            Registry.Registration leaving = registry.register(Instances.of("a", ORDERS));
            RedisStage.done(leaving.registered());
            Recorder<Snapshot> listener = new Recorder<>();
            other.subscribe(ORDERS, listener);
            listener.await(SOON, Instances.lists("a"), "a");
            redis.call("CONFIG", "SET", setting, 1);
            try {
                leaving.close();
                if (setting.equals("maxmemory")) {
                    SOON.until(() -> !isRegistered(keys, "a"), registry::toString);
                    listener.await(SOON, told -> told.entries().isEmpty(), "nobody");
                } else {
                    long reads = other.fullReads();
                    SOON.until(() -> other.fullReads() > reads + 1, other::toString);
                    assertThat(isRegistered(keys, "a")).isTrue();
                }
            } finally {
                redis.call("CONFIG", "SET", setting, 0);
            }
            SOON.until(() -> !isRegistered(keys, "a"), registry::toString);
            listener.await(SOON, told -> told.entries().isEmpty(), "nobody");
        }
    }

    private static boolean isRegistered(RedisKeys keys, String uuid) {
        return Replies.number(redis.call("HEXISTS", keys.processes(), uuid)) == 1
                || Replies.number(redis.call("HEXISTS", keys.members(ORDERS), uuid)) == 1;
    }

    @Test
    void aKeyOfAnotherTypeThatProcessesMayWriteBlindsNobodyAndHoldsNoRegistration() {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        RedisKeys keys = new RedisKeys(config.prefix());
        try (RedisRegistry first = RedisRegistry.open(config);
                RedisRegistry second = RedisRegistry.open(config)) {
            Recorder<Snapshot> listener = new Recorder<>();
            first.subscribe(ORDERS, listener);
            RedisStage.done(
                    first.register(Instances.of("a", ServiceId.of("stock"))).registered());
            redis.call("SET", keys.services(), "x");
            Registry.Registration registration = second.register(Instances.of("b", ORDERS));
            RedisStage.done(registration.registered());
            listener.await(SOON, Instances.lists("b"), "b");
            registration.close();
            listener.await(SOON, told -> told.revision() > 1 && told.entries().isEmpty(), "nobody");
            redis.call("DEL", keys.services());
            SOON.until(
                    () -> Replies.number(redis.call("HEXISTS", keys.services(), "stock")) == 1,
                    () -> "not mended: " + first);
        }
    }

    @Test
    void aLogThatTakesNoMoreEntriesIsBegunAnew() {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        RedisKeys keys = new RedisKeys(config.prefix());
        String last = "18446744073709551615-18446744073709551615";
        try (RedisRegistry registry = RedisRegistry.open(config)) {
            Recorder<Snapshot> listener = new Recorder<>();
            registry.subscribe(ORDERS, listener);
            SOON.until(() -> !listener.last().isUnknown(), registry::toString);
            redis.call("XADD", keys.log(ORDERS), last, "u", "z", "w", "changed");
            redis.call("XADD", keys.logOfAll(), last, "u", "z", "w", "changed");
            Registry.Registration registration = registry.register(Instances.of("a", ORDERS));
            RedisStage.done(registration.registered());
            listener.await(SOON, Instances.lists("a"), "a");
            redis.call("DEL", keys.log(ORDERS));
            redis.call("XADD", keys.log(ORDERS), last, "u", "z", "w", "changed");
            registration.close();
            listener.await(SOON, told -> told.revision() > 1 && told.entries().isEmpty(), "nobody");
            assertThat(redis.call("XLEN", keys.log(ORDERS))).isEqualTo(1L);
            assertThat(redis.call("XLEN", keys.logOfAll())).isEqualTo(2L);
        }
    }

    private static RedisRegistry open(FaultyRedis faulty) {
        return RedisRegistry.open(RedisProcess.quick(RedisConfig.standalone("127.0.0.1", faulty.port()))
                .prefix(RedisStage.nextPrefix())
                .build());
    }

    private static Recorder<Snapshot> begin(RedisRegistry registry) {
        Recorder<Snapshot> listener = new Recorder<>();
        registry.subscribe(ORDERS, listener);
        registry.register(Instances.of("a", ORDERS));
        listener.await(SOON, Instances.lists("a"), "a");
        awaitSubscription(registry);
        return listener;
    }

    /** Everything goes on: writing, reading, and the subscription, which alone makes a change seen before it is polled. */
    private static void goesOn(RedisRegistry registry, Recorder<Snapshot> listener) {
        registry.register(Instances.of("b", ORDERS));
        listener.await(SOON, Instances.lists("a", "b"), "a and b");
        awaitSubscription(registry);
        assertThat(Instances.uuids(listener.last())).containsExactlyInAnyOrder("a", "b");
    }

    private static void awaitSubscription(RedisRegistry registry) {
        String channel = registry.link().keys().hint(ORDERS);
        SOON.until(
                () -> Replies.number(Replies.list(redis.call("PUBSUB", "NUMSUB", channel))
                                .get(1))
                        == 1,
                () -> "nobody listens for changes: " + registry);
    }
}
