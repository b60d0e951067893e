package io.moa.testkit;

import static io.moa.testkit.RegistryWords.ORDERS;
import static io.moa.testkit.RegistryWords.STOCK;
import static io.moa.testkit.RegistryWords.assertInOrder;
import static io.moa.testkit.RegistryWords.awaitCurrent;
import static io.moa.testkit.RegistryWords.facts;
import static io.moa.testkit.RegistryWords.has;
import static io.moa.testkit.RegistryWords.instance;
import static io.moa.testkit.RegistryWords.lists;
import static io.moa.testkit.RegistryWords.online;
import static io.moa.testkit.RegistryWords.passChange;
import static io.moa.testkit.RegistryWords.revision;
import static io.moa.testkit.RegistryWords.sized;
import static io.moa.testkit.RegistryWords.uuids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The part of {@link RegistryContract} about what a subscription tells. */
public interface SubscriptionContract {

    /** A stage with an empty store, for one test, which closes it. */
    RegistryStage stage();

    // ---- subscribe

    @Test
    default void theListenerIsToldWhatIsKnownBeforeSubscribeReturns() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> first = new Recorder<>();
            registry.subscribe(ORDERS, first);
            assertThat(first.count()).isPositive();
            registry.register(instance("a", ORDERS));
            first.await(stage.eventually(), lists("a"), "a");

