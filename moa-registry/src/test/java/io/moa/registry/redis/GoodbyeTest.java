package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static io.moa.registry.redis.RedisStage.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A goodbye is told also if a whole reading comes before the log was looked at. */
class GoodbyeTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    /** Nobody looks by himself while the test runs. */
    @AutoClose
    private final RedisStage stage = new RedisStage(
            redis.config()
                    .poll(Duration.ofMinutes(5))
                    .fullRead(Duration.ofHours(1))
                    .coalesce(Duration.ofSeconds(10)),
            redis);

    private final RedisRegistry registry = stage.open();

    private Registry.Registration register(String uuid) {
        Registry.Registration registration = registry.register(Instances.of(uuid, ORDERS));
        SOON.until(registration.registered()::isDone, registry::toString);
        return registration;
    }

    private void awaitGone(String uuid) {
        SOON.until(
                () -> Replies.number(redis.call("HEXISTS", stage.hand.keys().processes(), uuid)) == 0,
                registry::toString);
    }

    @Test
    void ofAServiceItStandsInTheLogBetweenTwoWholeReadings() {
        EntryReader reader = new EntryReader(stage.hand.keys(), new BadEntries("test"), AddressRanges.ANY);
        FollowedService service = new FollowedService(ORDERS, Snapshot.unknown(ORDERS, 0), Duration.ZERO);
        Registry.Registration leaving = register("leaves");
        register("lost");
        register("stays");
        assertThat(uuids(read(service, reader))).containsExactly("leaves", "lost", "stays");
        assertThat(service.goodbyes()).isEmpty();

        leaving.close();
        awaitGone("leaves");
        redis.call("HDEL", stage.hand.keys().members(ORDERS), "lost");
        redis.call("HDEL", stage.hand.keys().processes(), "lost");
        assertThat(uuids(read(service, reader))).contains("stays").doesNotContain("leaves");
        assertThat(service.goodbyes()).containsExactly("leaves");

        register("leaves");
        assertThat(uuids(read(service, reader))).contains("leaves");
        assertThat(service.goodbyes()).isEmpty();
    }

    private List<Snapshot.Entry> read(FollowedService service, EntryReader reader) {
        return done(stage.hand.ask(
                connection -> service.readFull(connection, stage.hand.keys(), reader, 1_000_000_000L, 0)));
    }

    private static List<String> uuids(List<Snapshot.Entry> entries) {
        return entries.stream().map(entry -> entry.instance().uuid()).toList();
    }

    @Test
    void ofAProcessItStandsInTheLogOfAllBetweenTwoWholeReadings() {
        try (RedisCatalogue catalogue = new RedisCatalogue(stage.hand, new BadEntries("test"))) {
            Registry.Registration leaving = register("leaves");
            register("stays");
            Recorder<CatalogueChange> listener = new Recorder<>();
            catalogue.follow(listener);
            listener.await(SOON, news -> news.changed().size() == 2, "both");

            leaving.close();
            awaitGone("leaves");
            long later = stage.hand.ticker().nanos() + Duration.ofHours(2).toNanos();
            done(stage.hand.ask(connection -> {
                catalogue.run(connection, later); // the whole reading is due, and comes first
                return "";
            }));
            CatalogueChange news = listener.await(SOON, told -> told.gone().contains("leaves"), "that it is gone");
            assertThat(news.goodbyes()).containsExactly("leaves");
        }
    }
}
