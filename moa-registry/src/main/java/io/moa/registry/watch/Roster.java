package io.moa.registry.watch;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.ServiceExport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who is registered, as the store's listings say: all instances, not only those of the own parts. Guarded by the watcher's lock. */
final class Roster {

    private static final int BATCH = 1_000;

    /** How often a record that could not be read is read again all the same: it may only have been away for a moment. */
    private static final long AGAIN_NANOS = 60_000_000_000L;

    private final Watcher watcher;
    private final WatchStore store;
    private final Map<String, Watched> all = new HashMap<>();
    private final Map<String, Integer> serviceSizes = new HashMap<>();
    private final Map<String, Long> unreadable = new HashMap<>(); // uuid → the revision at which it could not be read
    private long forgotUnreadableNanos;
    private boolean listing;
    private boolean listed;
    private long listedNanos; // when the last listing came that did

    Roster(Watcher watcher, WatchStore store) {
        this.watcher = watcher;
        this.store = store;
    }

    /** Everybody. The order is the same for the same instances, and the collection is a view. */
    Collection<Watched> all() {
        return all.values();
    }

    @Nullable
    Watched of(String uuid) {
        return all.get(uuid);
    }

    /** How many instances offer a service. */
    int sizeOf(String service) {
        return serviceSizes.getOrDefault(service, 0);
    }

    int size() {
        return all.size();
    }

    void clear() {
        all.clear();
        unreadable.clear();
    }

    /** How long ago it was learnt who is registered, in milliseconds; -1 for never. */
    long listedAgeMillis(long now) {
        return listed ? (now - listedNanos) / 1_000_000 : -1;
    }

    /** Whether a listing is on its way. */
    boolean isListing() {
        return listing;
    }

    /** Asks the store who is registered. */
    void list(long now, List<Runnable> outside) {
        listing = true;
        outside.add(() -> watcher.ask(
                store.list(),
                (found, more) -> {
                    listing = false;
                    learn(found, now, more);
                },
                () -> listing = false));
    }

    private void learn(Listing found, long askedNanos, List<Runnable> outside) {
        listed = true;
        listedNanos = watcher.nanos();
        List<String> unknown = new ArrayList<>();
        found.revisions().forEach((uuid, revision) -> {
            Watched known = all.get(uuid);
            if ((known == null || known.revision != revision) && !revision.equals(unreadable.get(uuid))) {
                unknown.add(uuid);
            }
        });
        unreadable.keySet().retainAll(found.revisions().keySet());
        if (watcher.nanos() - forgotUnreadableNanos >= AGAIN_NANOS) {
            forgotUnreadableNanos = watcher.nanos();
            unreadable.clear();
        }
        all.values().removeIf(each -> {
            boolean gone = !found.revisions().containsKey(each.uuid);
            if (gone) {
                count(each.instance, -1);
                each.discard();
            }
            return gone;
        });
        long now = watcher.nanos();
        for (Watched each : all.values()) {
            // A listing from before a change of ours does not know of it.
            if (!each.writing && !(each.written && each.writtenNanos - askedNanos >= 0)) {
                each.mark(found.marks().getOrDefault(each.uuid, Liveness.ONLINE), now);
            }
        }
        for (int from = 0; from < unknown.size(); from += BATCH) {
            List<String> batch = List.copyOf(unknown.subList(from, Math.min(unknown.size(), from + BATCH)));
            outside.add(() ->
                    watcher.ask(store.read(batch), (instances, more) -> learn(batch, instances, found), () -> {}));
        }
    }

    private void learn(List<String> asked, Map<String, Registered> instances, Listing listing) {
        for (String uuid : asked) {
            Registered found = instances.get(uuid);
            if (found != null) {
                unreadable.remove(uuid);
                learn(found, listing);
            } else {
                unreadable.put(uuid, listing.revisions().getOrDefault(uuid, 0L));
            }
        }
    }

    private void learn(Registered registered, Listing listing) {
        Instance instance = registered.instance();
        long now = watcher.nanos();
        long revision = listing.revisions().getOrDefault(instance.uuid(), 0L);
        Watched known = all.get(instance.uuid());
        count(instance, 1);
        if (known != null) {
            count(known.instance, -1);
            known.instance = instance;
            known.revision = revision;
            known.withdrawn = registered.withdrawn();
            return;
        }
        Watched fresh = new Watched(instance, revision);
        fresh.withdrawn = registered.withdrawn();
        fresh.mark(listing.marks().getOrDefault(fresh.uuid, Liveness.ONLINE), now);
        all.put(fresh.uuid, fresh);
        watcher.appeared(fresh, now);
    }

    private void count(Instance instance, int by) {
        for (String service : services(instance)) {
            serviceSizes.merge(service, by, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
        }
    }

    /** The services of an instance, by name. */
    static Set<String> services(Instance instance) {
        Set<String> services = new HashSet<>();
        for (ServiceExport export : instance.exports()) {
            services.add(export.service().toString());
        }
        return services;
    }
}