            Recorder<Snapshot> second = new Recorder<>();
            registry.subscribe(ORDERS, second);
            assertThat(second.told()).first().matches(lists("a"));
        }
    }

    @Test
    default void aServiceThatNobodyOffersIsEmptyAndKnown() {
        try (RegistryStage stage = stage()) {
            Recorder<Snapshot> listener = new Recorder<>();
            stage.open().subscribe(ORDERS, listener);
            Snapshot snapshot = listener.await(stage.eventually(), known -> !known.isUnknown(), "a known snapshot");
            assertThat(snapshot.entries()).isEmpty();
            assertThat(snapshot.revision()).isPositive();
            assertThat(snapshot.source()).isNotEmpty().isNotEqualTo("none");
        }
    }

    @Test
    default void changesAreToldInOrderAndOneAtATime() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            registry.subscribe(ORDERS, listener);
            Registration registration = registry.register(instance("a", ORDERS).withWeight(0));
            for (int weight = 1; weight <= 50; weight++) {
                registration.update(instance("a", ORDERS).withWeight(weight));
            }
            listener.await(
                    stage.eventually(),
                    snapshot ->
                            lists("a").test(snapshot) && facts(snapshot).get(0).weight() == 50,
                    "weight 50");
            assertInOrder(listener);
            assertThat(listener.told().stream()
                            .flatMap(snapshot -> facts(snapshot).stream())
                            .map(Instance::weight)
                            .toList())
                    .isSorted();
        }
    }

    @Test
    default void eachChangeMakesAHigherRevisionAndIsTold() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            registry.subscribe(ORDERS, listener);
            Registration registration = registry.register(instance("a", ORDERS));
            long registered = revision(listener, stage, online("a", true), 0, "a, online");
            registration.offline();
            long offline = revision(listener, stage, online("a", false), registered, "a, offline");
            registration.online();
            long online = revision(listener, stage, online("a", true), offline, "a, online again");
            registration.close();
            revision(listener, stage, lists(), online, "nobody");
            assertInOrder(listener);
        }
    }

    @Test
    default void anotherServiceIsNotDisturbed() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> stock = new Recorder<>();
            Subscription seen = registry.subscribe(STOCK, stock);
            passChange(stage, registry, seen, STOCK);
            stock.await(stage.eventually(), lists("fence"), "the fence");
            int before = stock.count();
            Subscription orders = registry.subscribe(ORDERS, new Recorder<>());
            registry.register(instance("a", ORDERS));
            awaitCurrent(stage, orders, lists("a"), "a");
            registry.register(instance("b", STOCK));
            stock.await(stage.eventually(), snapshot -> has(snapshot, "b"), "b");
            assertThat(stock.count()).isEqualTo(before + 1);
        }
    }

    @Test
    default void groupAndVersionMakeServicesOfTheirOwn() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            List<ServiceId> services = List.of(
                    ORDERS,
                    new ServiceId(ORDERS.name(), "blue", ""),
                    new ServiceId(ORDERS.name(), "", "2"),
                    new ServiceId(ORDERS.name(), "blue", "2"));
            for (int i = 0; i < services.size(); i++) {
                registry.register(instance("i" + i, services.get(i)));
            }
            for (int i = 0; i < services.size(); i++) {
                awaitCurrent(
                        stage, registry.subscribe(services.get(i), new Recorder<>()), lists("i" + i), "only i" + i);
            }
        }
    }

    @Test
    default void oneProcessMayOfferManyServices() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Instance both = instance("a", ORDERS, STOCK);
            registry.register(both);
            for (ServiceId service : List.of(ORDERS, STOCK)) {
                awaitCurrent(
                        stage,
                        registry.subscribe(service, new Recorder<>()),
                        snapshot -> facts(snapshot).equals(List.of(both)),
                        "the whole process under " + service);
            }
        }
    }

    @Test
    default void everyFactOfAnInstanceArrives() {
        try (RegistryStage stage = stage()) {
            Instance plain = new Instance(
                    "0a-\u00e9\u4e2d\ud83d\ude00 \"quoted\"",
                    "shop, \u4e2d",
                    List.of(
                            new Address.Tcp("::1", 65535),
                            new Address.Unix("/run/moa.sock"),
                            new Address.InProcess("in process")),
                    List.of(
                            new ServiceExport(ORDERS, Set.of("hessian", "json"), "c0ffee"),
                            new ServiceExport(STOCK, Set.of(), "")),
                    0,
                    1_700_000_000_123L,
                    Map.of("zone", "north", "tag", "", "note", "line\nbreak \u0000 end"));
            Instance rich = plain.toBuilder()
                    .host("4c4c4544/net 1")
                    .protocol("moa/1")
                    .protocol("resp/3")
                    .warmUp(Duration.ofSeconds(90))
                    .metadata("commit", "1e59b10")
                    .build();
            stage.open().register(rich);
            awaitCurrent(
                    stage,
                    stage.open().subscribe(ORDERS, new Recorder<>()),
                    snapshot -> facts(snapshot).equals(List.of(rich)),
                    rich.toString());
        }
    }

    @Test
    default void theOrderOfTheEntriesIsStable() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            List<Registration> registrations = new ArrayList<>();
            for (String uuid : List.of("m", "c", "x", "a", "t", "e")) {
                registrations.add(registry.register(instance(uuid, ORDERS)));
            }
            Subscription near = registry.subscribe(ORDERS, new Recorder<>());
            Subscription far = stage.open().subscribe(ORDERS, new Recorder<>());
            List<String> order = uuids(awaitCurrent(stage, near, sized(6), "six"));
            assertThat(uuids(awaitCurrent(stage, far, sized(6), "six"))).isEqualTo(order);

            registrations.get(2).close();
            registrations.get(0).update(instance("m", ORDERS).withWeight(1));
            List<String> rest = new ArrayList<>(order);
            rest.remove("x");
            Predicate<Snapshot> changed =
                    sized(5).and(snapshot -> facts(snapshot).stream().anyMatch(instance -> instance.weight() == 1));
            assertThat(uuids(awaitCurrent(stage, near, changed, "five, m changed")))
                    .isEqualTo(rest);
            assertThat(uuids(awaitCurrent(stage, far, changed, "five, m changed")))
                    .isEqualTo(rest);
        }
    }

    @Test
    default void theAgeOfASnapshotIsOfTheSubscribersTicker() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            long before = stage.ticker().nanos();
            Recorder<Snapshot> listener = new Recorder<>();
            Subscription seen = registry.subscribe(ORDERS, listener);
            registry.register(instance("a", ORDERS));
            Snapshot told = listener.await(stage.eventually(), lists("a"), "a");
            Snapshot current = seen.current();
            long after = stage.ticker().nanos();
            for (Snapshot snapshot : List.of(told, current)) {
                assertThat(snapshot.asOfNanos() - before).isNotNegative();
                assertThat(after - snapshot.asOfNanos()).isNotNegative();
            }
        }
    }

    @Test
    default void currentIsAtLeastAsNewAsWhatTheListenerWasTold() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            AtomicReference<@Nullable Subscription> self = new AtomicReference<>();
            AtomicReference<@Nullable String> wrong = new AtomicReference<>();
            Recorder<Snapshot> listener = new Recorder<>(told -> {
                Subscription subscription = self.get();
                if (subscription != null && subscription.current().revision() < told.revision()) {
                    wrong.set(subscription.current() + " is older than " + told);
                }
            });
            self.set(registry.subscribe(ORDERS, listener));
            for (String uuid : List.of("a", "b", "c")) {
                registry.register(instance(uuid, ORDERS));
            }
            listener.await(stage.eventually(), sized(3), "three");
            assertThat(wrong.get()).isNull();
        }
    }

    @Test
    default void aListenerThatThrowsIsToldAgainAndStopsNobody() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> throwing = new Recorder<>(snapshot -> {
                throw new IllegalStateException("thrown by the test's listener");
            });
            Recorder<Snapshot> erring = new Recorder<>(snapshot -> {
                throw new StackOverflowError("thrown by the test's listener");
            });
            Recorder<Snapshot> calm = new Recorder<>();
            assertThatCode(() -> registry.subscribe(ORDERS, throwing)).doesNotThrowAnyException();
            assertThatCode(() -> registry.subscribe(ORDERS, erring)).doesNotThrowAnyException();
            registry.subscribe(ORDERS, calm);
            registry.register(instance("a", ORDERS));
            registry.register(instance("b", ORDERS));
            for (Recorder<Snapshot> listener : List.of(throwing, erring, calm)) {
                listener.await(stage.eventually(), lists("a", "b"), "both");
            }
        }
    }

    @Test
    default void aListenerMayRegisterAndSubscribe() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> inner = new Recorder<>();
            AtomicBoolean begun = new AtomicBoolean();
            Recorder<Snapshot> outer = new Recorder<>(snapshot -> {
                if (has(snapshot, "a") && begun.compareAndSet(false, true)) {
                    registry.register(instance("b", ORDERS));
                    registry.subscribe(ORDERS, inner);
                    if (inner.count() == 0) {
                        throw new AssertionError("subscribe returned before its listener was told");
                    }
                    registry.register(instance("c", ORDERS));
                }
            });
            Recorder<Snapshot> beside = new Recorder<>();
            registry.subscribe(ORDERS, outer);
            registry.subscribe(ORDERS, beside);
            registry.register(instance("a", ORDERS));
            for (Recorder<Snapshot> listener : List.of(outer, beside, inner)) {
                listener.await(stage.eventually(), lists("a", "b", "c"), "all three");
                assertInOrder(listener);
            }
        }
    }
}
