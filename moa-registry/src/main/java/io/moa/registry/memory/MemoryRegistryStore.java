package io.moa.registry.memory;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The place that the registries of one JVM share, and the desk at which an operator and a watcher work on it.
 *
 * <h2>Three facts, three writers</h2>
 *
 * <p>What a process announces comes from its {@link MemoryRegistry}; whether it is reachable comes from a watcher through
 * {@link #mark}; what an operator decides comes through {@link #decide} and the methods beside it. None overwrites
 * another. An operator's decision holds for the uuid, and for whatever registers for the same application at the same first
 * address later: so neither a heartbeat nor a restart undoes it. A watcher's mark lasts as long as the registration.
 *
 * <h2>Revisions</h2>
 *
 * <p>A service begins at revision 1, empty and known, and grows by one with every change of its entries. What changes
 * nothing, such as an update with equal facts, makes no revision and tells nobody. Entries are ordered by uuid.
 *
 * <h2>Outages</h2>
 *
 * <p>{@link #disconnect()} makes the store unreachable for every registry, as Redis may be, and {@link #reconnect()} ends
 * that: what the processes announced meanwhile takes effect in its order, then each subscription learns in one snapshot
 * what it missed.
 *
 * <p>Safe for many threads. Listeners are called on the thread that caused the change, or on one that is telling them of
 * another change already, and never under a lock. All methods here return before a listener on another thread is done.
 */
public final class MemoryRegistryStore {

    /** Where a process stands; outlives the process. */
    private record Place(String application, Address address) {}

    /** One announcement in force. Guarded by the store's lock. */
    static final class Announcement {
        Instance instance;
        boolean withdrawn;
        Liveness liveness = Liveness.ONLINE;
        boolean ended;
        boolean lost; // the store forgot it; its process does not know

        Announcement(Instance instance) {
            this.instance = instance;
        }
    }

    /** What a registry asked for while the store could not be reached. */
    private record Waiting(Runnable change, Runnable afterwards) {}

    /** One service: its entries, and who follows it. Guarded by the store's lock. */
    private static final class Service {
        final TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();
        final Set<MemorySubscription> subscriptions = new LinkedHashSet<>();
        final Goodbyes left = new Goodbyes();
        List<Snapshot.Entry> listed = List.of();
        Set<String> goodbyes = Set.of();
        long revision = 1;
    }

    /** The threads that are inside a listener; see {@link SerialDelivery}. */
    final Set<Thread> insideListeners = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();

    // All guarded by lock.
    private final Map<String, Announcement> announcements = new HashMap<>();
    private final Map<ServiceId, Service> services = new HashMap<>();
    private final Map<String, OperatorState> decisionsByUuid = new HashMap<>();
    private final Map<Place, OperatorState> decisionsByPlace = new HashMap<>();
    private final List<Waiting> untilReconnect = new ArrayList<>();
    private final Set<ServiceId> changed = new LinkedHashSet<>();
    private final MemoryCatalogue catalogue = new MemoryCatalogue();
    private final MemoryQuotas quotas = new MemoryQuotas(); // guards itself
    private boolean connected = true;

    CompletableFuture<List<QuotaSource.Share>> share(List<QuotaSource.Ask> asks, long nowMillis) {
        boolean reachable;
        synchronized (lock) {
            reachable = connected;
        }
        return quotas.ask(asks, nowMillis, reachable);
    }

    // ---- the operator's desk

    /**
     * Records what an operator decides about an instance, registered or not, in place of what was decided before.
     *
     * @param state {@link OperatorState#NONE} takes all decisions back
     */
    public void decide(String uuid, OperatorState state) {
        decide(uuid, before -> state);
    }

    /** Takes an instance out of service until {@link #online}; weight and tag stay. Idempotent. */
    public void offline(String uuid) {
        decide(uuid, before -> new OperatorState(true, before.weight(), before.tag()));
    }

    /** Takes {@link #offline} back; weight and tag stay. Idempotent. */
    public void online(String uuid) {
        decide(uuid, before -> new OperatorState(false, before.weight(), before.tag()));
    }

    /**
     * Replaces an instance's weight.
     *
     * @param weight 0 to 10,000, or null for the instance's own
     * @throws IllegalArgumentException if the weight is out of range
     */
    public void weight(String uuid, @Nullable Integer weight) {
        if (weight != null && (weight < 0 || weight > 10_000)) {
            throw new IllegalArgumentException("A weight is 0 to 10000, not " + weight);
        }
        decide(uuid, before -> new OperatorState(before.offline(), weight, before.tag()));
    }

    /**
     * Replaces an instance's tag.
     *
     * @param tag the tag, or null for the instance's own
     */
    public void tag(String uuid, @Nullable String tag) {
        decide(uuid, before -> new OperatorState(before.offline(), before.weight(), tag));
    }

    /** What an operator has decided about an instance; {@link OperatorState#NONE} if nothing. */
    public OperatorState decided(String uuid) {
        synchronized (lock) {
            return decisionOf(uuid);
        }
    }

    private void decide(String uuid, UnaryOperator<OperatorState> change) {
        change(() -> {
            OperatorState state = change.apply(decisionOf(uuid));
            Announcement announcement = announcements.get(uuid);
            keepDecision(uuid, announcement == null ? null : announcement.instance, state);
            if (announcement != null) {
                relist(announcement.instance, announcement, false);
            }
        });
    }

    // ---- the watcher's desk

    /**
     * Records what a watcher says of an instance. A new registration is online; a mark on what is not registered is
     * ignored.
     */
    public void mark(String uuid, Liveness liveness) {
        change(() -> {
            Announcement announcement = announcements.get(uuid);
            if (announcement != null) {
                announcement.liveness = liveness;
                relist(announcement.instance, announcement, false);
            }
        });
    }

    // ---- fate

    /**
     * Makes the store lose an instance, as one does that is emptied, or whose lease on a dead process lapses. It is not
     * listed any more, and nobody said goodbye. Its registration is inert, except that closing it says the goodbye that is
     * missing. Works during an outage too; does nothing if the uuid is not registered.
     */
    public void lose(String uuid) {
        lose(Set.of(uuid));
    }

    /** Makes the store {@linkplain #lose(String) lose} several instances in one change. */
    public void lose(Collection<String> uuids) {
        change(() -> {
            for (String uuid : uuids) {
                Announcement announcement = announcements.remove(uuid);
                if (announcement != null) {
                    announcement.lost = true;
                    relist(announcement.instance, null, false);
                }
            }
        });
    }

    /** The uuids of all that is registered. A copy. */
    public Set<String> registered() {
        synchronized (lock) {
            return Set.copyOf(announcements.keySet());
        }
    }

    // ---- outages

    /** Makes the store unreachable for every registry that uses it. The desks go on working. Idempotent. */
    public void disconnect() {
        synchronized (lock) {
            connected = false;
        }
    }

    /** Ends {@link #disconnect()}. Idempotent. */
    public void reconnect() {
        List<Runnable> told;
        List<Waiting> waited;
        synchronized (lock) {
            if (connected) {
                return;
            }
            waited = List.copyOf(untilReconnect);
            untilReconnect.clear();
            waited.forEach(waiting -> waiting.change().run());
            connected = true;
            // Whoever subscribed meanwhile knows nothing even of a service that did not change.
            changed.addAll(services.keySet());
            told = offerChanges();
        }
        told.forEach(Runnable::run);
        waited.forEach(waiting -> waiting.afterwards().run());
    }

    // ---- for the registries

    /** Runs a change that a registry asks for, now, or when the store can be reached again, under the lock. */
    void announce(Runnable change) {
        announce(change, () -> {});
    }

    /**
     * Runs a change that a registry asks for, now, or when the store can be reached again.
     *
     * @param change run under the lock
     * @param afterwards run once the change is in force, without the lock
     */
    void announce(Runnable change, Runnable afterwards) {
        List<Runnable> told;
        synchronized (lock) {
            if (!connected) {
                untilReconnect.add(new Waiting(change, afterwards));
                return;
            }
            change.run();
            told = offerChanges();
        }
        told.forEach(Runnable::run);
        afterwards.run();
    }

    /** Puts an instance in force, in place of what was announced for its uuid. Only within {@link #announce}. */
    void put(Announcement announcement) {
        if (announcement.ended) {
            return; // its registry was closed by another thread before this one came here
        }
        Instance instance = announcement.instance;
        Announcement before = announcements.put(instance.uuid(), announcement);
        if (before != null) {
            announcement.liveness = before.liveness;
        }
        settleDecision(instance, before == null ? null : before.instance);
        relist(before == null ? instance : before.instance, announcement, false);
    }

    /** Changes the facts of an announcement if it is in force. Only within {@link #announce}. */
    void update(Announcement announcement, Instance instance) {
        Instance before = announcement.instance;
        announcement.instance = instance;
        if (isInForce(announcement)) {
            settleDecision(instance, before);
            relist(before, announcement, true);
        }
    }

    /** Puts a process on or off the online list if its announcement is in force. Only within {@link #announce}. */
    void withdraw(Announcement announcement, boolean withdrawn) {
        announcement.withdrawn = withdrawn;
        if (isInForce(announcement)) {
            relist(announcement.instance, announcement, false);
        }
    }

    /** Takes an announcement away if it is in force. Only within {@link #announce}. */
    void remove(Announcement announcement) {
        announcement.ended = true;
        String uuid = announcement.instance.uuid();
        if (isInForce(announcement) || (announcement.lost && !announcements.containsKey(uuid))) {
            announcements.remove(uuid);
            relist(announcement.instance, null, true);
        }
    }

    private boolean isInForce(Announcement announcement) {
        return announcements.get(announcement.instance.uuid()) == announcement;
    }

    /** Begins a subscription; its first snapshot is queued, and the calling thread has to drain it. */
    void follow(MemorySubscription subscription) {
        synchronized (lock) {
            Service service = service(subscription.service());
            service.subscriptions.add(subscription);
            subscription.begin(connected ? service.revision : 0, service.listed, service.goodbyes);
        }
    }

    /** Ends a subscription; it is offered nothing any more. */
    void unfollow(MemorySubscription subscription) {
        synchronized (lock) {
            service(subscription.service()).subscriptions.remove(subscription);
        }
    }

    /** Begins to follow everything; the first change is queued, and the calling thread has to drain it. */
    void follow(MemoryCatalogueSubscription subscription) {
        synchronized (lock) {
            catalogue.follow(subscription, connected);
        }
    }

    /** Ends the following of everything. */
    void unfollow(MemoryCatalogueSubscription subscription) {
        synchronized (lock) {
            catalogue.unfollow(subscription);
        }
    }

    /** Whether what is known holds now. */
    boolean isConnected() {
        synchronized (lock) {
            return connected;
        }
    }

    // ---- inside

    private void change(Runnable change) {
        List<Runnable> told;
        synchronized (lock) {
            change.run();
            told = offerChanges();
        }
        told.forEach(Runnable::run);
    }

    /** Queues the news for those who follow what changed, and returns them; while disconnected, nobody. */
    private List<Runnable> offerChanges() {
        if (!connected) {
            return List.of(); // reconnect() tells everything at once
        }
        List<Runnable> told = catalogue.offerChanges();
        for (ServiceId id : changed) {
            Service service = service(id);
            for (MemorySubscription subscription : service.subscriptions) {
                if (subscription.offer(service.revision, service.listed, service.goodbyes)) {
                    told.add(subscription::drain);
                }
            }
        }
        changed.clear();
        return told;
    }

    /**
     * Brings the lists of all services that the process offered or offers up to date.
     *
     * @param goodbye whether a service that is not offered any more was given up by the process itself
     */
    private void relist(Instance before, @Nullable Announcement now, boolean goodbye) {
        String uuid = before.uuid();
        Set<ServiceId> touched = new HashSet<>();
        before.exports().forEach(export -> touched.add(export.service()));
        Snapshot.Entry shown = null;
        if (now != null) {
            now.instance.exports().forEach(export -> touched.add(export.service()));
            shown = new Snapshot.Entry(now.instance, now.withdrawn ? Liveness.OFFLINE : now.liveness, decisionOf(uuid));
        }
        for (ServiceId id : touched) {
            Service service = service(id);
            Snapshot.Entry entry = now != null && offers(now.instance, id) ? shown : null;
            Snapshot.Entry previous = entry == null ? service.entries.remove(uuid) : service.entries.put(uuid, entry);
            boolean says = (now != null && entry != null) ? now.withdrawn : goodbye;
            boolean goodbyesChanged = service.left.note(uuid, entry != null, says);
            if (goodbyesChanged) {
                service.goodbyes = service.left.all();
            }
            if (goodbyesChanged || !Objects.equals(previous, entry)) {
                service.listed = List.copyOf(service.entries.values());
                service.revision++;
                changed.add(id);
            }
        }
        catalogue.note(uuid, shown, now != null ? now.withdrawn : goodbye);
    }

    private static boolean offers(Instance instance, ServiceId id) {
        for (ServiceExport export : instance.exports()) {
            if (export.service().equals(id)) {
                return true;
            }
        }
        return false;
    }

    private Service service(ServiceId id) {
        return services.computeIfAbsent(id, key -> new Service());
    }

    private OperatorState decisionOf(String uuid) {
        return decisionsByUuid.getOrDefault(uuid, OperatorState.NONE);
    }

    /** Lets a decision follow a process to a new address, and a process find the decision made at its address. */
    private void settleDecision(Instance instance, @Nullable Instance before) {
        Place place = placeOf(instance);
        Place left = before == null ? null : placeOf(before);
        if (left != null && !left.equals(place)) {
            decisionsByPlace.remove(left);
        }
        OperatorState state = decisionsByUuid.get(instance.uuid());
        if (state == null && place != null) {
            state = decisionsByPlace.get(place);
        }
        if (state != null) {
            keepDecision(instance.uuid(), instance, state);
        }
    }

    private void keepDecision(String uuid, @Nullable Instance instance, OperatorState state) {
        Place place = instance == null ? null : placeOf(instance);
        if (state.equals(OperatorState.NONE)) {
            decisionsByUuid.remove(uuid);
            if (place != null) {
                decisionsByPlace.remove(place);
            }
        } else {
            decisionsByUuid.put(uuid, state);
            if (place != null) {
                decisionsByPlace.put(place, state);
            }
        }
    }

    private static @Nullable Place placeOf(Instance instance) {
        return instance.addresses().isEmpty()
                ? null
                : new Place(instance.application(), instance.addresses().get(0));
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "MemoryRegistryStore[" + announcements.size() + " instances"
                    + (connected ? "" : ", disconnected, " + untilReconnect.size() + " changes waiting") + "]";
        }
    }
}
