package io.moa.testkit;

import static io.moa.testkit.RegistryWords.ORDERS;
import static io.moa.testkit.RegistryWords.STOCK;
import static io.moa.testkit.RegistryWords.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.CatalogueSubscription;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The part of {@link RegistryContract} about following every process. */
public interface CatalogueContract {

    /** A stage with an empty store, for one test, which closes it. */
    RegistryStage stage();

    /** What a follower knows after it applied every change, as {@link CatalogueChange} says. */
    record Known(Map<String, Snapshot.Entry> entries, Set<String> goodbyes) {

        static Known after(List<CatalogueChange> changes) {
            Known known = new Known(new HashMap<>(), new HashSet<>());
            for (CatalogueChange change : changes) {
                if (change.whole()) {
                    known.entries.clear();
                }
                change.gone().forEach(known.entries::remove);
                for (Snapshot.Entry entry : change.changed()) {
                    known.entries.put(entry.instance().uuid(), entry);
                    known.goodbyes.remove(entry.instance().uuid());
                }
                known.goodbyes.addAll(change.goodbyes());
            }
            return known;
        }

        boolean holds(Instance instance) {
            Snapshot.Entry entry = entries.get(instance.uuid());
            return entry != null && entry.instance().equals(instance);
        }
    }

    @Test
    default void theCatalogueListsEveryProcessOnceWhateverItOffers() {
        try (RegistryStage stage = stage()) {
            Instance both = instance("a", ORDERS, STOCK);
            Instance before = instance("b", STOCK);
            Instance after = instance("c", ORDERS);
            Registry announcing = stage.open();
            announcing.register(both);
            announcing.register(before);
            Registry following = stage.open();
            Recorder<CatalogueChange> listener = new Recorder<>();
            following.subscribeAll(listener);
            announcing.register(after);

            Known known = await(
                    stage,
                    listener,
                    all -> all.holds(both) && all.holds(before) && all.holds(after),
                    "a, b and c with all their facts");
            assertThat(known.entries).hasSize(3);
            assertThat(known.goodbyes).isEmpty();
            assertInOrder(listener);
        }
    }

    @Test
    default void theCatalogueIsToldBeforeSubscribeAllReturnsAndBeginsWhole() {
        try (RegistryStage stage = stage()) {
            Recorder<CatalogueChange> listener = new Recorder<>();
            stage.open().subscribeAll(listener);
            assertThat(listener.count()).isPositive();
            assertThat(listener.told().get(0).whole()).isTrue();
        }
    }

    @Test
    default void anEmptyCatalogueIsKnown() {
        try (RegistryStage stage = stage()) {
            Recorder<CatalogueChange> listener = new Recorder<>();
            stage.open().subscribeAll(listener);
            CatalogueChange known =
                    listener.await(stage.eventually(), change -> !change.isUnknown(), "a known catalogue");
            assertThat(known.whole()).isTrue();
            assertThat(known.changed()).isEmpty();
            assertThat(known.source()).isNotEmpty().isNotEqualTo("none");
        }
    }

    @Test
    default void theCatalogueFollowsUpdatesAndTheEnd() {
        try (RegistryStage stage = stage()) {
            Recorder<CatalogueChange> listener = new Recorder<>();
            stage.open().subscribeAll(listener);
            Registry announcing = stage.open();
            Registration registration = announcing.register(instance("a", ORDERS));
            announcing.register(instance("b", ORDERS));
            Instance moved = instance("a", STOCK).withWeight(7);
            registration.update(moved);
            await(stage, listener, known -> known.holds(moved) && known.entries.containsKey("b"), "a, moved, and b");
            registration.close();
            Known known = await(stage, listener, all -> !all.entries.containsKey("a"), "no a");
            assertThat(known.goodbyes).containsExactly("a");
            assertThat(known.entries).containsOnlyKeys("b");
            assertInOrder(listener);
        }
    }

    @Test
    default void theCatalogueTellsOfflineAsAGoodbyeUntilTheReturn() {
        try (RegistryStage stage = stage()) {
            Recorder<CatalogueChange> listener = new Recorder<>();
            stage.open().subscribeAll(listener);
            Registration registration = stage.open().register(instance("a", ORDERS));
            registration.offline();
            await(
                    stage,
                    listener,
                    known -> entry(known, "a", each -> !each.online()) && known.goodbyes.contains("a"),
                    "a, offline, with its goodbye");
            registration.online();
            await(
                    stage,
                    listener,
                    known -> entry(known, "a", Snapshot.Entry::online) && known.goodbyes.isEmpty(),
                    "a, back");
        }
    }

    @Test
    default void theCatalogueTellsWatchersAndOperatorsWords() {
        try (RegistryStage stage = stage()) {
            Recorder<CatalogueChange> listener = new Recorder<>();
            stage.open().subscribeAll(listener);
            stage.open().register(instance("a", ORDERS));
            await(stage, listener, known -> known.entries.containsKey("a"), "a");
            stage.mark("a", Liveness.SUSPECT);
            OperatorState decision = new OperatorState(false, 7, "canary");
            stage.decide("a", decision);
            await(
                    stage,
                    listener,
                    known -> entry(
                            known,
                            "a",
                            each -> each.liveness() == Liveness.SUSPECT
                                    && each.operator().equals(decision)),
                    "a, suspect and decided");
        }
    }

