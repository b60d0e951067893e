package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.watch.Allowance;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Complaint;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Registered;
import io.moa.registry.watch.Signs;
import io.moa.registry.watch.Verdict;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.WatchStoreContract;
import io.moa.registry.watch.Written;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisWatchStoreTest implements WatchStoreContract {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

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
    void aLeaseIsAsOldAsItsOwnLengthSays() {
        try (RedisStage stage = new RedisStage(redis.config().lease(Duration.ofSeconds(10)), redis)) {
            RedisWatchStore store = new RedisWatchStore(stage.hand);
            RedisKeys keys = stage.hand.keys();
            Map<String, String> leases = Map.of(
                    "slow", "stamp.1 30000 10000",
                    "silent", "stamp.1",
                    "odd", "stamp.1 5 10",
                    "odder", "a b c",
                    "long", "x".repeat(10_000),
                    "huge", "stamp.1 99999999999999999999 1");
            leases.forEach((uuid, lease) ->
                    done(stage.hand.ask(connection -> connection.call("SET", keys.lease(uuid), lease, "PX", 9_000))));
            done(stage.hand.ask(connection -> connection.call("HSET", keys.lease("hash"), "a", "b")));
            done(stage.hand.ask(connection -> connection.call("PEXPIRE", keys.lease("hash"), 9_000)));
            Map<String, Signs> signs =
                    done(store.signs(List.of("slow", "silent", "odd", "odder", "long", "huge", "hash", "none")));
            assertThat(signs.get("slow").leaseAgeMillis()).isBetween(21_000L, 25_000L);
            assertThat(signs.get("slow").heartbeatMillis()).isEqualTo(10_000);
            for (String uuid : List.of("silent", "odd", "odder", "long", "huge", "hash")) {
                assertThat(signs.get(uuid).leaseAgeMillis()).as(uuid).isBetween(1_000L, 5_000L);
                assertThat(signs.get(uuid).heartbeatMillis()).as(uuid).isZero();
            }
            assertThat(signs.get("none").leaseAgeMillis()).isEqualTo(Signs.NO_LEASE);
        }
    }

    @Test
    void aProcessSaysHowItRenewsItsLease() {
        try (RedisStage stage =
                new RedisStage(redis.config().lease(Duration.ofSeconds(10)).heartbeat(Duration.ofSeconds(3)), redis)) {
            done(stage.open().register(WatchStoreContract.instance("one")).registered());
            Signs signs =
                    done(new RedisWatchStore(stage.hand).signs(List.of("one"))).get("one");
            assertThat(signs.heartbeatMillis()).isEqualTo(3_000);
        }
    }

    @Test
    void aFenceThatIsNoNumberIsReplaced() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisWatchStore store = new RedisWatchStore(stage.hand);
            String key = stage.hand.keys().fence();
            for (String bad : List.of("banana", "", "-1", "1e400")) {
                done(stage.hand.ask(connection -> connection.call("SET", key, bad)));
                done(store.renew("w", true, Duration.ofSeconds(30)));
                assertThat(done(store.claim("w", Set.of(3), 41)))
                        .as(bad)
                        .containsOnlyKeys(3)
                        .allSatisfy((part, fence) -> assertThat(fence).isGreaterThan(41));
            }
            done(stage.hand.ask(connection -> connection.call("DEL", key)));
            done(stage.hand.ask(connection -> connection.call("HSET", key, "a", "b")));
            assertThat(done(store.claim("w", Set.of(4), 50))).containsEntry(4, 51L);
        }
    }

    /** Whoever said goodbye left his mark behind, for he may not touch it. */
    @Test
    void theMarksOfThoseWhoAreGoneAreForgotten() {
        FakeTicker ticker = new FakeTicker();
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        try (RedisLink link = new RedisLink(config, ticker, InstantSource.system(), new Random(1))) {
            RedisWatchStore store = new RedisWatchStore(link);
            RedisKeys keys = link.keys();
            byte[] mark = MarkRecord.write(Liveness.OFFLINE);
            for (String uuid : List.of("gone", "there")) {
                done(link.ask(connection -> connection.call("HSET", keys.marks(), uuid, mark)));
            }
            redis.call("HSET", keys.processes(), "there", "{}");
            assertThat(done(store.list()).marks()).isEqualTo(Map.of("there", Liveness.OFFLINE));
            ticker.advance(Duration.ofSeconds(59));
            done(store.list());
            assertThat(redis.call("HEXISTS", keys.marks(), "gone")).isEqualTo(1L);
            ticker.advance(Duration.ofSeconds(1));
            done(store.list());
            assertThat(redis.call("HEXISTS", keys.marks(), "gone")).isEqualTo(0L);
            assertThat(redis.call("HEXISTS", keys.marks(), "there")).isEqualTo(1L);
        }
    }

    @Test
    void whatIsNoFuseUnderAStrangersNameHarmsNoVerdict() {
        try (RedisWatchStage stage = new RedisWatchStage()) {
            WatchStore store = stage.store();
            stage.register(WatchStoreContract.instance("u"));
            stage.register(WatchStoreContract.instance("v"));
            redis.call("SET", stage.stage.hand.keys().base() + "wf:shop.Stock", "junk");
            done(store.renew("a", true, Duration.ofSeconds(5)));
            List<String> uuids = List.of("u", "v");
            Set<Integer> parts = uuids.stream().map(WatchStore::partOf).collect(Collectors.toSet());
            Map<Integer, Long> fences = done(store.claim("a", parts, 0));
            List<Verdict> verdicts = new ArrayList<>();
            for (String uuid : uuids) {
                long fence = fences.get(WatchStore.partOf(uuid));
                verdicts.add(WatchStoreContract.verdict(uuid, fence, Change.REMOVE, new Allowance("shop.Stock", 1)));
            }
            assertThat(done(store.write("a", verdicts)))
                    .as("it is replaced by a fuse, which then counts")
                    .containsExactly(Written.APPLIED, Written.fuse("shop.Stock"));
        }
    }

    @Test
    void whatIsNoLogUnderAStrangersNameHarmsNoVerdict() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisWatchStore store = new RedisWatchStore(stage.hand);
            RedisKeys keys = stage.hand.keys();
            ServiceId odd = ServiceId.of("odd");
            ServiceId last = ServiceId.of("last");
            ServiceId good = ServiceId.of("good");
            Map<String, Long> fences = new HashMap<>();
            done(store.renew("w", true, Duration.ofSeconds(30)));
            for (String uuid : List.of("first", "second")) {
                done(stage.open().register(Instances.of(uuid, odd, last, good)).registered());
                int part = WatchStore.partOf(uuid);
                fences.put(uuid, done(store.claim("w", Set.of(part), 0)).get(part));
            }
            done(stage.hand.ask(connection -> {
                connection.call("DEL", keys.log(odd), keys.log(last));
                connection.call("HSET", keys.log(odd), "a", "b");
                connection.call("XADD", keys.log(last), "18446744073709551615-18446744073709551615", "u", "z");
                connection.call("SET", keys.evidence("first"), "x");
                connection.call("DEL", keys.members(odd));
                connection.call("SET", keys.members(odd), "x");
                return null;
            }));
            String top = top(stage, good);
            assertThat(done(store.write("w", List.of(removal("first", fences), removal("second", fences)))))
                    .containsExactly(Written.APPLIED, Written.APPLIED);
            assertThat(done(store.list()).marks()).containsOnlyKeys("first", "second");
            assertThat(top(stage, good)).as("the others are told").isNotEqualTo(top);
            assertThat(number(stage, "XLEN", keys.log(last))).as("begun anew").isEqualTo(2L);
            assertThat(done(store.evidence("second"))).hasSize(1);
        }
    }

    private static long number(RedisStage stage, String command, String key) {
        return done(stage.hand.ask(connection -> Replies.number(connection.call(command, key))));
    }

    private static String top(RedisStage stage, ServiceId service) {
        String key = stage.hand.keys().log(service);
        return done(stage.hand.ask(connection ->
                String.valueOf(FollowedService.topOf(connection.call("XREVRANGE", key, "+", "-", "COUNT", 1)))));
    }

    private static Verdict removal(String uuid, Map<String, Long> fences) {
        int part = WatchStore.partOf(uuid);
        long fence = fences.get(uuid);
        Evidence evidence = new Evidence(uuid, Change.REMOVE, "w", part, fence, 17, "", 5, List.of(), List.of(), "");
        return new Verdict(part, fence, uuid, Change.REMOVE, List.of(), evidence);
    }

    @Test
    void thoseWhoComplainNoMoreMakeRoom() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisWatchStore store = new RedisWatchStore(stage.hand);
            RedisKeys keys = stage.hand.keys();
            for (int i = 0; i < WatchStore.MAX_COMPLAINTS; i++) {
                String consumer = "old-" + i;
                done(stage.hand.ask(connection -> connection.call(
                        "HSET", keys.complaints("u"), consumer, "{\"v\":1,\"reason\":\"r\",\"at\":1}")));
            }
            done(store.complain(List.of(new Complaint("young", "u", "refused"))));
            assertThat(number(stage, "HLEN", keys.complaints("u"))).isEqualTo(1L);
            assertThat(done(store.signs(List.of("u"))).get("u").complaints()).hasSize(1);
        }
    }

    @Test
    void evidenceIsNeverTooLongToBeRead() throws Exception {
        String faces = "\uD83D\uDE00".repeat(Evidence.MAX_SENTENCE / 2);
        Evidence evidence = new Evidence(
                "u",
                Change.REMOVE,
                "w",
                1,
                2,
                3,
                "why",
                4,
                Collections.nCopies(Evidence.MAX_SENTENCES, "p"),
                Collections.nCopies(Evidence.MAX_SENTENCES, faces),
                "");
        byte[] written = EvidenceRecord.write(evidence);
        assertThat(written.length).isLessThanOrEqualTo(EntryJson.MAX_BYTES);
        Evidence read = EvidenceRecord.read(written);
        assertThat(read.why()).isEqualTo("why");
        assertThat(read.probes()).hasSize(Evidence.MAX_SENTENCES);
        assertThat(read.vantagePoints()).isNotEmpty().hasSizeLessThan(Evidence.MAX_SENTENCES);
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
