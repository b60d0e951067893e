package io.moa.node.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Snapshot;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What 20,000 processes of 2,000 services take of a lookup's heap, counted as live bytes after full collections. The order of
 * magnitude is what the bound is for: the JVM counts what else lives, too.
 */
class LookupHeapTest {

    private static final int SERVICES = 2_000;
    private static final int INSTANCES = 20_000;
    private static final long BOUND = 40L << 20;

    private final LookupPopulation population = new LookupPopulation(SERVICES, INSTANCES);

    private static long live() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    @Test
    void theWholeCatalogueFitsIntoFortyMebibytes() {
        new LookupCatalogue().apply(population.whole(1)); // the classes it needs are no part of it
        long before = live();
        LookupCatalogue catalogue = new LookupCatalogue();
        catalogue.apply(population.whole(1));
        long alone = live() - before;

        // A registry keeps what it told; the worst case is one that shares nothing with the catalogue.
        TreeMap<String, Snapshot.Entry> registry = new TreeMap<>();
        for (int i = 0; i < INSTANCES; i++) {
            Snapshot.Entry entry = population.entry(i);
            registry.put(entry.instance().uuid(), entry);
        }
        long both = live() - before;
        System.out.printf(
                "Lookup: %,d processes of %,d services take %.1f MiB of live heap in the catalogue (%,d bytes each);"
                        + " with a registry beside it that shares no text %.1f MiB%n",
                INSTANCES, SERVICES, alone / 1048576.0, alone / INSTANCES, both / 1048576.0);
        assertThat(catalogue.size()).isEqualTo(INSTANCES);
        assertThat(catalogue.offered()).isEqualTo(SERVICES);
        assertThat(alone).isLessThan(BOUND / 2);
        assertThat(both).isLessThan(BOUND);
        Reference.reachabilityFence(registry);
        Reference.reachabilityFence(catalogue);
    }

    /** A duration is printed and not bounded; the work is: what did not change is neither copied nor told. */
    @Test
    void aFullRefreshOfWhatIsKnownChangesNothing() {
        LookupCatalogue catalogue = new LookupCatalogue();
        List<CatalogueChange> readings = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            readings.add(population.whole(i));
        }
        assertThat(catalogue.apply(readings.get(0))).hasSize(SERVICES);
        ServiceRows rows = catalogue.rows(LookupPopulation.service(7));
        long least = Long.MAX_VALUE;
        for (CatalogueChange reading : readings.subList(1, readings.size())) {
            long begun = System.nanoTime();
            assertThat(catalogue.apply(reading)).isEmpty();
            least = Math.min(least, System.nanoTime() - begun);
        }
        System.out.printf(
                "Lookup: a full refresh of %,d processes takes %.0f ms at best of %d%n",
                INSTANCES, least / 1e6, readings.size() - 1);
        assertThat(catalogue.rows(LookupPopulation.service(7))).isSameAs(rows);
    }
}
