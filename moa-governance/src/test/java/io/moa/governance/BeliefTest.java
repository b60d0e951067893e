package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.Belief;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.belief.Believed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BeliefTest {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final long SECOND = 1_000_000_000L;

    private final Belief belief = new Belief(SERVICE, BeliefConfig.DEFAULT, new Random(7), 0);
    private long now;
    private long revision;

    @Test
    void whatAnEarlierProcessKnewCountsAsKnownBefore() {
        Snapshot kept = new Snapshot(SERVICE, 1, online("a", "b", "c", "d"), now, "disk", Set.of(), Map.of("a", 2));
        Snapshot answer =
                new Snapshot(SERVICE, 9, with(online("b", "e"), offline("d")), now, "test", Set.of("c"), Map.of());
        belief.update(kept, now);
        Believed first = belief.update(answer, now);
        Belief another = new Belief(SERVICE, BeliefConfig.DEFAULT, new Random(7), 0);
        another.update(answer, now);
        Believed later = another.remember(kept, now);
        for (Believed believed : List.of(first, later)) {
            assertThat(uuids(believed)).containsExactlyInAnyOrder("a", "b", "d", "e");
            assertThat(believed.doubts()).containsOnlyKeys("a");
            assertThat(probes(believed)).containsExactly("a");
            assertThat(believed.snapshot().source()).isEqualTo("test");
            assertThat(believed.snapshot().distanceOf("a")).isEqualTo(2);
        }
    }

    @Test
    void aListReadFromDiskIsAllThereIsUntilARegistryAnswers() {
        Snapshot kept = new Snapshot(SERVICE, 1, online("a"), now, "disk");
        assertThat(uuids(belief.remember(kept, now))).containsExactly("a");
        assertThat(tell(online("b")).doubts()).containsOnlyKeys("a");
    }

    @Test
    void anEmptyListReplacesNobody() {
        tell(online("a", "b", "c"));
        Believed believed = tell(List.of());
        assertThat(uuids(believed)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(believed.doubts()).containsOnlyKeys("a", "b", "c");
        assertThat(believed.doubts().get("a")).contains("missing").contains("not probed yet");
        assertThat(probes(believed)).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void halfAListIsDoubtedUntilProbesFailTwice() {
        tell(online("a", "b", "c", "d"));
        tell(online("c", "d"));
        now += SECOND / 10;
        assertThat(uuids(belief.probed("a", true, "reached by a probe", now))).contains("a", "b");
        assertThat(uuids(belief.probed("b", false, "probe failed", now))).contains("a", "b");
        now += 2 * SECOND;
        assertThat(probes(belief.tick(now))).containsExactly("b");
        Believed believed = belief.probed("b", false, "probe failed", now);
        assertThat(uuids(believed)).containsExactlyInAnyOrder("a", "c", "d");
        assertThat(believed.doubts()).containsOnlyKeys("a");
    }

    @Test
    void whoReachesNobodyWhileTheListIsEmptyLetsGoOfNobody() {
        tell(online("a", "b", "c"));
        tell(List.of());
        for (int round = 0; round < 3; round++) {
            for (String uuid : List.of("a", "b", "c")) {
                belief.probed(uuid, false, "probe failed", now);
            }
            now += 20 * SECOND;
        }
        assertThat(uuids(belief.tick(now))).as("its own network may be broken").hasSize(3);
        belief.probed("a", true, "reached by a probe", now);
        belief.probed("b", true, "reached by a probe", now);
        assertThat(uuids(belief.probed("c", false, "probe failed", now)))
                .as("the network works, so c is gone")
                .containsExactlyInAnyOrder("a", "b");
        now += BeliefConfig.DEFAULT.expiry().toNanos();
        belief.probed("a", false, "probe failed", now);
        assertThat(uuids(belief.probed("b", false, "probe failed", now))).isEmpty();
    }

    @Test
    void whoIsInDoubtIsAsFarAsBefore() {
        List<Snapshot.Entry> entries = online("a", "b");
        belief.update(new Snapshot(SERVICE, ++revision, entries, now, "test", Set.of(), Map.of("b", 2)), now);
        Believed believed = tell(List.of());
        assertThat(believed.snapshot().distances()).isEqualTo(Map.of("b", 2));
    }

    @Test
    void aGoodbyeIsBelievedAtOnce() {
        tell(online("a", "b"));
        assertThat(uuids(tell(online("b"), "a"))).containsExactly("b");
        assertThat(uuids(tell(List.of(), "a", "b"))).isEmpty();
    }

    @Test
    void aGoodbyeThatComesLaterEndsADoubt() {
        tell(online("a", "b"));
        assertThat(tell(online("b")).doubts()).containsOnlyKeys("a");
        assertThat(tell(online("b"), "a").doubts()).isEmpty();
    }

    @Test
    void whoIsListedAgainIsNotDoubted() {
        tell(online("a", "b"));
        tell(List.of());
        Believed believed = tell(online("a", "b"));
        assertThat(believed.doubts()).isEmpty();
        assertThat(uuids(believed)).containsExactlyInAnyOrder("a", "b");
        assertThat(believed.nextNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void watchersMayTakeOneOffTheOnlineList() {
        tell(online("a", "b", "c", "d"));
        Believed believed = tell(with(online("b", "c", "d"), offline("a")));
        assertThat(believed.doubts()).isEmpty();
        assertThat(believed.snapshot().entries())
                .filteredOn(Snapshot.Entry::usable)
                .hasSize(3);
    }

    @Test
    void watchersMayTakeAFifthOfManyButNotMoreWithinTheWindow() {
        String[] ten = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
        tell(online(ten));
        assertThat(tell(with(online(Arrays.copyOfRange(ten, 2, 10)), offline("a", "b")))
                        .doubts())
                .isEmpty();
        now += 9 * SECOND;
        Believed third = tell(with(online(Arrays.copyOfRange(ten, 3, 10)), offline("a", "b", "c")));
        assertThat(third.doubts()).containsOnlyKeys("c");
        assertThat(probes(third)).containsExactly("c");
        now += 11 * SECOND;
        assertThat(tell(with(online(Arrays.copyOfRange(ten, 4, 10)), offline("a", "b", "c", "d")))
                        .doubts())
                .as("a new window")
                .containsOnlyKeys("c");
    }

    @Test
    void watchersMayNotTakeTheLastOneWithoutProof() {
        tell(online("a"));
        Believed believed = tell(offline("a"));
        assertThat(believed.doubts()).containsOnlyKeys("a");
        assertThat(believed.snapshot().entries()).allMatch(Snapshot.Entry::usable);
        belief.probed("a", false, "probe failed", now);
        believed = belief.probed("a", false, "probe failed", now);
        assertThat(believed.snapshot().entries()).noneMatch(Snapshot.Entry::usable);
    }

    @Test
    void anOperatorIsBelievedAtOnce() {
        tell(online("a", "b"));
        OperatorState off = new OperatorState(true, null, null);
        Believed believed = tell(List.of(
                new Snapshot.Entry(instance("a"), Liveness.ONLINE, off),
                new Snapshot.Entry(instance("b"), Liveness.OFFLINE, off)));
        assertThat(believed.doubts()).isEmpty();
        assertThat(believed.snapshot().entries()).noneMatch(Snapshot.Entry::usable);
    }

    @Test
    void aDoubtExpiresIfThereAreOthers() {
        tell(online("a", "b"));
        tell(online("b"));
        belief.probed("a", true, "reached", now);
        now += 599 * SECOND;
        assertThat(belief.tick(now).doubts()).containsOnlyKeys("a");
        belief.probed("a", true, "reached", now);
        now += SECOND;
        assertThat(uuids(belief.tick(now))).containsExactly("b");
    }

    @Test
    void theLastOnesThatProbesReachDoNotExpire() {
        tell(online("a", "b"));
        tell(List.of());
        belief.probed("a", true, "reached", now);
        belief.probed("b", false, "probe failed", now);
        now += 601 * SECOND;
        assertThat(uuids(belief.tick(now))).containsExactly("a");
    }

    @Test
    void whatIsReachedIsProbedAgainAndJittered() {
        tell(online("a", "b"));
        tell(online("b"));
        Believed believed = belief.probed("a", true, "reached", now);
        assertThat(believed.nextNanos()).isBetween(12 * SECOND, 18 * SECOND);
        now += believed.nextNanos();
        assertThat(probes(belief.tick(now))).containsExactly("a");
        assertThat(probes(belief.tick(now))).as("not twice at once").isEmpty();
        believed = belief.postponed("a", now);
        assertThat(believed.nextNanos()).isLessThan(2 * SECOND);
    }

    @Test
    void theUnknownContradictsNobody() {
        tell(online("a"));
        assertThat(uuids(belief.update(Snapshot.unknown(SERVICE, now), now))).containsExactly("a");
    }

    @Test
    void noOrderOfEventsLosesAnInstanceThatIsAlive() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Belief each = new Belief(SERVICE, BeliefConfig.DEFAULT, random, 0);
            long at = 0;
            each.update(new Snapshot(SERVICE, 1, online("a", "b", "c", "d", "e"), at, "test"), at);
            Believed believed = each.tick(at);
            for (int step = 0; step < 50; step++) {
                at += random.nextLong(20 * SECOND); // so that expiry, which is meant, is rarely reached
                List<Snapshot.Entry> some = new ArrayList<>();
                for (String uuid : List.of("a", "b", "c", "d", "e")) {
                    if (random.nextInt(3) > 0) {
                        some.add(new Snapshot.Entry(instance(uuid), Liveness.ONLINE, OperatorState.NONE));
                    }
                }
                List<Instance> asked = new ArrayList<>();
                believed = random.nextInt(4) == 0
                        ? each.tick(at)
                        : each.update(new Snapshot(SERVICE, step + 2, some, at, "test"), at);
                asked.addAll(believed.probes());
                for (Instance instance : asked) {
                    believed = each.probed(instance.uuid(), true, "reached", at);
                }
                assertThat(uuids(believed)).as("seed %d, step %d", seed, step).hasSize(5);
            }
        }
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> BeliefConfig.DEFAULT.withShrinkPercent(0)).hasMessageContaining("1 to 100, not 0");
        assertThatThrownBy(() -> BeliefConfig.DEFAULT.withExpiry(Duration.ZERO)).hasMessageContaining("expiry");
    }

    private Believed tell(List<Snapshot.Entry> entries, String... goodbyes) {
        return belief.update(new Snapshot(SERVICE, ++revision, entries, now, "test", Set.of(goodbyes)), now);
    }

    private static List<Snapshot.Entry> online(String... uuids) {
        return entries(Liveness.ONLINE, uuids);
    }

    private static List<Snapshot.Entry> offline(String... uuids) {
        return entries(Liveness.OFFLINE, uuids);
    }

    private static List<Snapshot.Entry> with(List<Snapshot.Entry> some, List<Snapshot.Entry> more) {
        List<Snapshot.Entry> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private static List<Snapshot.Entry> entries(Liveness liveness, String... uuids) {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (String uuid : uuids) {
            entries.add(new Snapshot.Entry(instance(uuid), liveness, OperatorState.NONE));
        }
        return entries;
    }

    private static Instance instance(String uuid) {
        return new Instance(
                uuid,
                "shop",
                List.of(new Address.Tcp("127.0.0.1", 9000)),
                List.of(new ServiceExport(SERVICE, Set.of(), "")),
                100,
                0,
                Map.of());
    }

    private static List<String> uuids(Believed believed) {
        return believed.snapshot().entries().stream()
                .map(entry -> entry.instance().uuid())
                .toList();
    }

    private static List<String> probes(Believed believed) {
        return believed.probes().stream().map(Instance::uuid).toList();
    }
}