    @Test
    default void whatTheStoreLosesIsGoneFromTheCatalogueWithoutAGoodbye() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<CatalogueChange> listener = new Recorder<>();
            registry.subscribeAll(listener);
            stage.open().register(instance("a", ORDERS));
            await(stage, listener, known -> known.entries.containsKey("a"), "a");
            stage.lose("a");
            registry.register(instance("b", ORDERS));
            Known known = await(stage, listener, all -> all.entries.containsKey("b"), "b");
            assertThat(known.goodbyes).isEmpty();
        }
    }

    @Test
    default void theCatalogueIsAsOldAsItsConfirmation() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            long before = stage.ticker().nanos();
            Recorder<CatalogueChange> listener = new Recorder<>();
            CatalogueSubscription subscription = registry.subscribeAll(listener);
            registry.register(instance("a", ORDERS));
            await(stage, listener, known -> known.entries.containsKey("a"), "a");
            long told = listener.last().asOfNanos();
            long asOf = subscription.asOfNanos();
            assertThat(told - before).isNotNegative();
            assertThat(asOf - told).isNotNegative();
            assertThat(stage.ticker().nanos() - asOf).isNotNegative();
        }
    }

    @Test
    default void aClosedCatalogueIsNotToldAnyMore() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<CatalogueChange> closed = new Recorder<>();
            Recorder<CatalogueChange> open = new Recorder<>();
            CatalogueSubscription subscription = registry.subscribeAll(closed);
            registry.subscribeAll(open);
            registry.register(instance("a", ORDERS));
            await(stage, open, known -> known.entries.containsKey("a"), "a");
            subscription.close();
            subscription.close();
            int told = closed.count();
            registry.register(instance("b", ORDERS));
            await(stage, open, known -> known.entries.containsKey("b"), "b");
            assertThat(closed.count()).isEqualTo(told);
        }
    }

    @Test
    default void closingARegistryEndsItsCatalogues() {
        try (RegistryStage stage = stage()) {
            Registry ending = stage.open();
            Registry staying = stage.open();
            Recorder<CatalogueChange> ended = new Recorder<>();
            Recorder<CatalogueChange> open = new Recorder<>();
            ending.subscribeAll(ended);
            staying.subscribeAll(open);
            ending.close();
            int told = ended.count();
            staying.register(instance("a", ORDERS));
            await(stage, open, known -> known.entries.containsKey("a"), "a");
            assertThat(ended.count()).isEqualTo(told);
        }
    }

    @Test
    default void aCatalogueListenerThatThrowsIsToldAgain() {
        try (RegistryStage stage = stage()) {
            Registry registry = stage.open();
            Recorder<CatalogueChange> throwing = new Recorder<>(change -> {
                throw new IllegalStateException("thrown by the test's listener");
            });
            assertThatCode(() -> registry.subscribeAll(throwing)).doesNotThrowAnyException();
            registry.register(instance("a", ORDERS));
            registry.register(instance("b", ORDERS));
            await(stage, throwing, known -> known.entries.keySet().containsAll(Set.of("a", "b")), "both");
        }
    }

    @Test
    default void withoutTheStoreTheCatalogueIsUnknownAndIsWholeWhenItComesBack() {
        try (RegistryStage stage = stage()) {
            Registry announcing = stage.open();
            Recorder<CatalogueChange> first = new Recorder<>();
            announcing.subscribeAll(first);
            announcing.register(instance("a", ORDERS));
            await(stage, first, known -> known.entries.containsKey("a"), "a");
            stage.loseStore();
            Recorder<CatalogueChange> listener = new Recorder<>();
            stage.open().subscribeAll(listener);
            assertThat(listener.told()).hasSize(1);
            assertThat(listener.last().isUnknown()).isTrue();
            Registration late = announcing.register(instance("b", STOCK));

            stage.restoreStore();
            stage.eventually().until(late.registered()::isDone, () -> "b did not reach the store");
            for (Recorder<CatalogueChange> each : List.of(first, listener)) {
                await(stage, each, known -> known.entries.keySet().equals(Set.of("a", "b")), "a and b");
                assertInOrder(each);
            }
        }
    }

    private static Known await(
            RegistryStage stage, Recorder<CatalogueChange> listener, Predicate<Known> condition, String expected) {
        return stage.eventually().value(() -> Known.after(listener.told()), condition, expected);
    }

    private static boolean entry(Known known, String uuid, Predicate<Snapshot.Entry> condition) {
        Snapshot.Entry entry = known.entries.get(uuid);
        return entry != null && condition.test(entry);
    }

    private static void assertInOrder(Recorder<CatalogueChange> listener) {
        assertThat(listener.overlapped())
                .as("told two things at once: %s", listener)
                .isFalse();
        long before = -1;
        for (CatalogueChange change : listener.told()) {
            assertThat(change.revision()).as("the revisions grow: %s", listener).isGreaterThan(before);
            before = change.revision();
        }
    }
}
