package io.moa.registry.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.Snapshot;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Recorder;
import io.moa.testkit.RegistryContract;
import io.moa.testkit.RegistryStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract, and what the registry in memory promises beyond it. */
class MemoryRegistryTest implements RegistryContract {

    private final FakeTicker ticker = new FakeTicker();
    private final MemoryRegistryStore store = new MemoryRegistryStore();
    private final MemoryRegistry registry = new MemoryRegistry(store, ticker);

    @Override
    public RegistryStage stage() {
        return new MemoryStage();
    }

    @Test
    void tellsEveryChangeSynchronouslyWithRevisionsByOne() {
        Recorder<Snapshot> listener = new Recorder<>();
        registry.subscribe(ORDERS, listener);
        Registry.Registration registration = registry.register(instance("a", 1));
        registration.update(instance("a", 2));
        registration.offline();
        registration.close();
        assertThat(listener.told()).extracting(Snapshot::revision).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(listener.tellers()).containsOnly(Thread.currentThread());
    }

    @Test
    void whatChangesNothingTellsNobody() {
        Recorder<Snapshot> listener = new Recorder<>();
        registry.subscribe(ORDERS, listener);
        Registry.Registration registration = registry.register(instance("a", 1));
        int told = listener.count();
        registration.update(instance("a", 1));
        registration.online();
        registry.register(instance("a", 1));
        store.mark("a", Liveness.ONLINE);
        store.mark("nobody", Liveness.OFFLINE);
        store.online("a");
        store.tag("a", null);
        store.disconnect();
        store.reconnect();
        assertThat(listener.count()).isEqualTo(told);
    }

    @Test
    void listsByUuid() {
        for (String uuid : List.of("m", "c", "x", "a")) {
            registry.register(instance(uuid, 1));
        }
        assertThat(registry.subscribe(ORDERS, snapshot -> {}).current().entries())
                .extracting(entry -> entry.instance().uuid())
                .containsExactly("a", "c", "m", "x");
    }

    @Test
    void aConnectedStoreConfirmsWhatItHoldsAndALostOneGrowsOld() {
        Registry.Subscription subscription = registry.subscribe(ORDERS, snapshot -> {});
        registry.register(instance("a", 1));
        ticker.advance(Duration.ofSeconds(5));
        assertThat(subscription.current().asOfNanos()).isEqualTo(ticker.nanos());

        long lost = ticker.nanos();
        store.disconnect();
        ticker.advance(Duration.ofSeconds(5));
        assertThat(ticker.nanos() - subscription.current().asOfNanos())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(subscription.current().asOfNanos()).isLessThanOrEqualTo(lost);
    }

    @Test
    void anOutageEndsInOneSnapshot() {
        Recorder<Snapshot> listener = new Recorder<>();
        registry.subscribe(ORDERS, listener);
        store.disconnect();
        registry.register(instance("a", 1));
        registry.register(instance("b", 1));
        store.offline("a");
        assertThat(listener.count()).isEqualTo(1);
        store.reconnect();
        assertThat(listener.count()).isEqualTo(2);
        assertThat(listener.last().entries()).hasSize(2);
        assertThat(listener.last().entries().get(0).operator().offline()).isTrue();
    }

    @Test
    void theOperatorsThreeDecisionsAreIndependent() {
        registry.register(instance("a", 1));
        store.weight("a", 5);
        store.tag("a", "canary");
        store.offline("a");
        assertThat(store.decided("a")).isEqualTo(new OperatorState(true, 5, "canary"));
        store.weight("a", null);
        assertThat(store.decided("a")).isEqualTo(new OperatorState(true, null, "canary"));
        store.online("a");
        assertThat(store.decided("a")).isEqualTo(new OperatorState(false, null, "canary"));
        store.tag("a", null);
        assertThat(store.decided("a")).isEqualTo(OperatorState.NONE);
    }

    @Test
    void aWeightOutOfRangeIsRefused() {
        assertThatThrownBy(() -> store.weight("a", 10_001)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.weight("a", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDecisionTakenBackDoesNotComeBackWithTheNextProcessAtTheAddress() {
        Registry.Registration first = registry.register(instance("a", 1));
        store.offline("a");
        store.online("a");
        first.close();
        registry.register(instance("b", 1).withAddresses(instance("a", 1).addresses()));
        assertThat(store.decided("b")).isEqualTo(OperatorState.NONE);
    }

    @Test
    void aDecisionFollowsAProcessToAnotherAddressAndLeavesTheOldOne() {
        Registry.Registration registration = registry.register(instance("a", 1));
        store.offline("a");
        registration.update(instance("a", 1).withAddresses(List.of(new Address.InProcess("elsewhere"))));
        assertThat(store.decided("a").offline()).isTrue();

        registry.register(instance("b", 1).withAddresses(instance("a", 1).addresses()));
        assertThat(store.decided("b")).isEqualTo(OperatorState.NONE);
        registry.register(instance("c", 1).withAddresses(List.of(new Address.InProcess("elsewhere"))));
        assertThat(store.decided("c").offline()).isTrue();
    }

    @Test
    void aDecisionMadeBeforeTheProcessIsRegisteredAwaitsIt() {
        store.offline("a");
        registry.register(instance("a", 1));
        assertThat(registry.subscribe(ORDERS, snapshot -> {}).current().entries())
                .singleElement()
                .matches(entry -> !entry.usable());
    }

    @Test
    void nothingBeginsInAClosedRegistry() {
        registry.close();
        assertThatThrownBy(() -> registry.register(instance("a", 1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> registry.subscribe(ORDERS, snapshot -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRegistrationThatRacesWithTheCloseLeavesNothingBehind() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            MemoryRegistry closing = new MemoryRegistry(store, ticker);
            String prefix = round + "-";
            Thread registering = new Thread(() -> {
                try {
                    for (int i = 0; i < 1_000; i++) {
                        closing.register(instance(prefix + i, 1));
                    }
                } catch (IllegalStateException closed) {
                    // as intended: the close came in between
                }
            });
            registering.start();
            closing.close();
            registering.join();
        }
        assertThat(registry.subscribe(ORDERS, snapshot -> {}).current().entries())
                .isEmpty();
    }

    @Test
    void listenersOnTwoThreadsMayCloseEachOthersSubscriptions() throws InterruptedException {
        for (int round = 0; round < 300; round++) {
            try (MemoryRegistry own = new MemoryRegistry(new MemoryRegistryStore(), ticker)) {
                List<Registry.Subscription> both = new ArrayList<>();
                both.add(own.subscribe(ORDERS, snapshot -> closeAll(snapshot, both)));
                both.add(own.subscribe(STOCK, snapshot -> closeAll(snapshot, both)));
                Thread one = new Thread(() -> own.register(instance("a", 1)));
                Thread two = new Thread(() -> own.register(new Instance(
                        "b", "sample", List.of(), List.of(new ServiceExport(STOCK, Set.of(), "")), 1, 0, Map.of())));
                one.start();
                two.start();
                one.join(10_000);
                two.join(10_000);
                assertThat(one.isAlive() || two.isAlive()).as("deadlock").isFalse();
            }
        }
    }

    private static void closeAll(Snapshot snapshot, List<Registry.Subscription> subscriptions) {
        if (!snapshot.entries().isEmpty()) {
            subscriptions.forEach(Registry.Subscription::close);
        }
    }

    private static Instance instance(String uuid, int weight) {
        return new Instance(
                uuid,
                "sample",
                List.of(new Address.InProcess(uuid)),
                List.of(new ServiceExport(ORDERS, Set.of(), "")),
                weight,
                0,
                Map.of());
    }
}
