package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Recorder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class RedisCatalogueTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");
    private static final ServiceId STOCK = ServiceId.of("stock");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    /** What a follower knows who does what {@link CatalogueChange} says. */
    private static Map<String, Snapshot.Entry> known(Recorder<CatalogueChange> listener) {
        Map<String, Snapshot.Entry> known = new HashMap<>();
        for (CatalogueChange news : listener.told()) {
            if (news.whole()) {
                known.clear();
            }
            known.keySet().removeAll(news.gone());
            news.changed().forEach(entry -> known.put(entry.instance().uuid(), entry));
        }
        return known;
    }

    private static void await(Recorder<CatalogueChange> listener, Predicate<Map<String, Snapshot.Entry>> condition) {
        SOON.value(() -> known(listener), condition, "another catalogue");
    }

    @Test
    void everyProcessIsToldOnceHoweverManyServicesItOffers() {
        try (RedisStage stage = new RedisStage(redis.config(), redis);
                RedisCatalogue catalogue = new RedisCatalogue(stage.hand, new BadEntries("test"))) {
            RedisRegistry registry = stage.open();
            registry.register(Instances.of("before", ORDERS, STOCK));
            Recorder<CatalogueChange> listener = new Recorder<>();
            catalogue.follow(listener);
            assertThat(listener.told()).first().matches(news -> news.revision() == 0 && news.whole());
            await(listener, known -> known.containsKey("before"));

            Registry.Registration a = registry.register(Instances.of("a", ORDERS, STOCK));
            Registry.Registration b = registry.register(Instances.of("b", STOCK));
            await(listener, known -> known.size() == 3);
            OperatorState decision = new OperatorState(false, 4, null);
            stage.decide("a", decision);
            RedisStage.done(stage.hand.ask(connection ->
                    connection.call("HSET", stage.hand.keys().marks(), "b", MarkRecord.write(Liveness.SUSPECT))));
            a.update(Instances.of("a", ORDERS).withWeight(8));
            await(
                    listener,
                    known -> known.get("a").instance().weight() == 8
                            && known.get("a").operator().equals(decision)
                            && known.get("b").liveness() == Liveness.SUSPECT);

            a.offline();
            await(listener, known -> !known.get("a").online());
            assertThat(listener.last().goodbyes()).containsExactly("a");
            b.close();
            await(listener, known -> !known.containsKey("b"));
            assertThat(listener.last().goodbyes()).containsExactly("b");
            redis.call("HDEL", stage.hand.keys().processes(), "before"); // the store loses it; nobody said goodbye
            SOON.until(() -> registry.repairs() > 0, registry::toString);
            await(listener, known -> known.containsKey("before"));
            assertThat(listener.told()).noneMatch(news -> news.goodbyes().contains("before"));
            assertThat(listener.overlapped()).isFalse();

            Recorder<CatalogueChange> late = new Recorder<>();
            catalogue.follow(late);
            assertThat(late.told())
                    .first()
                    .matches(news -> news.whole()
                            && news.changed().size() == 2
                            && news.goodbyes().contains("a"));
        }
    }

    @Test
    void thousandsOfProcessesAreReadWholeAndThenByTheirChanges() {
        int processes = 3000;
        try (RedisStage stage = new RedisStage(redis.config().fullRead(java.time.Duration.ofMinutes(5)), redis);
                RedisCatalogue catalogue = new RedisCatalogue(stage.hand, new BadEntries("test"))) {
            RedisRegistry registry = stage.open();
            Registry.Registration last = null;
            for (int i = 0; i < processes; i++) {
                last = registry.register(Instances.of("p" + i, ORDERS, STOCK));
            }
            SOON.until(last.registered()::isDone, registry::toString);
            Recorder<CatalogueChange> listener = new Recorder<>();
            catalogue.follow(listener);
            await(listener, known -> known.size() == processes);
            int before = listener.count();
            last.update(Instances.of("p" + (processes - 1), ORDERS).withWeight(3));
            CatalogueChange news = listener.await(
                    SOON,
                    told -> told.changed().stream()
                            .anyMatch(entry -> entry.instance().weight() == 3),
                    "the change");
            assertThat(news.changed()).hasSize(1);
            assertThat(listener.count()).isEqualTo(before + 1);
        }
    }
}
