package io.moa.node.lookup;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Everything that a lookup knows: for each service its {@link ServiceRows}. What many processes say alike is kept once. One
 * thread at a time changes it; any number read, and wait for nobody.
 */
final class LookupCatalogue {

    /** So many services that nobody offers any more are remembered, with who left them. */
    private static final int EMPTY_SERVICES = 10_000;

    /**
     * So many who are gone are remembered in all, each once for every service that it offered; when there are more, the half that
     * has been gone longest is forgotten. Two and a half times the processes that a lookup is measured with, so that a restart of
     * all of them fits; whoever comes back with an older revision is told the whole list.
     */
    static final int MAX_GONE = 50_000;

    private final int maxGone;
    private final ConcurrentSkipListMap<String, ServiceRows> services = new ConcurrentSkipListMap<>();
    private volatile boolean known;
    private volatile long revision = 1; // that of what nobody has ever heard of
    private volatile int size;
    private volatile String source = "none";

    // Guarded by this.
    private final Map<String, Snapshot.Entry> byUuid = new HashMap<>();
    private final Map<Object, Object> shared = new HashMap<>();
    private final Set<String> leaving = new HashSet<>(); // of the known, those that said goodbye
    private final LinkedHashSet<String> empty = new LinkedHashSet<>();
    private int sharedOnce;
    private int gone;

    LookupCatalogue() {
        this(MAX_GONE);
    }

    /** One that remembers so many who are gone. */
    LookupCatalogue(int maxGone) {
        this.maxGone = maxGone;
    }

    /**
     * Takes what the registry tells.
     *
     * @return the services of which something changed
     */
    synchronized Set<String> apply(CatalogueChange change) {
        if (change.isUnknown()) {
            return Set.of();
        }
        Map<String, Map<String, ServiceRows.Stand>> changes = new HashMap<>();
        if (shared.size() > 2 * sharedOnce + 10_000) {
            shared.clear(); // much of it may be of processes that are gone
            sharedOnce = 0;
        }
        Set<String> listed = new HashSet<>();
        for (Snapshot.Entry told : change.changed()) {
            String uuid = told.instance().uuid();
            boolean goodbye = change.goodbyes().contains(uuid);
            boolean newly = goodbye ? leaving.add(uuid) : leaving.remove(uuid);
            Snapshot.Entry before = byUuid.get(uuid);
            if (change.whole()) {
                listed.add(uuid);
            }
            if (told.equals(before) && !newly) {
                continue;
            }
            Snapshot.Entry entry = sharing(told);
            byUuid.put(uuid, entry);
            if (before != null
                    && !same(before.instance().exports(), entry.instance().exports())) {
                leave(changes, before, true); // what it offers no more it gave up itself
            }
            for (ServiceExport export : entry.instance().exports()) {
                stand(changes, export.service(), uuid, new ServiceRows.Stand(entry, goodbye));
            }
        }
        if (change.whole()) {
            for (Iterator<Snapshot.Entry> all = byUuid.values().iterator(); all.hasNext(); ) {
                Snapshot.Entry before = all.next();
                if (!listed.contains(before.instance().uuid())) {
                    all.remove();
                    leave(changes, before, leaving.remove(before.instance().uuid()));
                }
            }
            sharedOnce = Math.max(sharedOnce, shared.size());
        }
        for (String uuid : change.gone()) {
            Snapshot.Entry before = byUuid.remove(uuid);
            boolean left = leaving.remove(uuid) || change.goodbyes().contains(uuid);
            if (before != null) {
                leave(changes, before, left); // who went offline and is lost then has left all the same
            }
        }
        return publish(changes, change);
    }

