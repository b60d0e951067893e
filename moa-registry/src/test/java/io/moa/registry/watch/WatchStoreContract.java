package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The contract of {@link WatchStore} as tests. It stands beside the interface because the test kit knows only the API. */
public interface WatchStoreContract {

    /** An empty store for one test, and the hands of processes, time and fate upon it. */
    interface Stage extends AutoCloseable {
        WatchStore store();

        default void register(Instance instance) {
            register(new Registered(instance, false));
        }

        void register(Registered registered);

        /** Lets so much time pass on the store's clock. */
        void pass(Duration time);

        /** Lets everything expire that can. */
        void expireAll();

        /** Empties the store. */
        void clear();

        @Override
        void close();
    }

    Duration LEASE = Duration.ofSeconds(3);

    Stage stage();

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    static Instance instance(String uuid) {
        return Instance.builder(uuid, "shop")
                .addresses(List.of(new Address.Tcp("127.0.0.1", 4000)))
                .exports(List.of(new ServiceExport(ServiceId.of("shop.Stock"), Set.of("json"), "")))
                .build();
    }

    static Verdict verdict(String uuid, long fence, Change change, Allowance... allowances) {
        int part = WatchStore.partOf(uuid);
        return new Verdict(
                part,
                fence,
                uuid,
                change,
                List.of(allowances),
                new Evidence(uuid, change, "a", part, fence, 17, "why", 5, List.of("p"), List.of("v"), "f"));
    }

    private static long claim(WatchStore store, String watcher, String uuid) {
        get(store.renew(watcher, true, LEASE));
        int part = WatchStore.partOf(uuid);
        return get(store.claim(watcher, Set.of(part), 0)).getOrDefault(part, 0L);
    }

    private static Written one(WatchStore store, String watcher, Verdict verdict) {
        return get(store.write(watcher, List.of(verdict))).get(0);
    }

    @Test
    default void aWatcherWithoutALeaseIsGivenNoPart() {
        try (Stage stage = stage()) {
            assertThat(get(stage.store().claim("a", Set.of(1), 0))).isEmpty();
        }
    }

