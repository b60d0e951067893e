package io.moa.testkit;

import static io.moa.testkit.RegistryWords.assertInOrder;
import static io.moa.testkit.RegistryWords.await;
import static io.moa.testkit.RegistryWords.awaitCurrent;
import static io.moa.testkit.RegistryWords.entry;
import static io.moa.testkit.RegistryWords.facts;
import static io.moa.testkit.RegistryWords.lists;
import static io.moa.testkit.RegistryWords.online;
import static io.moa.testkit.RegistryWords.passChange;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link Registry} as tests, a test for every sentence of it. An implementation runs it from a test class
 * that implements this interface and says, in {@link #stage()}, where it is played.
 *
 * <p>Implementations may take time and may join changes that follow closely: the tests wait for what must come, and where
 * something must not come they wait for a later change that does, seen through the same registry.
 */
public interface RegistryContract
        extends SubscriptionContract,
                RegistryEndContract,
                FactsContract,
                LostStoreContract,
                GoodbyeContract,
                CatalogueContract {

    /** An instance that offers these services, with an address inside this process. */
    static Instance instance(String uuid, ServiceId... services) {
        return RegistryWords.instance(uuid, services);
    }

    /** The service that most tests are about. */
    ServiceId ORDERS = RegistryWords.ORDERS;

    /** Another service. */
    ServiceId STOCK = RegistryWords.STOCK;

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
    default void whatIsSaidLaterIsAnnouncedWhenTheStoreHasIt() {
        try (RegistryStage stage = stage()) {
            Registration registration = stage.open().register(instance("a", ORDERS));
            stage.eventually().until(() -> registration.announced().isDone(), () -> "nothing was announced");
            stage.loseStore();
            registration.update(instance("a", ORDERS, STOCK));
            CompletableFuture<Void> announced = registration.announced();
            assertThat(announced).isNotDone();
            stage.restoreStore();
            stage.eventually().until(announced::isDone, () -> "what was said meanwhile was not announced");
            assertThat(announced).isCompletedWithValue(null);
        }
    }

    @Test
    default void whoWaitsForAnAnnouncementThatIsClosedIsTold() {
        try (RegistryStage stage = stage()) {
            Registration registration = stage.open().register(instance("a", ORDERS));
            stage.eventually().until(() -> registration.announced().isDone(), () -> "nothing was announced");
            stage.loseStore();
            registration.offline();
            CompletableFuture<Void> announced = registration.announced();
            registration.close();
            stage.eventually().until(announced::isDone, () -> "nobody was told");
            assertThat(registration.announced()).isDone();
            stage.restoreStore();
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
}
