package io.moa.node.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.lookup.LookupInstance;
import io.moa.lookup.Question;
import io.moa.lookup.ServiceNews;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a lookup keeps, and what it says is new to one who has some of it. */
class LookupCatalogueTest {

    private static final LookupConfig SMALL = LookupConfig.DEFAULT.withPartInstances(3);

    private LookupCatalogue catalogue = new LookupCatalogue();
    private long revision = 0;

    private static Snapshot.Entry entry(String uuid, int weight, String... services) {
        List<ServiceExport> exports = new ArrayList<>();
        for (String service : services) {
            exports.add(new ServiceExport(ServiceId.of(service), Set.of("json"), ""));
        }
        return new Snapshot.Entry(
                new Instance(uuid, "shop", List.of(new Address.Tcp("10.0.0.1", 1)), exports, weight, 0, Map.of()),
                Liveness.ONLINE,
                OperatorState.NONE);
    }

    private Set<String> whole(Set<String> goodbyes, Snapshot.Entry... entries) {
        return catalogue.apply(new CatalogueChange(++revision, true, List.of(entries), Set.of(), goodbyes, 0, "test"));
    }

    private Set<String> change(Set<String> gone, Set<String> goodbyes, Snapshot.Entry... entries) {
        return catalogue.apply(new CatalogueChange(++revision, false, List.of(entries), gone, goodbyes, 0, "test"));
    }

    /** What a follower has of one service. */
    private final class Follower {
        final String service;
        final TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();
        final Set<String> leaving = new HashSet<>();
        final Set<String> left = new HashSet<>();
        long held;
        int whole;
        int parts;

        Follower(String service) {
            this.service = service;
        }

        /** Asks until nothing is new. */
        Follower ask() {
            String after = "";
            long first = 0;
            Set<String> seen = new HashSet<>();
            while (true) {
                ServiceNews news = new Parts(SMALL)
                        .news(service, catalogue.rows(service), new Question.Held(service, held, after));
                if (news == null) {
                    return this;
                }
                parts++;
                if (after.isEmpty()) {
                    first = news.revision();
                    seen.clear();
                    whole += news.whole() ? 1 : 0;
                    news.gone().forEach(this::lose);
                }
                for (LookupInstance row : news.instances()) {
                    entries.put(row.uuid(), row.toEntry());
                    seen.add(row.uuid());
                    leaving.remove(row.uuid());
                    left.remove(row.uuid());
                }
                for (String uuid : news.goodbyes()) {
                    (entries.containsKey(uuid) ? leaving : left).add(uuid);
                }
                after = news.next();
                if (after.isEmpty()) {
                    if (news.whole()) {
                        Set<String> lost = new HashSet<>(entries.keySet());
                        lost.removeAll(seen);
                        lost.forEach(this::lose);
                    }
                    held = first;
                }
            }
        }

        private void lose(String uuid) {
            entries.remove(uuid);
            if (leaving.remove(uuid)) {
                left.add(uuid);
            }
        }
    }

    @Test
    void onlyWhatChangedIsToldAndOnlyToThoseItConcerns() {
        whole(Set.of(), entry("a", 1, "x"), entry("b", 1, "x", "y"), entry("c", 1, "y"));
        Follower x = new Follower("x").ask();
        assertThat(x.entries.keySet()).containsExactly("a", "b");
        assertThat(change(Set.of(), Set.of(), entry("a", 2, "x"))).containsExactly("x");
        ServiceNews news = new Parts(SMALL).news("x", catalogue.rows("x"), new Question.Held("x", x.held, ""));
        assertThat(news).isNotNull();
        assertThat(news.whole()).isFalse();
        assertThat(news.instances()).extracting(LookupInstance::uuid).containsExactly("a");
    }

    @Test
    void goodbyesAreToldAndLossesAreNot() {
        whole(Set.of(), entry("a", 1, "x"), entry("b", 1, "x"), entry("c", 1, "x", "y"), entry("d", 1, "x"));
        Follower x = new Follower("x").ask();
        Follower y = new Follower("y").ask();
        change(Set.of("a", "b"), Set.of("a"));
        change(Set.of(), Set.of(), entry("c", 1, "y")); // gives up x itself
        change(Set.of(), Set.of("d"), entry("d", 1, "x")); // asks for no new calls
        x.ask();
        y.ask();
        assertThat(x.entries.keySet()).containsExactly("d");
        assertThat(x.left).containsExactlyInAnyOrder("a", "c");
        assertThat(x.leaving).containsExactly("d");
        assertThat(y.left).isEmpty();
        assertThat(y.entries.keySet()).containsExactly("c");
        change(Set.of("d"), Set.of()); // lost after it went offline: it has left all the same
        change(Set.of(), Set.of(), entry("a", 1, "x")); // is back
        x.ask();
        assertThat(x.left).containsExactlyInAnyOrder("c", "d");
        assertThat(new Follower("x").ask().left)
                .as("a new follower hears of those who left earlier")
                .contains("c", "d");
    }