    @Test
    default void aPartIsHeldByOneUntilItsLeaseLapses() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            long first = claim(store, "a", "u");
            assertThat(first).isPositive();
            assertThat(claim(store, "b", "u")).isZero();
            stage.pass(LEASE.plusMillis(500));
            assertThat(claim(store, "b", "u")).isGreaterThan(first);
            Round round = get(store.renew("b", false, LEASE));
            assertThat(round.watchers()).isEqualTo(Map.of("b", false));
            assertThat(round.parts().get(WatchStore.partOf("u")))
                    .extracting(Round.Holding::watcher)
                    .isEqualTo("b");
        }
    }

    @Test
    default void aReleasedPartAndThoseOfALeaverAreFree() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            long fence = claim(store, "a", "u");
            get(store.release("a", Map.of(WatchStore.partOf("u"), fence + 1)));
            assertThat(claim(store, "b", "u")).isZero();
            get(store.release("a", Map.of(WatchStore.partOf("u"), fence)));
            assertThat(claim(store, "b", "u")).isPositive();
            get(store.leave("b"));
            assertThat(claim(store, "a", "u")).isPositive();
        }
    }

    @Test
    default void aFrozenWatchersWritesAreRefused() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.register(instance("u"));
            long old = claim(store, "a", "u");
            stage.pass(LEASE.plusMillis(500));
            assertThat(one(store, "a", verdict("u", old, Change.REMOVE))).isEqualTo(Written.STALE);
            long next = claim(store, "b", "u");
            get(store.renew("a", true, LEASE)); // it has a lease again, but not the part
            assertThat(one(store, "a", verdict("u", old, Change.REMOVE))).isEqualTo(Written.STALE);
            assertThat(one(store, "a", verdict("u", next, Change.REMOVE))).isEqualTo(Written.STALE);
            assertThat(get(store.list()).marks()).isEmpty();
            assertThat(get(store.evidence("u"))).isEmpty();
            assertThat(one(store, "b", verdict("u", next, Change.REMOVE))).isEqualTo(Written.APPLIED);
        }
    }

    @Test
    default void aFenceGrowsAlsoAfterTheStoreWasEmptied() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.clear();
            get(store.renew("a", true, LEASE));
            assertThat(get(store.claim("a", Set.of(3), 41)).getOrDefault(3, 0L)).isGreaterThan(41);
        }
    }

    @Test
    default void marksAreSetAndTakenAwayWithTheirEvidence() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.register(instance("u"));
            long fence = claim(store, "a", "u");
            assertThat(one(store, "a", verdict("u", fence, Change.SUSPECT))).isEqualTo(Written.APPLIED);
            assertThat(get(store.list()).marks()).isEqualTo(Map.of("u", Liveness.SUSPECT));
            assertThat(one(store, "a", verdict("u", fence, Change.REMOVE))).isEqualTo(Written.APPLIED);
            assertThat(get(store.list()).marks()).isEqualTo(Map.of("u", Liveness.OFFLINE));
            assertThat(one(store, "a", verdict("u", fence, Change.REINSTATE))).isEqualTo(Written.APPLIED);
            assertThat(get(store.list()).marks()).isEmpty();
            assertThat(get(store.evidence("u")))
                    .containsExactly(
                            verdict("u", fence, Change.REINSTATE).evidence(),
                            verdict("u", fence, Change.REMOVE).evidence(),
                            verdict("u", fence, Change.SUSPECT).evidence());
        }
    }

    @Test
    default void onlyWhatIsOfflineIsForgotten() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.register(instance("u"));
            long fence = claim(store, "a", "u");
            assertThat(one(store, "a", verdict("u", fence, Change.FORGET))).isEqualTo(Written.GONE);
            one(store, "a", verdict("u", fence, Change.REMOVE));
            assertThat(one(store, "a", verdict("u", fence, Change.FORGET))).isEqualTo(Written.APPLIED);
            assertThat(get(store.list())).isEqualTo(new Listing(Map.of(), Map.of()));
            assertThat(one(store, "a", verdict("u", fence, Change.REMOVE))).isEqualTo(Written.GONE);
            assertThat(get(store.evidence("u"))).hasSize(2);
        }
    }

    @Test
    default void whoSaidGoodbyeIsForgottenOnceItsLeaseIsGone() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.register(new Registered(instance("u"), true));
            assertThat(get(store.read(List.of("u")))).isEqualTo(Map.of("u", new Registered(instance("u"), true)));
            long fence = claim(store, "a", "u");
            assertThat(one(store, "a", verdict("u", fence, Change.FORGET)))
                    .as("its lease lives")
                    .isEqualTo(Written.GONE);
            stage.expireAll();
            fence = claim(store, "a", "u");
            assertThat(one(store, "a", verdict("u", fence, Change.FORGET))).isEqualTo(Written.APPLIED);
            assertThat(get(store.list())).isEqualTo(new Listing(Map.of(), Map.of()));
        }
    }

    @Test
    default void theFuseCountsForAllWatchersTogether() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            String other = "w0";
            for (int i = 0; WatchStore.partOf(other) == WatchStore.partOf("u"); i++) {
                other = "w" + i;
            }
            stage.register(instance("u"));
            stage.register(instance(other));
            long a = claim(store, "a", "u");
            long b = claim(store, "b", other);
            Allowance service = new Allowance("shop.Stock", 1);
            Allowance all = new Allowance(Allowance.ALL, 5);
            assertThat(one(store, "a", verdict("u", a, Change.REMOVE, all, service)))
                    .isEqualTo(Written.APPLIED);
            assertThat(one(store, "a", verdict("u", a, Change.REMOVE, all, service)))
                    .isEqualTo(Written.APPLIED);
            assertThat(one(store, "b", verdict(other, b, Change.REMOVE, all, service)))
                    .isEqualTo(Written.fuse("shop.Stock"));
            assertThat(get(store.list()).marks()).isEqualTo(Map.of("u", Liveness.OFFLINE));
            stage.pass(WatchStore.FUSE_WINDOW.plusSeconds(1));
            b = claim(store, "b", other);
            assertThat(one(store, "b", verdict(other, b, Change.REMOVE, all, service)))
                    .isEqualTo(Written.APPLIED);
        }
    }

    @Test
    default void evidenceIsBounded() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.register(instance("u"));
            long fence = claim(store, "a", "u");
            for (int i = 0; i < WatchStore.MAX_EVIDENCE + 5; i++) {
                one(store, "a", verdict("u", fence, i % 2 == 0 ? Change.SUSPECT : Change.REINSTATE));
            }
            assertThat(get(store.evidence("u"))).hasSize(WatchStore.MAX_EVIDENCE);
        }
    }

    @Test
    default void instancesAreReadAndAChangeHasAnotherRevision() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.register(instance("u"));
            long before = get(store.list()).revisions().getOrDefault("u", -1L);
            stage.register(instance("u").withWeight(7));
            assertThat(get(store.list()).revisions().get("u")).isNotNull().isNotEqualTo(before);
            assertThat(get(store.read(List.of("u", "none"))))
                    .isEqualTo(Map.of("u", new Registered(instance("u").withWeight(7), false)));
        }
    }

    @Test
    default void aLeaseAgesAndIsMissed() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            stage.register(instance("u"));
            stage.pass(Duration.ofSeconds(4));
            assertThat(get(store.signs(List.of("u"))).get("u"))
                    .isNotNull()
                    .satisfies(signs -> assertThat(signs.leaseAgeMillis()).isBetween(3_900L, 9_900L));
            stage.expireAll();
            assertThat(get(store.signs(List.of("u", "none")))).isEqualTo(Map.of("u", Signs.NONE, "none", Signs.NONE));
        }
    }

    @Test
    default void lettersArriveOnceAndOnlyWithTheLiving() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            Letter question = new Letter.Question("a", "b", "u");
            Letter answer = new Letter.Answer("a", "b", "u", false, "connection refused");
            get(store.send(List.of(question)));
            assertThat(get(store.renew("b", true, LEASE)).letters()).isEmpty();
            get(store.send(List.of(question, answer)));
            assertThat(get(store.renew("b", true, LEASE)).letters()).containsExactly(question, answer);
            assertThat(get(store.renew("b", true, LEASE)).letters()).isEmpty();
        }
    }

    @Test
    default void aConsumerHasOneVoteAndItLapses() {
        try (Stage stage = stage()) {
            WatchStore store = stage.store();
            get(store.complain(List.of(new Complaint("c", "u", "first"))));
            get(store.complain(List.of(new Complaint("c", "u", "second"))));
            get(store.complain(List.of(new Complaint("d", "u", "third"))));
            assertThat(get(store.signs(List.of("u")))
                            .getOrDefault("u", Signs.NONE)
                            .complaints())
                    .containsExactlyInAnyOrder(new Complaint("c", "u", "second"), new Complaint("d", "u", "third"));
            List<CompletableFuture<Void>> flood = new ArrayList<>();
            for (int i = 0; i < 2 * WatchStore.MAX_COMPLAINTS; i++) {
                flood.add(store.complain(List.of(new Complaint("x" + i, "u", "flood"))));
            }
            flood.forEach(WatchStoreContract::get);
            assertThat(get(store.signs(List.of("u")))
                            .getOrDefault("u", Signs.NONE)
                            .complaints())
                    .hasSize(WatchStore.MAX_COMPLAINTS);
            stage.pass(WatchStore.COMPLAINT_LIFE.plusSeconds(1));
            assertThat(get(store.signs(List.of("u")))
                            .getOrDefault("u", Signs.NONE)
                            .complaints())
                    .isEmpty();
        }
    }
}
