package io.moa.testkit;

import static io.moa.testkit.RegistryWords.ORDERS;
import static io.moa.testkit.RegistryWords.assertInOrder;
import static io.moa.testkit.RegistryWords.await;
import static io.moa.testkit.RegistryWords.awaitCurrent;
import static io.moa.testkit.RegistryWords.has;
import static io.moa.testkit.RegistryWords.instance;
import static io.moa.testkit.RegistryWords.lists;
import static io.moa.testkit.RegistryWords.online;
import static io.moa.testkit.RegistryWords.weighed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.Snapshot;
import org.junit.jupiter.api.Test;

/** The part of {@link RegistryContract} about a registry whose store is away. */
public interface LostStoreContract {

    /** A stage with an empty store, for one test, which closes it. */
    RegistryStage stage();

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
}
