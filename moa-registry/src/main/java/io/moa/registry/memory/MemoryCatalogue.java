package io.moa.registry.memory;

import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All processes of a store, for those who follow everything. Guarded by the store's lock. */
final class MemoryCatalogue {

    private final TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();
    private final Set<String> goodbyes = new HashSet<>(); // of listed ones, and of those that left since the last offer
    private final TreeSet<String> touched = new TreeSet<>();
    private final Set<MemoryCatalogueSubscription> subscriptions = new LinkedHashSet<>();
    private long revision = 1;

    /** Notes how a process stands now; null if it is not registered. */
    void note(String uuid, Snapshot.@Nullable Entry entry, boolean goodbye) {
        Snapshot.Entry before = entry == null ? entries.remove(uuid) : entries.put(uuid, entry);
        boolean said = goodbye ? goodbyes.add(uuid) : (entry != null && goodbyes.remove(uuid));
        if (said || !Objects.equals(before, entry)) {
            touched.add(uuid);
        }
    }

    void follow(MemoryCatalogueSubscription subscription, boolean connected) {
        subscriptions.add(subscription);
        if (connected) {
            subscription.offerWhole(revision, List.copyOf(entries.values()), goodbyesOf(entries.keySet()));
        } else {
            subscription.offerUnknown();
        }
    }

    void unfollow(MemoryCatalogueSubscription subscription) {
        subscriptions.remove(subscription);
    }

    /** Queues the news for everybody; returns what hands them over. */
    List<Runnable> offerChanges() {
        List<Snapshot.Entry> changed = new ArrayList<>();
        Set<String> gone = new LinkedHashSet<>();
        for (String uuid : touched) {
            Snapshot.Entry entry = entries.get(uuid);
            if (entry != null) {
                changed.add(entry);
            } else {
                gone.add(uuid);
            }
        }
        if (!touched.isEmpty()) {
            revision++;
        }
        List<Runnable> drains = new ArrayList<>();
        for (MemoryCatalogueSubscription subscription : subscriptions) {
            if (subscription.isUnknown()) {
                subscription.offerWhole(revision, List.copyOf(entries.values()), goodbyesOf(entries.keySet()));
                drains.add(subscription::drain);
            } else if (!touched.isEmpty()) {
                subscription.offer(revision, changed, gone, goodbyesOf(touched));
                drains.add(subscription::drain);
            }
        }
        goodbyes.removeAll(gone);
        touched.clear();
        return drains;
    }

    private Set<String> goodbyesOf(Set<String> uuids) {
        Set<String> some = new HashSet<>(goodbyes);
        some.retainAll(uuids);
        return some;
    }
}
