package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.watch.Complaint;
import io.moa.registry.watch.Signs;
import io.moa.testkit.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What strangers write into Redis harms nobody but themselves. */
class BadEntriesTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final ServiceId STOCK = ServiceId.of("stock");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @Test
    void badEntriesArePassedOverAloneAndCounted() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisKeys keys = stage.hand.keys();
            Registry writer = stage.open();
            writer.register(Instances.of("good", ORDERS));
            put(keys, "broken", "{");
            put(
                    keys,
                    "nowhere",
                    "{\"v\":1,\"uuid\":\"nowhere\",\"application\":\"s\",\"addresses\":[\"tcp://0.0.0.0:1\"]}");
            put(keys, "tomorrow", "{\"v\":9,\"uuid\":\"tomorrow\"}");
            put(keys, "long", "x".repeat(10_000_000));
            put(keys, "empty", "");
            redis.call("HSET", keys.members(ORDERS), "ghost", "");
            redis.call("HSET", keys.decisions(), "good", "[]");
            redis.call("HSET", keys.marks(), "good", "{\"v\":1,\"liveness\":\"DEAD\"}");

            RedisRegistry reader = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            reader.subscribe(ORDERS, listener);
            Snapshot snapshot = listener.await(SOON, Instances.lists("good"), "the good one");
            assertThat(snapshot.entries())
                    .containsExactly(
                            new Snapshot.Entry(Instances.of("good", ORDERS), Liveness.ONLINE, OperatorState.NONE));
            assertThat(reader.badEntries()).isEqualTo(7); // five records, a decision, a mark; nothing is no entry
            writer.register(Instances.of("another", ORDERS));
            listener.await(SOON, Instances.lists("good", "another"), "a change beside them");
        }
    }

    @Test
    void namesThatAreTooLongForOneArePassedOverAndCrowdOutNobody() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisKeys keys = stage.hand.keys();
            RedisRegistry reader = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            reader.subscribe(ORDERS, listener);
            stage.open().register(Instances.of("a", ORDERS));
            listener.await(SOON, Instances.lists("a"), "a");
            String tooLong = "x".repeat(200_000);
            for (int i = 0; i < 100; i++) {
                redis.call("HSET", keys.members(ORDERS), i + tooLong, "");
                redis.call("XADD", keys.log(ORDERS), "*", "u", i + tooLong, "w", "left");
            }
            stage.open().register(Instances.of("b", ORDERS));
            Snapshot told = listener.await(SOON, Instances.lists("a", "b"), "a and b");
            long reads = reader.fullReads();
            SOON.until(() -> reader.fullReads() > reads, reader::toString);
            assertThat(reader.badEntries())
                    .as("each that came within the bound of an answer, once")
                    .isBetween(50L, 100L);
            assertThat(told.goodbyes()).isEmpty();
            assertThat(listener.last()).matches(Instances.lists("a", "b"));
            assertThat(listener.last().goodbyes()).isEmpty();
        }
    }

    @Test
    void anAnswerKeepsNoMoreThanItsBound() {
        redis.call("DEL", "many");
        for (int i = 0; i < 100; i++) {
            redis.call("RPUSH", "many", "x".repeat(200_000));
        }
        redis.call("RPUSH", "many", "a name");
        List<Object> answer = Replies.list(redis.call("LRANGE", "many", 0, -1));
        assertThat(answer).hasSize(101);
        assertThat(Replies.text(answer.get(0))).hasSize(200_000);
        assertThat(Replies.text(answer.get(100))).isEqualTo("a name");
        assertThat(answer.stream()
                        .map(Replies::bytes)
                        .filter(Objects::nonNull)
                        .mapToLong(bytes -> bytes.length)
                        .sum())
                .isBetween(10_000_000L, 1L << 24);
    }

    @Test
    void answersThatComeTogetherKeepNoMoreThanOneAlone() {
        try (RedisStage stage = new RedisStage(redis.config().socketTimeout(Duration.ofSeconds(30)), redis)) {
            redis.call("DEL", "long", "short", "one");
            redis.call("SET", "one", "a name");
            redis.call("EVAL", "for i = 1, 60 do redis.call('RPUSH', KEYS[1], string.rep('x', 200000)) end", 1, "long");
            redis.call(
                    "EVAL", "for i = 1, 40000 do redis.call('RPUSH', KEYS[1], string.rep('x', 500)) end", 1, "short");
            List<RedisCommand> commands = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                commands.add(RedisCommand.of("LRANGE", "long", 0, -1));
            }
            commands.add(RedisCommand.of("GET", "one"));
            for (int i = 0; i < 2; i++) {
                commands.add(RedisCommand.of("LRANGE", "short", 0, -1));
            }
            List<Object> together = RedisStage.done(stage.hand.ask(connection -> connection.pipeline(commands)));
            assertThat(together).hasSize(5);
            assertThat(Replies.text(together.get(2))).isEqualTo("a name");
            assertThat(bytes(together.subList(0, 2))).isBetween(10_000_000L, 1L << 24);
            assertThat(bytes(together.subList(3, 5))).isBetween(20_000_000L, 1L << 25);
            assertThat(Replies.list(together.get(1))).as("places").hasSize(60);
            List<Object> alone = RedisStage.done(stage.hand.ask(
                    connection -> connection.pipeline(List.of(RedisCommand.of("LRANGE", "long", 0, -1)))));
            assertThat(bytes(alone)).as("the next has a bound of its own").isEqualTo(12_000_000L);
            redis.call("DEL", "long", "short", "one");
        }
    }

    private static long bytes(List<Object> answers) {
        return answers.stream()
                .flatMap(answer -> Replies.list(answer).stream())
                .map(Replies::bytes)
                .filter(Objects::nonNull)
                .mapToLong(bytes -> bytes.length)
                .sum();
    }

    private static void put(RedisKeys keys, String uuid, String text) {
        redis.call("HSET", keys.processes(), uuid, text);
        redis.call("HSET", keys.revisions(), uuid, "1");
        redis.call("HSET", keys.members(ORDERS), uuid, "");
    }

    @Test
    void keysOfAnotherTypeDisturbOneServiceAndNoOther() {
        try (RedisStage stage = new RedisStage(redis.config(), redis)) {
            RedisKeys keys = stage.hand.keys();
            redis.call("SET", keys.members(ORDERS), "no hash");
            redis.call("SET", keys.log(STOCK), "no stream");
            RedisRegistry registry = stage.open();
            Recorder<Snapshot> orders = new Recorder<>();
            Recorder<Snapshot> stock = new Recorder<>();
            Recorder<Snapshot> third = new Recorder<>();
            registry.subscribe(ORDERS, orders);
            registry.subscribe(STOCK, stock);
            registry.subscribe(ServiceId.of("third"), third);
            stage.open().register(Instances.of("a", ServiceId.of("third")));
            third.await(SOON, Instances.lists("a"), "a");
            assertThat(orders.last().isUnknown()).isTrue();
            assertThat(stock.last().isUnknown()).isTrue();

            redis.call("DEL", keys.members(ORDERS), keys.log(STOCK));
            stage.open().register(Instances.of("b", ORDERS, STOCK));
            orders.await(SOON, Instances.lists("b"), "b");
            stock.await(SOON, Instances.lists("b"), "b");
        }
    }

    /** What stood in the way of one service when it changed; its own list heals, and the next one has never noticed. */
    @Test
    void aListThatBreaksWhileItIsFollowedDelaysNoOther() {
        for (List<ServiceId> pair : List.of(List.of(ORDERS, STOCK), List.of(STOCK, ORDERS))) {
            ServiceId broken = pair.get(0);
            ServiceId whole = pair.get(1);
            try (RedisStage stage = new RedisStage(redis.config().fullRead(Duration.ofMinutes(10)), redis)) {
                RedisKeys keys = stage.hand.keys();
                RedisRegistry registry = stage.open();
                Recorder<Snapshot> ofWhole = new Recorder<>();
                Recorder<Snapshot> ofBroken = new Recorder<>();
                registry.subscribe(broken, ofBroken);
                registry.subscribe(whole, ofWhole);
                stage.open().register(Instances.of("a", broken, whole));
                ofWhole.await(SOON, Instances.lists("a"), "a");
                ofBroken.await(SOON, Instances.lists("a"), "a");
                redis.call("SET", keys.members(broken), "junk");
                Registry writer = stage.open();
                writer.register(Instances.of("b", whole));
                SOON.until(
                        () -> {
                            redis.call("XADD", keys.log(broken), "*", "u", "a", "w", "changed");
                            redis.call("PUBLISH", keys.hint(broken), "");
                            return Instances.lists("a", "b").test(ofWhole.last());
                        },
                        () -> ofWhole.last().toString());
                redis.call("DEL", keys.members(broken));
                writer.register(Instances.of("c", broken));
                ofBroken.await(SOON, snapshot -> !Instances.lists("a").test(snapshot), "c");
            }
        }
    }

    /** A change that could not be read is not lost, and what is known is not confirmed meanwhile. */
    @Test
    void aChangeThatCannotBeReadIsReadLater() {
        try (RedisStage stage =
                new RedisStage(redis.config().poll(Duration.ofMillis(200)).fullRead(Duration.ofMinutes(10)), redis)) {
            RedisKeys keys = stage.hand.keys();
            RedisRegistry registry = stage.open();
            Recorder<Snapshot> orders = new Recorder<>();
            Registry.Subscription seen = registry.subscribe(ORDERS, orders);
            Registry writer = stage.open();
            writer.register(Instances.of("a", ORDERS));
            orders.await(SOON, Instances.lists("a"), "a");
            redis.call("DEL", keys.marks());
            redis.call("SET", keys.marks(), "junk");
            Registry.Registration second = writer.register(Instances.of("b", ORDERS));
            SOON.until(second.registered()::isDone, writer::toString);
            long written = stage.ticker().nanos();
            redis.call("PUBLISH", keys.hint(ORDERS), "");
            SOON.until(
                    () -> stage.ticker().nanos() - written
                            > Duration.ofSeconds(2).toNanos(),
                    () -> "several polls have passed");
            assertThat(seen.current().asOfNanos()).as("not confirmed").isLessThanOrEqualTo(written);
            redis.call("DEL", keys.marks());
            orders.await(SOON, Instances.lists("a", "b"), "b");
        }
    }

    @Test
    void namesThatNobodyRegisteredCrowdOutNobody() {
        try (RedisStage stage = new RedisStage(redis.config().socketTimeout(Duration.ofSeconds(30)), redis)) {
            RedisKeys keys = stage.hand.keys();
            fill(keys.members(ORDERS), 150_000, "");
            Registry writer = stage.open();
            String[] good = new String[12];
            for (int i = 0; i < good.length; i++) {
                good[i] = "good" + i;
                writer.register(Instances.of(good[i], ORDERS));
            }
            Recorder<Snapshot> orders = new Recorder<>();
            stage.open().subscribe(ORDERS, orders);
            orders.await(SOON, Instances.lists(good), "all that are registered");
            redis.call("UNLINK", keys.members(ORDERS));
        }
    }

    @Test
    void aListThatIsTooLongDisturbsOneServiceAndNoOther() {
        try (RedisStage stage = new RedisStage(redis.config().socketTimeout(Duration.ofSeconds(30)), redis)) {
            RedisKeys keys = stage.hand.keys();
            fill(keys.members(ORDERS), 1_060_000, "");
            RedisRegistry registry = stage.open();
            Recorder<Snapshot> orders = new Recorder<>();
            Recorder<Snapshot> stock = new Recorder<>();
            registry.subscribe(ORDERS, orders);
            registry.subscribe(STOCK, stock);
            stage.open().register(Instances.of("a", STOCK));
            stock.await(SOON, Instances.lists("a"), "a");
            assertThat(orders.last().isUnknown()).isTrue();

            redis.call("UNLINK", keys.members(ORDERS));
            stage.open().register(Instances.of("b", ORDERS));
            orders.await(SOON, Instances.lists("b"), "b");
        }
    }

    @Test
    void whatIsWrittenAboutOneProcessHidesNoSignOfAnother() {
        try (RedisStage stage = new RedisStage(redis.config().socketTimeout(Duration.ofSeconds(30)), redis)) {
            RedisKeys keys = stage.hand.keys();
            RedisWatchStore store = new RedisWatchStore(stage.hand);
            fill(keys.complaints("wide"), 100_000, "x".repeat(300));
            fill(keys.complaints("endless"), 540_000, "");
            for (String uuid : List.of("heavy", "heavier")) {
                fill(keys.complaints(uuid), 60, "x".repeat(250_000));
            }
            redis.call("SET", keys.complaints("text"), "no hash");
            redis.call("SET", keys.lease("good"), "1", "PX", 10_000);
            Complaint complaint = new Complaint("c", "good", "\u7121".repeat(400));
            RedisStage.done(store.complain(
                    List.of(new Complaint("c", "text", "refused"), new Complaint("c", "wide", "refused"), complaint)));

            Map<String, Signs> signs =
                    RedisStage.done(store.signs(List.of("wide", "endless", "heavy", "heavier", "text", "good")));
            assertThat(signs).hasSize(6);
            assertThat(signs.get("good").complaints()).containsExactly(complaint);
            assertThat(signs.get("good").leaseAgeMillis()).isNotEqualTo(Signs.NO_LEASE);
            assertThat(signs.get("wide")).isEqualTo(Signs.NONE);
            redis.call("UNLINK", keys.complaints("wide"), keys.complaints("endless"), keys.complaints("heavy"));
        }
    }

    /** Fills a hash, in steps that Redis answers soon. */
    private static void fill(String key, int fields, String value) {
        int step = 20_000;
        for (int from = 0; from < fields; from += step) {
            redis.call(
                    "EVAL",
                    "for i = ARGV[1], ARGV[2] do redis.call('HSET', KEYS[1], i, ARGV[3]) end",
                    1,
                    key,
                    from,
                    Math.min(fields, from + step) - 1,
                    value);
        }
    }
}
