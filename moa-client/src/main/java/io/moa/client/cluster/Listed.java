package io.moa.client.cluster;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.ListChange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is listed by the services that a client follows, and by how many of them, so that a word about one service costs no look
 * at all the others. Safe for many threads.
 */
final class Listed {

    /**
     * What is told of an instance.
     *
     * @param instance as it was told last
     * @param knownSinceNanos when it was told first
     */
    record Told(Instance instance, long knownSinceNanos) {}

    private static final class Listing {
        final long sinceNanos;
        Instance latest;
        int services;

        Listing(Instance latest, long sinceNanos) {
            this.latest = latest;
            this.sinceNanos = sinceNanos;
        }
    }

    // Guarded by this.
    private final Map<ServiceId, List<Snapshot.Entry>> told = new HashMap<>();
    private final Map<String, Listing> byInstance = new HashMap<>();

    /**
     * Takes who is listed for a service now.
     *
     * @return the uuids of those that came, left or changed
     */
    synchronized Set<String> take(ServiceId service, List<Snapshot.Entry> entries, long nowNanos) {
        List<Snapshot.Entry> former = entries.isEmpty() ? told.remove(service) : told.put(service, entries);
        if (former == entries) {
            return Set.of(); // time has passed, and nothing else
        }
        ListChange change = ListChange.between(former == null ? List.of() : former, entries);
        Set<String> different = new HashSet<>();
        for (Snapshot.Entry entry : change.came()) {
            Instance instance = entry.instance();
            Listing listing = byInstance.computeIfAbsent(instance.uuid(), any -> new Listing(instance, nowNanos));
            listing.latest = instance;
            listing.services++;
            different.add(instance.uuid());
        }
        for (ListChange.Replaced each : change.changed()) {
            Instance instance = each.now().instance();
            Listing listing = byInstance.get(instance.uuid());
            if (listing != null && !instance.equals(each.before().instance())) {
                listing.latest = instance;
                different.add(instance.uuid());
            }
        }
        for (Snapshot.Entry entry : change.left()) {
            String uuid = entry.instance().uuid();
            Listing listing = byInstance.get(uuid);
            if (listing != null && --listing.services == 0) {
                byInstance.remove(uuid);
                different.add(uuid);
            }
        }
        return different;
    }

    /** What is told of an instance; null if no service lists it. */
    synchronized @Nullable Told of(String uuid) {
        Listing listing = byInstance.get(uuid);
        return listing == null ? null : new Told(listing.latest, listing.sinceNanos);
    }
}
