package io.moa.benchmarks.faults;

import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.WatchStore;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What watchers changed, by the evidence that every change leaves behind. A mark only tells what is so at this moment; one that
 * was taken away again in the meantime was wrong all the same. Used by one thread.
 */
final class Changes {

    private final WatchStore store;
    private final Set<Evidence> all = new LinkedHashSet<>();

    Changes(WatchStore store) {
        this.store = store;
    }

    /**
     * Reads what is new about these instances. The store keeps the last {@value WatchStore#MAX_EVIDENCE} changes of each, so this is
     * to be called at least that often.
     */
    Changes read(Collection<String> uuids) throws Exception {
        for (String uuid : uuids) {
            all.addAll(store.evidence(uuid).get(30, TimeUnit.SECONDS));
        }
        return this;
    }

    /** All that was read so far. */
    Set<Evidence> all() {
        return Set.copyOf(all);
    }

    /** How many there were about one instance. */
    long of(String uuid) {
        return all.stream().filter(each -> each.uuid().equals(uuid)).count();
    }

    /** How often one was taken off the online list, or its record away. */
    long removals() {
        return all.stream().filter(Changes::removes).count();
    }

    /** The same, of these instances alone. */
    long removals(Collection<String> uuids) {
        return all.stream()
                .filter(Changes::removes)
                .filter(each -> uuids.contains(each.uuid()))
                .count();
    }

    private static boolean removes(Evidence evidence) {
        return evidence.change() == Change.REMOVE || evidence.change() == Change.FORGET;
    }
}
