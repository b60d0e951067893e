package io.moa.testkit;

import static io.moa.testkit.RegistryWords.ORDERS;
import static io.moa.testkit.RegistryWords.awaitCurrent;
import static io.moa.testkit.RegistryWords.closeIf;
import static io.moa.testkit.RegistryWords.has;
import static io.moa.testkit.RegistryWords.instance;
import static io.moa.testkit.RegistryWords.lists;
import static io.moa.testkit.RegistryWords.passChange;
import static io.moa.testkit.RegistryWords.sized;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.Snapshot;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The part of {@link RegistryContract} about the end of a subscription and of a registry. */
public interface RegistryEndContract {

    /** A stage with an empty store, for one test, which closes it. */
    RegistryStage stage();

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
}