    @Test
    void whoIsMissingInAWholeReadingIsGoneWithoutAGoodbye() {
        whole(Set.of(), entry("a", 1, "x"), entry("b", 1, "x"));
        Follower x = new Follower("x").ask();
        assertThat(whole(Set.of(), entry("b", 1, "x"))).containsExactly("x");
        x.ask();
        assertThat(x.entries.keySet()).containsExactly("b");
        assertThat(x.left).isEmpty();
        assertThat(x.whole).isEqualTo(1);
    }

    @Test
    void ofAllServicesTogetherTheLongestGoneAreForgotten() {
        catalogue = new LookupCatalogue(10);
        whole(Set.of(), entry("stays", 1, "s0", "s1", "s2", "s3"));
        Follower early = new Follower("s0").ask();
        Follower late = new Follower("s0");
        for (int i = 0; i < 100; i++) {
            change(Set.of(), Set.of(), entry("i" + i, 1, "s" + i % 4));
            change(Set.of("i" + i), Set.of("i" + i));
            assertThat(catalogue.gone()).isLessThanOrEqualTo(10);
            if (i == 95) {
                late.ask();
            }
        }
        assertThat(catalogue.rows("s3").goneSince(0, true)).contains("i99");
        early.ask();
        assertThat(early.whole).as("the whole list again").isEqualTo(2);
        assertThat(early.entries.keySet()).containsExactly("stays");
        late.ask();
        assertThat(late.whole).isEqualTo(1);
        assertThat(late.left).contains("i96");

        List<String> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add("all" + i);
            change(Set.of(), Set.of(), entry("all" + i, 1, "s0"));
        }
        change(Set.copyOf(all), Set.of());
        assertThat(catalogue.gone()).as("all at once").isLessThanOrEqualTo(10);
        assertThat(late.ask().entries.keySet()).containsExactly("stays");
    }

    @Test
    void nothingIsKnownBeforeARegistryHasAnswered() {
        assertThat(catalogue.isKnown()).isFalse();
        assertThat(catalogue.apply(CatalogueChange.unknown(0))).isEmpty();
        assertThat(catalogue.isKnown()).isFalse();
        whole(Set.of());
        assertThat(catalogue.isKnown()).isTrue();
    }

    @Test
    void whoWasAwayTooLongIsToldTheWholeList() {
        whole(Set.of(), entry("stays", 1, "x"));
        Follower x = new Follower("x").ask();
        for (int i = 0; i < Snapshot.MAX_GOODBYES + 10; i++) {
            change(Set.of(), Set.of(), entry("i" + i, 1, "x"));
            change(Set.of("i" + i), Set.of("i" + i));
        }
        x.ask();
        assertThat(x.whole).isEqualTo(2);
        assertThat(x.entries.keySet()).containsExactly("stays");
        assertThat(catalogue.rows("x").goneSince(0, true)).hasSize(Snapshot.MAX_GOODBYES);
    }

    /** Whatever happens and whenever a follower asks, it ends with what is true; over many seeds. */
    @Test
    void afterAnyChangesAFollowerHasWhatIsTrue() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom chance = new SplittableRandom(seed);
            LookupCatalogueTest run = new LookupCatalogueTest();
            TreeMap<String, Snapshot.Entry> truth = new TreeMap<>();
            run.whole(Set.of());
            List<Follower> followers = List.of(run.new Follower("x"), run.new Follower("y"), run.new Follower("z"));
            for (int step = 0; step < 60; step++) {
                run.step(chance, truth);
                for (Follower follower : followers) {
                    if (chance.nextInt(3) == 0) {
                        follower.ask();
                        TreeMap<String, Snapshot.Entry> offered = new TreeMap<>(truth);
                        offered.values().removeIf(entry -> !entry.instance().offers(ServiceId.of(follower.service)));
                        assertThat(follower.entries)
                                .as("seed %d, step %d, %s", seed, step, follower.service)
                                .isEqualTo(offered);
                    }
                }
            }
            assertThat(run.catalogue.size()).isEqualTo(truth.size());
        }
    }

    private void step(SplittableRandom chance, TreeMap<String, Snapshot.Entry> truth) {
        Map<String, Snapshot.Entry> changed = new TreeMap<>();
        Set<String> gone = new HashSet<>();
        for (int i = chance.nextInt(4); i >= 0; i--) {
            String uuid = "u" + chance.nextInt(15);
            gone.remove(uuid);
            changed.remove(uuid);
            if (chance.nextInt(3) == 0) {
                gone.add(uuid);
                truth.remove(uuid);
            } else {
                List<String> services = new ArrayList<>();
                for (String service : List.of("x", "y", "z")) {
                    if (chance.nextBoolean()) {
                        services.add(service);
                    }
                }
                Snapshot.Entry entry = entry(uuid, chance.nextInt(3), services.toArray(new String[0]));
                changed.put(uuid, entry);
                truth.put(uuid, entry);
            }
        }
        if (chance.nextInt(5) == 0) {
            whole(Set.of(), truth.values().toArray(new Snapshot.Entry[0]));
        } else {
            change(gone, Set.of(), changed.values().toArray(new Snapshot.Entry[0]));
        }
    }
}
