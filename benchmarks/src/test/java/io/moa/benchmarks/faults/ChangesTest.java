package io.moa.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.MemoryWatchStore;
import io.moa.registry.watch.Verdict;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.Written;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What B10, B11, B13 and B14 are judged by. */
class ChangesTest {

    private static final String UUID = "server-1";
    private static final int PART = WatchStore.partOf(UUID);
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final MemoryWatchStore store = new MemoryWatchStore(() -> 0L);

    @BeforeEach
    void register() {
        store.register(Instance.builder(UUID, "shop")
                .addresses(List.of(new Address.Tcp("10.0.0.1", 7001)))
                .build());
    }

    private long claim(String watcher) {
        store.renew(watcher, true, LEASE).join();
        return store.claim(watcher, Set.of(PART), 0).join().get(PART);
    }

    private void write(String watcher, long fence, Change change) {
        Evidence why = new Evidence(UUID, change, watcher, PART, fence, 0, "played", 0, List.of(), List.of(), "");
        assertThat(store.write(watcher, List.of(new Verdict(PART, fence, UUID, change, List.of(), why)))
                        .join())
                .containsExactly(Written.APPLIED);
    }

    private Changes read() throws Exception {
        return new Changes(store).read(List.of(UUID));
    }

    @Test
    void aRemovalThatWasPutRightIsCounted() throws Exception {
        long fence = claim("one");
        write("one", fence, Change.SUSPECT);
        assertThat(read().removals()).isZero();
        write("one", fence, Change.REMOVE);
        write("one", fence, Change.REINSTATE);
        assertThat(store.liveness(UUID)).as("what a look at the marks sees").isEqualTo(Liveness.ONLINE);
        assertThat(read().removals()).isEqualTo(1);
        assertThat(read().removals(List.of(UUID))).isEqualTo(1);
        assertThat(read().removals(List.of("another"))).isZero();
    }

    @Test
    void whatTheStoreDroppedSinceItWasReadIsStillCounted() throws Exception {
        long fence = claim("one");
        write("one", fence, Change.REMOVE);
        Changes changes = read();
        for (int i = 0; i < WatchStore.MAX_EVIDENCE; i++) {
            write("one", fence, Change.REINSTATE);
        }
        assertThat(read().removals()).isZero();
        assertThat(changes.read(List.of(UUID)).removals()).isEqualTo(1);
    }

    @Test
    void aPastLeaderWithALeaseIsRefusedByTheFence() throws Exception {
        long old = claim("one");
        PastLeader leader = new PastLeader("one", Map.of(PART, old), Set.of());
        assertThat(leader.accepted(store)).as("while it leads").isEqualTo(1);
        store.leave("one").join();
        claim("two");
        store.renew("one", true, LEASE).join();
        assertThat(leader.accepted(store)).isZero();
    }

    @Test
    void aChangeUnderAnOldFenceAfterTheTakeoverIsLate() throws Exception {
        long old = claim("one");
        write("one", old, Change.SUSPECT);
        PastLeader leader = new PastLeader("one", Map.of(PART, old), read().all());
        assertThat(leader.late(read().all())).as("before the takeover").isZero();
        write("one", old, Change.REINSTATE);
        assertThat(leader.late(read().all())).isEqualTo(1);
    }

    @Test
    void aChangeUnderANewFenceIsNot() throws Exception {
        long old = claim("one");
        PastLeader leader = new PastLeader("one", Map.of(PART, old), Set.of());
        long fresh = claim("one");
        assertThat(fresh).isGreaterThan(old);
        write("one", fresh, Change.SUSPECT);
        assertThat(leader.late(read().all())).isZero();
    }
}
