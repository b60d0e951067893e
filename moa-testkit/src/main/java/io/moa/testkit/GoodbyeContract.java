package io.moa.testkit;

import static io.moa.testkit.RegistryWords.ORDERS;
import static io.moa.testkit.RegistryWords.STOCK;
import static io.moa.testkit.RegistryWords.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.Snapshot;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The part of {@link RegistryContract} that says who left of his own will, and who is only missing. */
public interface GoodbyeContract {

    /** A stage with an empty store, for one test, which closes it. */
    RegistryStage stage();

    @Test
    default void goingOfflineIsAGoodbyeUntilTheReturn() {
        try (RegistryStage stage = stage()) {
            Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
            Registration registration = stage.open().register(instance("a", ORDERS));
            seen(stage, seen, has("a").and(goodbye("a").negate()), "a, without a goodbye");
            registration.offline();
            seen(stage, seen, has("a").and(goodbye("a")), "a, still listed, with its goodbye");
            registration.online();
            seen(stage, seen, has("a").and(goodbye("a").negate()), "a, back");
        }
    }

    @Test
    default void closingARegistrationIsAGoodbye() {
        try (RegistryStage stage = stage()) {
            Recorder<Snapshot> listener = new Recorder<>();
            Subscription seen = stage.open().subscribe(ORDERS, listener);
            Registration registration = stage.open().register(instance("a", ORDERS));
            seen(stage, seen, has("a"), "a");
            registration.close();
            seen(stage, seen, has("a").negate(), "no a");
            assertThat(listener.await(stage.eventually(), has("a").negate().and(known("a", listener)), "no a"))
                    .as("the first list without a says why")
                    .matches(goodbye("a"));
        }
    }

    @Test
    default void goingOfflineAndClosingIsAGoodbye() {
        try (RegistryStage stage = stage()) {
            Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
            Registration registration = stage.open().register(instance("a", ORDERS));
            seen(stage, seen, has("a"), "a");
            registration.offline();
            registration.close();
            seen(stage, seen, has("a").negate().and(goodbye("a")), "no a, with its goodbye");
        }
    }

    @Test
    default void closingARegistryIsAGoodbyeOfItsInstances() {
        try (RegistryStage stage = stage()) {
            Registry staying = stage.open();
            Subscription seen = staying.subscribe(ORDERS, new Recorder<>());
            Registry ending = stage.open();
            ending.register(instance("a", ORDERS));
            staying.register(instance("b", ORDERS));
            seen(stage, seen, has("a").and(has("b")), "both");
            ending.close();
            seen(
                    stage,
                    seen,
                    has("a").negate().and(goodbye("a")).and(goodbye("b").negate()),
                    "a's goodbye, and b");
        }
    }

    @Test
    default void givingUpAServiceIsAGoodbyeThereOnly() {
        try (RegistryStage stage = stage()) {
            Registry watching = stage.open();
            Subscription orders = watching.subscribe(ORDERS, new Recorder<>());
            Subscription stock = watching.subscribe(STOCK, new Recorder<>());
            Registration registration = stage.open().register(instance("a", ORDERS, STOCK));
            seen(stage, orders, has("a"), "a");
            registration.update(instance("a", STOCK));
            seen(stage, orders, has("a").negate().and(goodbye("a")), "a's goodbye to the orders");
            seen(stage, stock, has("a").and(goodbye("a").negate()), "a, without a goodbye");
        }
    }

    @Test
    default void whoReturnsHasNotSaidGoodbye() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
            registry.register(instance("a", ORDERS)).close();
            seen(stage, seen, has("a").negate(), "no a");
            registry.register(instance("a", ORDERS));
            seen(stage, seen, has("a").and(goodbye("a").negate()), "a, back");
        }
    }

    @Test
    default void whatTheStoreLosesSaidNoGoodbye() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            Subscription seen = registry.subscribe(ORDERS, listener);
            stage.open().register(instance("a", ORDERS));
            seen(stage, seen, has("a"), "a");
            stage.lose("a");
            registry.register(instance("b", ORDERS));
            seen(stage, seen, has("b"), "b");
            assertThat(listener.told()).noneMatch(goodbye("a"));
            assertThat(seen.current()).matches(goodbye("a").negate());
        }
    }

    @Test
    default void neitherOperatorNorWatcherSaysGoodbyeForAProcess() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<Snapshot> listener = new Recorder<>();
            Subscription seen = registry.subscribe(ORDERS, listener);
            stage.open().register(instance("a", ORDERS));
            seen(stage, seen, has("a"), "a");
            stage.mark("a", Liveness.OFFLINE);
            seen(stage, seen, snapshot -> snapshot.entries().stream().noneMatch(Snapshot.Entry::online), "a, marked");
            stage.decide("a", new OperatorState(true, null, null));
            seen(
                    stage,
                    seen,
                    snapshot -> snapshot.entries().stream()
                            .allMatch(entry -> entry.operator().offline()),
                    "a, decided");
            assertThat(listener.told()).noneMatch(goodbye("a"));
        }
    }

    private static void seen(
            RegistryStage stage, Subscription subscription, Predicate<Snapshot> condition, String expected) {
        stage.eventually().value(subscription::current, condition, expected);
    }

    private static Predicate<Snapshot> has(String uuid) {
        return snapshot -> snapshot.entries().stream()
                .anyMatch(entry -> entry.instance().uuid().equals(uuid));
    }

    private static Predicate<Snapshot> goodbye(String uuid) {
        return snapshot -> snapshot.goodbyes().contains(uuid);
    }

    /** Told after a snapshot that lists the uuid. */
    private static Predicate<Snapshot> known(String uuid, Recorder<Snapshot> listener) {
        return snapshot -> listener.told().stream()
                .anyMatch(earlier ->
                        earlier.revision() < snapshot.revision() && has(uuid).test(earlier));
    }
}
