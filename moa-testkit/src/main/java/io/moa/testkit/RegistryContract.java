package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link Registry} as tests, a test for every sentence of it. An implementation runs it from a test class
 * that implements this interface and says, in {@link #stage()}, where it is played.
 *
 * <p>Implementations may take time and may join changes that follow closely: the tests wait for what must come, and where
 * something must not come they wait for a later change that does, seen through the same registry.
 */
public interface RegistryContract extends GoodbyeContract, CatalogueContract {

    /** The service that most tests are about. */
    ServiceId ORDERS = ServiceId.of("io.moa.sample.Orders");

    /** Another service. */
    ServiceId STOCK = ServiceId.of("io.moa.sample.Stock");

    /** A stage with an empty store, for one test, which closes it. */
    @Override
    RegistryStage stage();

    // ---- register

    @Test
    default void aRegisteredInstanceIsSeenThroughEveryRegistry() {
        try (RegistryStage stage = stage()) {
            Registry own = stage.open();
            Registry other = stage.open();
            Recorder<Snapshot> near = new Recorder<>();
            Recorder<Snapshot> far = new Recorder<>();
            own.subscribe(ORDERS, near);
            other.subscribe(ORDERS, far);

            Instance instance = instance("a", ORDERS);
            own.register(instance);

            for (Recorder<Snapshot> listener : List.of(near, far)) {
                Snapshot snapshot = listener.await(stage.eventually(), lists("a"), "instance a");
                assertThat(snapshot.service()).isEqualTo(ORDERS);
                assertThat(snapshot.entries())
                        .containsExactly(new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE));
            }
        }
    }

    @Test
    default void anInstanceAnnouncedBeforeTheSubscriptionIsSeen() {
        try (RegistryStage stage = stage()) {
            await(stage, stage.open().register(instance("a", ORDERS)));
            Recorder<Snapshot> listener = new Recorder<>();
            stage.open().subscribe(ORDERS, listener);
            listener.await(stage.eventually(), lists("a"), "instance a");
        }
    }

    @Test
    default void registeredCompletesWhenTheStoreHasTheAnnouncement() {
        try (RegistryStage stage = stage()) {
            Registration registration = stage.open().register(instance("a", ORDERS));
            await(stage, registration);
            assertThat(registration.registered()).isCompletedWithValue(null);
        }
    }

    @Test
    default void nobodyElseCanCompleteRegistered() {
        try (RegistryStage stage = stage()) {
            stage.loseStore();
            Registration registration = stage.open().register(instance("a", ORDERS));
            registration.registered().complete(null);
            assertThat(registration.registered()).isNotDone();
        }
    }

    @Test
    default void aSecondRegistrationOfTheSameUuidReplacesTheFirst() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            Registration first = registry.register(instance("a", ORDERS));
            await(stage, first);
            Instance second = instance("a", ORDERS).withWeight(7);
            await(stage, registry.register(second));

            awaitCurrent(stage, seen, snapshot -> facts(snapshot).equals(List.of(second)), "only the second facts");

            first.offline();
            first.update(instance("a", ORDERS).withWeight(8));
            first.close();
            passChange(stage, registry, seen);
            assertThat(entry(seen, "a")).isEqualTo(new Snapshot.Entry(second, Liveness.ONLINE, OperatorState.NONE));
        }
    }

    @Test
    default void aRegistrationReplacedFromAnotherRegistrySurvivesTheEndOfTheFirst() {
        try (RegistryStage stage = stage()) {
            Registry first = stage.open();
            await(stage, first.register(instance("a", ORDERS)));
            Registry second = stage.open();
            Subscription seen = second.subscribe(ORDERS, new Recorder<>());
            Instance replaced = instance("a", ORDERS).withWeight(7);
            await(stage, second.register(replaced));
            awaitCurrent(stage, seen, snapshot -> facts(snapshot).equals(List.of(replaced)), "the second facts");

            first.close();
            passChange(stage, second, seen);
            assertThat(entry(seen, "a").instance()).isEqualTo(replaced);
        }
    }

    @Test
    default void aSecondRegistrationIsOnlineThoughTheFirstWentOffline() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            registry.register(instance("a", ORDERS)).offline();
            awaitCurrent(stage, seen, online("a", false), "a, offline");
            registry.register(instance("a", ORDERS));
            awaitCurrent(stage, seen, online("a", true), "a, online");
        }
    }

    @Test
    default void registrationsFromManyThreadsAreAllPresentAtTheEnd() throws InterruptedException {
        int threads = 8;
        int each = 25;
        try (RegistryStage stage = stage()) {
            Registry watching = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            watching.subscribe(ORDERS, listener);
            List<Registry> registries = List.of(stage.open(), stage.open());
            CountDownLatch go = new CountDownLatch(1);
            List<Thread> workers = new ArrayList<>();
            AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                Thread worker = new Thread(
                        () -> {
                            try {
                                go.await();
                                for (int i = 0; i < each; i++) {
                                    registries.get(number % 2).register(instance(number + "-" + i, ORDERS));
                                }
                            } catch (Throwable e) {
                                thrown.set(e);
                            }
                        },
                        "registers-" + t);
                worker.start();
                workers.add(worker);
            }
            go.countDown();
            for (Thread worker : workers) {
                worker.join();
            }
            assertThat(thrown.get()).isNull();
            listener.await(
                    stage.eventually(), snapshot -> snapshot.entries().size() == threads * each, "all instances");
            assertInOrder(listener);
        }
    }

    // ---- update, offline, online, close of a registration

    @Test
    default void anUpdateIsSeen() {
        try (RegistryStage stage = stage()) {
            Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
            Registration registration = stage.open().register(instance("a", ORDERS));
            awaitCurrent(stage, seen, lists("a"), "a");
            Instance changed = instance("a", ORDERS)
                    .withWeight(3)
                    .withAddresses(List.of(new Address.Tcp("127.0.0.1", 9), new Address.Unix("/run/a.sock")));
            registration.update(changed);
            awaitCurrent(stage, seen, snapshot -> facts(snapshot).equals(List.of(changed)), "the changed facts");
        }
    }

    @Test
    default void anUpdateMovesTheInstanceBetweenServices() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription orders = registry.subscribe(ORDERS, new Recorder<>());
            Subscription stock = registry.subscribe(STOCK, new Recorder<>());
            Registration registration = registry.register(instance("a", ORDERS));
            awaitCurrent(stage, orders, lists("a"), "a");
            registration.update(instance("a", STOCK));
            awaitCurrent(stage, orders, lists(), "nobody");
            awaitCurrent(stage, stock, lists("a"), "a");
        }
    }

    @Test
    default void anUpdateOfAnotherUuidIsRefused() {
        try (RegistryStage stage = stage()) {
            Registration registration = stage.open().register(instance("a", ORDERS));
            assertThatThrownBy(() -> registration.update(instance("b", ORDERS)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a")
                    .hasMessageContaining("b");
        }
    }

    @Test
    default void offlineTakesTheProcessOffTheOnlineListAndLeavesItRegistered() {
        try (RegistryStage stage = stage()) {
            Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
            Registration registration = stage.open().register(instance("a", ORDERS));
            awaitCurrent(stage, seen, online("a", true), "a, online");
            registration.offline();
            registration.offline();
            Snapshot snapshot = awaitCurrent(stage, seen, online("a", false), "a, offline");
            assertThat(snapshot.entries().get(0).usable()).isFalse();

            registration.online();
            registration.online();
            awaitCurrent(stage, seen, online("a", true), "a, online again");
        }
    }

    @Test
    default void anUpdateDoesNotUndoOffline() {
        try (RegistryStage stage = stage()) {
            Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
            Registration registration = stage.open().register(instance("a", ORDERS));
            registration.offline();
            registration.update(instance("a", ORDERS).withWeight(5));
            awaitCurrent(
                    stage,
                    seen,
                    online("a", false).and(snapshot -> facts(snapshot).get(0).weight() == 5),
                    "a, offline, of weight 5");
        }
    }

    @Test
    default void closingARegistrationWithdrawsIt() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
            Registration registration = registry.register(instance("a", ORDERS));
            registry.register(instance("b", ORDERS));
            awaitCurrent(stage, seen, lists("a", "b"), "both");
            registration.close();
            registration.close();
            awaitCurrent(stage, seen, lists("b"), "only b");
        }
    }

    @Test
    default void aClosedRegistrationIsInert() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            Registration registration = registry.register(instance("a", ORDERS));
            awaitCurrent(stage, seen, lists("a"), "a");
            registration.close();
            registration.update(instance("a", ORDERS).withWeight(5));
            registration.offline();
            registration.online();
            passChange(stage, registry, seen);
            assertThat(seen.current()).matches(lists("fence"));
        }
    }

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

    // ---- the end of a subscription

    @Test
    default void aClosedSubscriptionIsNotToldAnyMore() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            Subscription closed = registry.subscribe(ORDERS, listener);
            Subscription open = registry.subscribe(ORDERS, new Recorder<>());
            passChange(stage, registry, open);
            closed.close();
            closed.close();
            int told = listener.count();
            for (int i = 0; i < 10; i++) {
                registry.register(instance("late-" + i, ORDERS));
            }
            awaitCurrent(stage, open, sized(11), "eleven");
            assertThat(listener.count()).isEqualTo(told);
        }
    }

    @Test
    default void noListenerRunsAfterItsSubscriptionWasClosed() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            AtomicBoolean entered = new AtomicBoolean();
            AtomicBoolean left = new AtomicBoolean();
            Subscription subscription = registry.subscribe(ORDERS, snapshot -> {
                if (has(snapshot, "a")) {
                    entered.set(true);
                    // Long enough that a close that does not wait returns before the end.
                    LockSupport.parkNanos(50_000_000);
                    left.set(true);
                }
            });
            Thread registering = new Thread(() -> registry.register(instance("a", ORDERS)), "registers");
            registering.start();
            stage.eventually().until(entered::get, () -> "the listener was not told of a");
            subscription.close();
            assertThat(left).isTrue();
        }
    }

    @Test
    default void aListenerMayCloseItsOwnSubscription() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            AtomicReference<@Nullable Subscription> self = new AtomicReference<>();
            Recorder<Snapshot> listener = new Recorder<>(snapshot -> {
                Subscription subscription = self.get();
                if (has(snapshot, "a") && subscription != null) {
                    subscription.close();
                }
            });
            self.set(registry.subscribe(ORDERS, listener));
            Subscription open = registry.subscribe(ORDERS, new Recorder<>());
            registry.register(instance("a", ORDERS));
            listener.await(stage.eventually(), lists("a"), "a");
            registry.register(instance("b", ORDERS));
            awaitCurrent(stage, open, lists("a", "b"), "both");
            assertThat(listener.last()).matches(lists("a"));
        }
    }

    @Test
    default void listenersMayCloseEachOther() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            AtomicReference<@Nullable Subscription> first = new AtomicReference<>();
            AtomicReference<@Nullable Subscription> second = new AtomicReference<>();
            first.set(registry.subscribe(ORDERS, snapshot -> closeIf(has(snapshot, "a"), second.get())));
            second.set(registry.subscribe(ORDERS, snapshot -> closeIf(has(snapshot, "a"), first.get())));
            Subscription open = registry.subscribe(ORDERS, new Recorder<>());
            registry.register(instance("a", ORDERS));
            awaitCurrent(stage, open, lists("a"), "a");
        }
    }

    // ---- the end of a registry

    @Test
    default void closingARegistryWithdrawsItsOwnInstancesAndNoOthers() {
        try (RegistryStage stage = stage()) {
            Registry ending = stage.open();
            Registry staying = stage.open();
            Subscription seen = staying.subscribe(ORDERS, new Recorder<>());
            ending.register(instance("a", ORDERS));
            ending.register(instance("b", ORDERS));
            staying.register(instance("c", ORDERS));
            awaitCurrent(stage, seen, lists("a", "b", "c"), "all three");
            ending.close();
            ending.close();
            awaitCurrent(stage, seen, lists("c"), "only c");
            passChange(stage, staying, seen);
            awaitCurrent(
                    stage, stage.open().subscribe(ORDERS, new Recorder<>()), lists("c", "fence"), "c and the fence");
        }
    }

    @Test
    default void closingARegistryEndsItsSubscriptions() {
        try (RegistryStage stage = stage()) {
            Registry ending = stage.open();
            Registry staying = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            ending.subscribe(ORDERS, listener);
            Subscription seen = staying.subscribe(ORDERS, new Recorder<>());
            staying.register(instance("a", ORDERS));
            listener.await(stage.eventually(), lists("a"), "a");
            ending.close();
            int told = listener.count();
            for (int i = 0; i < 10; i++) {
                staying.register(instance("late-" + i, ORDERS));
            }
            awaitCurrent(stage, seen, sized(11), "eleven");
            assertThat(listener.count()).isEqualTo(told);
        }
    }

    // ---- three facts, three writers

    @Test
    default void anOperatorsDecisionIsSeen() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            Instance instance = instance("a", ORDERS);
            await(stage, registry.register(instance));
            OperatorState decision = new OperatorState(true, 1, "canary");
            stage.decide("a", decision);
            Snapshot.Entry entry = awaitCurrent(stage, seen, decided("a", decision), "the decision")
                    .entries()
                    .get(0);
            assertThat(entry.instance()).isEqualTo(instance); // what the process says of itself is untouched
            assertThat(entry.online()).isTrue();
            assertThat(entry.usable()).isFalse();

            stage.decide("a", OperatorState.NONE);
            awaitCurrent(stage, seen, decided("a", OperatorState.NONE), "no decision");
        }
    }

    @Test
    default void anOperatorsDecisionSurvivesUpdateReplacementAndReturn() {
        try (RegistryStage stage = stage()) {
            OperatorState decision = new OperatorState(true, 0, null);
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            Registration registration = registry.register(instance("a", ORDERS));
            await(stage, registration);
            stage.decide("a", decision);
            awaitCurrent(stage, seen, decided("a", decision), "the decision");

            registration.update(instance("a", ORDERS).withWeight(5));
            awaitCurrent(stage, seen, weighed("a", 5).and(decided("a", decision)), "updated, decided");
            registry.register(instance("a", ORDERS).withWeight(6)).online();
            awaitCurrent(stage, seen, weighed("a", 6).and(decided("a", decision)), "replaced, decided");
            registry.close();

            Registry later = stage.open();
            Subscription still = later.subscribe(ORDERS, new Recorder<>());
            awaitCurrent(stage, still, lists().and(snapshot -> !snapshot.isUnknown()), "nobody");
            later.register(instance("a", ORDERS).withWeight(7));
            awaitCurrent(stage, still, weighed("a", 7).and(decided("a", decision)), "returned, decided");
        }
    }

    @Test
    default void anOperatorsDecisionSurvivesARestartAtTheSameAddress() {
        try (RegistryStage stage = stage()) {
            OperatorState decision = new OperatorState(true, null, "old");
            Registry before = stage.open();
            Instance instance = instance("a", ORDERS);
            await(stage, before.register(instance));
            Registry staying = stage.open();
            Subscription seen = staying.subscribe(ORDERS, new Recorder<>());
            stage.decide("a", decision);
            awaitCurrent(stage, seen, decided("a", decision), "the decision");
            before.close();

            staying.register(instance("restarted", ORDERS).withAddresses(instance.addresses()));
            awaitCurrent(stage, seen, decided("restarted", decision), "the decision on the restarted process");
        }
    }

    @Test
    default void aWatchersMarkIsSeen() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            await(stage, registry.register(instance("a", ORDERS)));
            stage.mark("a", Liveness.OFFLINE);
            awaitCurrent(stage, seen, online("a", false), "a, unreachable");
            stage.mark("a", Liveness.SUSPECT);
            awaitCurrent(
                    stage,
                    seen,
                    snapshot -> snapshot.entries().stream().allMatch(entry -> entry.liveness() == Liveness.SUSPECT)
                            && snapshot.entries().size() == 1,
                    "a, suspect");
            assertThat(entry(seen, "a").online()).isTrue();
            stage.mark("a", Liveness.ONLINE);
            awaitCurrent(stage, seen, online("a", true), "a, reachable");
        }
    }

    @Test
    default void noneOfProcessWatcherAndOperatorOverwritesAnother() {
        try (RegistryStage stage = stage()) {
            OperatorState decision = new OperatorState(true, null, null);
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            Registration registration = registry.register(instance("a", ORDERS));
            await(stage, registration);
            stage.mark("a", Liveness.OFFLINE);
            awaitCurrent(stage, seen, online("a", false), "a, unreachable");
            stage.decide("a", decision);
            awaitCurrent(stage, seen, decided("a", decision).and(online("a", false)), "decided, unreachable");

            registration.offline();
            registration.online(); // the process takes its own word back, not the watcher's nor the operator's
            registration.update(instance("a", ORDERS).withWeight(5));
            awaitCurrent(
                    stage,
                    seen,
                    weighed("a", 5).and(online("a", false)).and(decided("a", decision)),
                    "updated, unreachable, decided");
            stage.mark("a", Liveness.ONLINE);
            awaitCurrent(stage, seen, online("a", true).and(decided("a", decision)), "reachable, decided");
            registration.offline();
            awaitCurrent(stage, seen, online("a", false), "a, offline");
            stage.mark("a", Liveness.ONLINE); // the watcher reaches it, but the process wants no calls
            stage.decide("a", OperatorState.NONE);
            awaitCurrent(
                    stage, seen, decided("a", OperatorState.NONE).and(online("a", false)), "undecided, still offline");
        }
    }

    // ---- without the store

    @Test
    default void withoutTheStoreNoMethodFailsOrWaits() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            stage.loseStore();
            assertTimeoutPreemptively(stage.eventually().limit(), () -> {
                Subscription subscription = registry.subscribe(ORDERS, new Recorder<>());
                subscription.current();
                Registration registration = registry.register(instance("a", ORDERS));
                registration.update(instance("a", ORDERS).withWeight(5));
                registration.offline();
                registration.online();
                registration.close();
                subscription.close();
                registry.register(instance("b", ORDERS));
                registry.close();
                stage.open().register(instance("c", ORDERS));
            });
        }
    }

    @Test
    default void withoutTheStoreAFreshRegistryTellsTheUnknownAndGoesOnWhenItComesBack() {
        try (RegistryStage stage = stage()) {
            await(stage, stage.open().register(instance("a", ORDERS)));
            stage.loseStore();
            Recorder<Snapshot> listener = new Recorder<>();
            Subscription subscription = stage.open().subscribe(ORDERS, listener);
            assertThat(listener.told()).hasSize(1);
            assertThat(listener.last().isUnknown()).isTrue();
            assertThat(listener.last().entries()).isEmpty();
            assertThat(subscription.current().isUnknown()).isTrue();

            stage.restoreStore();
            listener.await(stage.eventually(), lists("a"), "a");
            assertInOrder(listener);
        }
    }

    @Test
    default void withoutTheStoreAnEmptyServiceIsUnknownUntilItIsKnownToBeEmpty() {
        try (RegistryStage stage = stage()) {
            stage.loseStore();
            Recorder<Snapshot> listener = new Recorder<>();
            stage.open().subscribe(ORDERS, listener);
            assertThat(listener.last().isUnknown()).isTrue();
            stage.restoreStore();
            Snapshot known = listener.await(stage.eventually(), snapshot -> !snapshot.isUnknown(), "a known snapshot");
            assertThat(known.entries()).isEmpty();
        }
    }

    @Test
    default void withoutTheStoreASubscriptionBeginsWithWhatTheRegistryKnows() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            registry.register(instance("a", ORDERS));
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            awaitCurrent(stage, seen, lists("a"), "a");
            stage.loseStore();
            Recorder<Snapshot> listener = new Recorder<>();
            registry.subscribe(ORDERS, listener);
            assertThat(listener.told()).first().matches(lists("a"));
            assertThat(seen.current()).matches(lists("a"));
        }
    }

    @Test
    default void aRegistrationMadeWithoutTheStoreSucceedsWhenItComesBack() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
            stage.loseStore();
            Registration registration = registry.register(instance("a", ORDERS));
            Registration plain = registry.register(instance("b", ORDERS));
            Registration gone = registry.register(instance("gone", ORDERS));
            registration.update(instance("a", ORDERS).withWeight(5));
            gone.close();
            assertThat(registration.registered()).isNotDone();

            stage.restoreStore();
            await(stage, registration);
            await(stage, plain);
            awaitCurrent(stage, seen, lists("a", "b").and(weighed("a", 5)), "b, and a of weight 5");
        }
    }

    @Test
    default void aWithdrawalMadeWithoutTheStoreTakesEffectWhenItComesBack() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Registry ending = stage.open();
            Registration closing = registry.register(instance("a", ORDERS));
            Registration resting = registry.register(instance("b", ORDERS));
            ending.register(instance("c", ORDERS));
            Recorder<Snapshot> listener = new Recorder<>();
            Subscription seen = stage.open().subscribe(ORDERS, listener);
            awaitCurrent(stage, seen, lists("a", "b", "c"), "all three");
            stage.loseStore();
            closing.close();
            resting.offline();
            assertThat(seen.current()).matches(lists("a", "b", "c")); // an outage takes nobody off the list
            stage.restoreStore();
            awaitCurrent(stage, seen, online("b", false).and(snapshot -> !has(snapshot, "a")), "b offline, no a");
            assertInOrder(listener);
        }
    }

    // ---- words of the tests

    static Instance instance(String uuid, ServiceId... services) {
        List<ServiceExport> exports = new ArrayList<>();
        for (ServiceId service : services) {
            exports.add(new ServiceExport(service, Set.of("hessian"), ""));
        }
        return new Instance(
                uuid,
                "sample",
                List.of(new Address.InProcess(uuid)),
                exports,
                Instance.DEFAULT_WEIGHT,
                1_000,
                Map.of("zone", "north"));
    }

    private static void await(RegistryStage stage, Registration registration) {
        CompletableFuture<Void> registered = registration.registered();
        stage.eventually().until(registered::isDone, () -> "the registration did not reach the store");
        assertThat(registered).isCompleted();
    }

    private static Snapshot awaitCurrent(
            RegistryStage stage, Subscription subscription, Predicate<Snapshot> condition, String expected) {
        return stage.eventually().value(subscription::current, condition, expected);
    }

    /** Lets something pass through the same registry and be seen, so that whatever was to be seen before it was. */
    private static void passChange(RegistryStage stage, Registry registry, Subscription seen) {
        passChange(stage, registry, seen, ORDERS);
    }

    private static void passChange(RegistryStage stage, Registry registry, Subscription seen, ServiceId service) {
        await(stage, registry.register(instance("fence", service)));
        awaitCurrent(stage, seen, snapshot -> has(snapshot, "fence"), "the fence");
    }

    private static void closeIf(boolean now, @Nullable Subscription subscription) {
        if (now && subscription != null) {
            subscription.close();
        }
    }

    private static long revision(
            Recorder<Snapshot> listener, RegistryStage stage, Predicate<Snapshot> condition, long above, String what) {
        Predicate<Snapshot> newer = snapshot -> snapshot.revision() > above;
        return listener.await(stage.eventually(), newer.and(condition), what + ", after revision " + above)
                .revision();
    }

    private static void assertInOrder(Recorder<Snapshot> listener) {
        assertThat(listener.overlapped())
                .as("told two things at once: %s", listener)
                .isFalse();
        long before = -1;
        for (Snapshot snapshot : listener.told()) {
            assertThat(snapshot.revision())
                    .as("the revisions grow: %s", listener)
                    .isGreaterThan(before);
            before = snapshot.revision();
        }
    }

    private static Predicate<Snapshot> lists(String... uuids) {
        return snapshot -> snapshot.entries().size() == uuids.length
                && Set.copyOf(uuids(snapshot)).equals(Set.of(uuids));
    }

    private static Predicate<Snapshot> sized(int entries) {
        return snapshot -> snapshot.entries().size() == entries;
    }

    private static Predicate<Snapshot> online(String uuid, boolean online) {
        return snapshot -> matches(snapshot, uuid, entry -> entry.online() == online);
    }

    private static Predicate<Snapshot> decided(String uuid, OperatorState decision) {
        return snapshot -> matches(snapshot, uuid, entry -> entry.operator().equals(decision));
    }

    private static Predicate<Snapshot> weighed(String uuid, int weight) {
        return snapshot -> matches(snapshot, uuid, entry -> entry.instance().weight() == weight);
    }

    private static boolean has(Snapshot snapshot, String uuid) {
        return matches(snapshot, uuid, entry -> true);
    }

    private static boolean matches(Snapshot snapshot, String uuid, Predicate<Snapshot.Entry> condition) {
        return snapshot.entries().stream()
                .anyMatch(entry -> entry.instance().uuid().equals(uuid) && condition.test(entry));
    }

    private static Snapshot.Entry entry(Subscription subscription, String uuid) {
        Snapshot snapshot = subscription.current();
        return snapshot.entries().stream()
                .filter(entry -> entry.instance().uuid().equals(uuid))
                .findAny()
                .orElseThrow(() -> new AssertionError("no " + uuid + " in " + snapshot));
    }

    private static List<Instance> facts(Snapshot snapshot) {
        return snapshot.entries().stream().map(Snapshot.Entry::instance).toList();
    }

    private static List<String> uuids(Snapshot snapshot) {
        return facts(snapshot).stream().map(Instance::uuid).toList();
    }
}