    private Set<String> publish(Map<String, Map<String, ServiceRows.Stand>> changes, CatalogueChange change) {
        long next = revision + 1;
        Set<String> changed = new HashSet<>();
        revision = next; // first: nobody may find a row of a revision that is still to come
        changes.forEach((service, stands) -> {
            ServiceRows before = services.getOrDefault(service, ServiceRows.NOBODY);
            ServiceRows after = before.with(stands, next);
            if (after != before) {
                services.put(service, after);
                gone += after.goneCount() - before.goneCount();
                changed.add(service);
                empty.remove(service);
                if (after.size() == 0) {
                    empty.add(service);
                }
            }
        });
        while (empty.size() > EMPTY_SERVICES) {
            String oldest = empty.iterator().next();
            empty.remove(oldest);
            ServiceRows removed = services.remove(oldest);
            gone -= removed == null ? 0 : removed.goneCount();
        }
        if (gone > maxGone) {
            forgetTheLongestGone();
        }
        size = byUuid.size();
        source = change.source();
        known = true;
        return changed;
    }

    private void forgetTheLongestGone() {
        long[] since = services.values().stream()
                .flatMapToLong(rows -> Arrays.stream(rows.goneSince()))
                .sorted()
                .toArray();
        long middle = since[since.length - maxGone / 2];
        forgetEarlier(middle);
        if (gone > maxGone) {
            forgetEarlier(middle + 1); // most of them went with one change
        }
    }

    private void forgetEarlier(long earlierThan) {
        gone = 0;
        services.replaceAll((service, rows) -> {
            ServiceRows after = rows.forgetting(earlierThan);
            gone += after.goneCount();
            return after;
        });
    }

    /** How many who are gone are remembered. */
    synchronized int gone() {
        return gone;
    }

    private static void leave(
            Map<String, Map<String, ServiceRows.Stand>> changes, Snapshot.Entry before, boolean goodbye) {
        for (ServiceExport export : before.instance().exports()) {
            stand(changes, export.service(), before.instance().uuid(), new ServiceRows.Stand(null, goodbye));
        }
    }

    private static void stand(
            Map<String, Map<String, ServiceRows.Stand>> changes,
            ServiceId service,
            String uuid,
            ServiceRows.Stand stand) {
        changes.computeIfAbsent(service.toString(), any -> new HashMap<>()).put(uuid, stand);
    }

    /** The same entry, of parts that others have too: a thousand processes of one application say the same of much. */
    private Snapshot.Entry sharing(Snapshot.Entry entry) {
        Instance i = entry.instance();
        String application = share(i.application());
        String host = share(i.host());
        var protocols = share(i.protocols());
        var exports = share(i.exports());
        var labels = share(i.labels());
        var metadata = share(i.metadata());
        boolean shares = same(application, i.application())
                && same(host, i.host())
                && same(protocols, i.protocols())
                && same(exports, i.exports())
                && same(labels, i.labels())
                && same(metadata, i.metadata());
        return shares
                ? entry // of the registry's own parts, so both keep one
                : new Snapshot.Entry(
                        new Instance(
                                i.uuid(),
                                application,
                                host,
                                i.addresses(),
                                protocols,
                                exports,
                                i.weight(),
                                i.startedAtEpochMillis(),
                                i.warmUpMillis(),
                                labels,
                                metadata),
                        entry.liveness(),
                        entry.operator());
    }

    /** Whether it is one object, not only an equal one. */
    private static boolean same(Object one, Object other) {
        return one == other;
    }

    @SuppressWarnings("unchecked")
    private <T> T share(T part) {
        Object before = shared.putIfAbsent(part, part);
        return before == null ? part : (T) before; // equal, and of the same kind: a text, a list, a set or a map
    }

    /** Whether a registry has told of anything, an empty catalogue included. */
    boolean isKnown() {
        return known;
    }

    /** Who told it, for people. */
    String source() {
        return source;
    }

    /** The revision of the latest change. */
    long revision() {
        return revision;
    }

    /** How many processes are known. */
    int size() {
        return size;
    }

    /** Who offers a service, by its name as {@link ServiceId} writes it. */
    ServiceRows rows(String service) {
        return services.getOrDefault(service, ServiceRows.NOBODY);
    }

    /** The services behind a name, in order, those that nobody offers any more among them. */
    Iterable<Map.Entry<String, ServiceRows>> behind(String service) {
        return services.tailMap(service, false).entrySet();
    }

    /** How many services somebody offers. */
    int offered() {
        synchronized (this) {
            return services.size() - empty.size();
        }
    }
}
