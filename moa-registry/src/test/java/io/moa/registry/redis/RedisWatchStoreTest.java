package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Registered;
import io.moa.registry.watch.Verdict;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.WatchStoreContract;
import io.moa.registry.watch.Written;
import io.moa.testkit.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisWatchStoreTest implements WatchStoreContract {

    private static RedisProcess redis;

    @BeforeAll
    static void start() {
        redis = RedisProcess.open();
    }

    @AfterAll
    static void end() {
        redis.close();
    }

    @Override
    public Stage stage() {
        return new RedisWatchStage();
    }

    /** A real Redis; its clock does not move by hand, so everything that it keeps a time of is made so much older instead. */
    private static final class RedisWatchStage implements Stage {

        private final RedisStage stage = new RedisStage(redis.config().lease(Duration.ofSeconds(10)), redis);
        private final RedisWatchStore store = new RedisWatchStore(stage.hand);
        private final RedisRegistry registry = stage.open();

        @Override
        public WatchStore store() {
            return store;
        }

        @Override
        public void register(Registered registered) {
            Instance instance = registered.instance();
            // By hand and not by a registry, whose heartbeats would go on.
            RedisKeys keys = stage.hand.keys();
            byte[] record = new InstanceRecord(instance, registered.withdrawn()).write(AddressRanges.ANY);
            done(stage.hand.ask(connection -> connection.transaction(List.of(
                    RedisCommand.of(
                            "SET",
                            keys.lease(instance.uuid()),
                            "1",
                            "PX",
                            stage.config.lease().toMillis()),
                    RedisCommand.of("HSET", keys.revisions(), instance.uuid(), Integer.toString(registered.hashCode())),
                    RedisCommand.of("HSET", keys.processes(), instance.uuid(), record)))));
        }

        @Override
        public void pass(Duration time) {
            done(stage.hand.ask(connection -> {
                for (String key : keys(connection)) {
                    age(connection, key, time.toMillis());
                }
                return null;
            }));
        }

        private List<String> keys(RedisConnection connection) throws IOException {
            return Replies.texts(connection.call("KEYS", stage.hand.keys().base() + "*"));
        }

        private void age(RedisConnection connection, String key, long millis) throws IOException {
            long left = Replies.number(connection.call("PTTL", key));
            if (left >= 0 && left <= millis) {
                connection.call("DEL", key);
                return;
            }
            if (left >= 0) {
                connection.call("PEXPIRE", key, left - millis);
            }
            if (key.startsWith(stage.hand.keys().base() + "wf:")) {
                for (String member : Replies.texts(connection.call("ZRANGE", key, 0, -1))) {
                    connection.call("ZINCRBY", key, -millis, member);
                }
            }
            if (key.startsWith(stage.hand.keys().base() + "wc:")) {
                List<String> fields = Replies.texts(connection.call("HGETALL", key));
                for (int i = 0; i < fields.size(); i += 2) {
                    String json = fields.get(i + 1);
                    int at = json.indexOf("\"at\":") + 5;
                    long told = Long.parseLong(json.substring(at, json.length() - 1));
                    connection.call("HSET", key, fields.get(i), json.substring(0, at) + (told - millis) + "}");
                }
            }
        }

        @Override
        public void expireAll() {
            done(stage.hand.ask(connection -> {
                for (String key : keys(connection)) {
                    if (Replies.number(connection.call("PTTL", key)) >= 0) {
                        connection.call("DEL", key);
                    }
                }
                return null;
            }));
        }

        @Override
        public void clear() {
            done(stage.hand.ask(connection -> {
                for (String key : keys(connection)) {
                    connection.call("DEL", key);
                }
                return null;
            }));
        }

        @Override
        public void close() {
            registry.close();
            stage.close();
        }
    }

    @Test
    void aMarkReachesTheFollowersOfTheService() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisWatchStore store = new RedisWatchStore(stage.hand);
            Registry registry = stage.open();
            Instance one = WatchStoreContract.instance("one");
            Recorder<Snapshot> listener = new Recorder<>();
            registry.subscribe(one.exports().get(0).service(), listener);
            Registry.Registration registration = registry.register(one);
            done(registration.registered());

            done(store.renew("w", true, Duration.ofSeconds(30)));
            int part = WatchStore.partOf("one");
            long fence = done(store.claim("w", Set.of(part), 0)).get(part);
            Evidence evidence = new Evidence(
                    "one", Change.REMOVE, "w", part, fence, 17, "a reason", 5, List.of("p"), List.of(), "");
            assertThat(done(store.write(
                            "w", List.of(new Verdict(part, fence, "one", Change.REMOVE, List.of(), evidence)))))
                    .containsExactly(Written.APPLIED);
            listener.await(
                    RedisStage.SOON,
                    snapshot -> snapshot.entries().stream().anyMatch(entry -> entry.liveness() == Liveness.OFFLINE),
                    "the mark");
            assertThat(done(store.evidence("one"))).containsExactly(evidence);

            assertThat(done(store.write(
                            "w", List.of(new Verdict(part, fence, "one", Change.REINSTATE, List.of(), evidence)))))
                    .containsExactly(Written.APPLIED);
            listener.await(
                    RedisStage.SOON,
                    snapshot -> snapshot.entries().stream().anyMatch(entry -> entry.liveness() == Liveness.ONLINE)
                            && listener.told().stream()
                                    .anyMatch(each -> each.revision() < snapshot.revision()
                                            && each.entries().stream()
                                                    .anyMatch(entry -> entry.liveness() == Liveness.OFFLINE)),
                    "the mark taken away");
        }
    }

    @Test
    void whatOthersWroteAsRecordsHarmsNoVerdict() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisWatchStore store = new RedisWatchStore(stage.hand);
            RedisKeys keys = stage.hand.keys();
            done(store.renew("w", true, Duration.ofSeconds(30)));
            for (Map.Entry<String, String> bad : Map.of(
                            "deep", "[".repeat(8_000),
                            "long", "x".repeat(40_000),
                            "list", "[1,2]",
                            "odd", "{\"exports\":[1,{\"service\":2},{\"service\":\"a b\\n\"}]}",
                            "number", "{\"exports\":7}")
                    .entrySet()) {
                String uuid = bad.getKey();
                done(stage.hand.ask(connection -> connection.call("HSET", keys.processes(), uuid, bad.getValue())));
                int part = WatchStore.partOf(uuid);
                long fence = done(store.claim("w", Set.of(part), 0)).get(part);
                Evidence evidence =
                        new Evidence(uuid, Change.REMOVE, "w", part, fence, 17, "", 5, List.of(), List.of(), "");
                assertThat(done(store.write(
                                "w", List.of(new Verdict(part, fence, uuid, Change.REMOVE, List.of(), evidence)))))
                        .as(uuid)
                        .containsExactly(Written.APPLIED);
            }
            assertThat(done(store.list()).marks()).hasSize(5);
        }
    }
}
