package io.moa.testkit;

import static io.moa.testkit.RegistryWords.ORDERS;
import static io.moa.testkit.RegistryWords.await;
import static io.moa.testkit.RegistryWords.awaitCurrent;
import static io.moa.testkit.RegistryWords.decided;
import static io.moa.testkit.RegistryWords.entry;
import static io.moa.testkit.RegistryWords.instance;
import static io.moa.testkit.RegistryWords.lists;
import static io.moa.testkit.RegistryWords.online;
import static io.moa.testkit.RegistryWords.weighed;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.Snapshot;
import org.junit.jupiter.api.Test;

/** The part of {@link RegistryContract} about three facts that three writers write: process, watcher and operator. */
public interface FactsContract {

    /** A stage with an empty store, for one test, which closes it. */
    RegistryStage stage();

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
}
