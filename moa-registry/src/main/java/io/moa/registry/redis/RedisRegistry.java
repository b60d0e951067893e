package io.moa.registry.redis;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.watch.Complaint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A registry in Redis. What is stored and what happens when Redis is away, empty, slow or failed over is told in
 * {@code docs/registry.md}.
 *
 * <p>Beyond the contract of {@link Registry}: {@code register} and {@code subscribe} on a closed registry throw
 * {@link IllegalStateException}; {@code register} and {@code update} throw {@link IllegalArgumentException} for what no other
 * process could use, such as a record over 16 KiB, port 0 or the address 0.0.0.0. A registration that was replaced or closed
 * is inert. Snapshots say what was read, however little that is: who uses them decides what to believe of a list that
 * shrank. Listeners run on the link's thread, or on the one that subscribes; one that blocks delays the heartbeat.
 *
 * <p>Safe for many threads.
 */
public final class RedisRegistry implements Registry {

    private final RedisLink link;
    private final boolean ownsLink;
    private final BadEntries bad;
    private final RegistryChore chore;
    private final RedisWatchStore complaints;
    private final RedisQuotas quotas;
    private final AtomicLong revisions = new AtomicLong();
    private final AtomicLong repairs = new AtomicLong();
    private final AtomicLong fullReads = new AtomicLong();
    private final Set<Thread> insideListeners = ConcurrentHashMap.newKeySet();
    private final String source;

    private final Object lock = new Object();
    private final Map<String, Announcement> announcements = new HashMap<>(); // guarded by lock
    private final Map<ServiceId, FollowedService> followed = new HashMap<>(); // guarded by lock
    private final Map<String, FollowedService> byChannel = new HashMap<>(); // guarded by lock
    private @Nullable RedisCatalogue catalogue; // guarded by lock
    private boolean closed; // guarded by lock

    private RedisRegistry(RedisLink link, boolean ownsLink) {
        this.link = link;
        this.ownsLink = ownsLink;
        this.source = "redis " + link.where();
        this.bad = new BadEntries(link.where());
        this.chore = new RegistryChore(this, link, bad);
        this.complaints = new RedisWatchStore(link);
        this.quotas = new RedisQuotas(link);
        link.add(chore);
    }

    @Override
    public List<Address.Tcp> nodes() {
        return link.config().nodes();
    }

    /** A registry over a link that others share; whoever opened the link closes it, after the registry. */
    public static RedisRegistry over(RedisLink link) {
        return new RedisRegistry(link, false);
    }

    /** A registry with a link of its own, which it closes, and which begins to connect at once. */
    public static RedisRegistry open(RedisConfig config) {
        RedisLink link = RedisLink.open(config);
        link.prepare();
        return new RedisRegistry(link, true);
    }

    @Override
    public Registration register(Instance instance) {
        Announcement announcement;
        synchronized (lock) {
            checkOpen();
            RegistrationStamp stamp = RegistrationStamp.at(link.clock().millis(), link.random());
            announcement = new Announcement(this, instance, stamp, announcements.get(instance.uuid()));
            announcements.put(instance.uuid(), announcement);
        }
        link.wake();
        return announcement;
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        RedisSubscription subscription;
        synchronized (lock) {
            checkOpen();
            FollowedService followedService = followed.computeIfAbsent(
                    service,
                    key -> new FollowedService(
                            key,
                            Snapshot.unknown(key, link.ticker().nanos()),
                            link.config().coalesce()));
            byChannel.put(link.keys().hint(service), followedService);
            subscription = new RedisSubscription(this, followedService.snapshot, listener, insideListeners);
            followedService.subscriptions.add(subscription);
        }
        link.wake();
        subscription.drainFirst();
        return subscription;
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        RedisCatalogue followed;
        synchronized (lock) {
            checkOpen();
            if (catalogue == null) {
                catalogue = new RedisCatalogue(link, bad);
            }
            followed = catalogue;
        }
        return followed.follow(listener);
    }

    /** Hints of at most {@value Registry#MAX_COMPLAINTS} instances; what cannot be written within 5 s is dropped. */
    @Override
    public void complain(String consumer, List<Unreachable> instances) {
        complaints.complain(instances.stream()
                .limit(MAX_COMPLAINTS)
                .map(each -> new Complaint(consumer, each.uuid(), each.reason()))
                .toList());
    }

    /** One script for all that a process asks at once, on the link's thread; it fails if there is no answer within 5 s. */
    @Override
    public QuotaSource quotas() {
        return quotas;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("This registry is closed; nothing can begin in it any more");
        }
    }

    /** How many entries were passed over because they could not be used; one that is read again counts again. */
    public long badEntries() {
        return bad.count();
    }

    /** How often a heartbeat found that Redis had forgotten something, and everything was written again. */
    public long repairs() {
        return repairs.get();
    }

    /** How many whole lists were read. */
    public long fullReads() {
        return fullReads.get();
    }

    /**
     * Ends everything begun here. Withdrawals are sent by the link's thread; with a link of its own, this waits for them as
     * {@link RedisLink#close()} says. Idempotent.
     */
    @Override
    public void close() {
        List<RedisSubscription> subscriptions;
        List<Announcement> open;
        RedisCatalogue everything;
        synchronized (lock) {
            closed = true;
            subscriptions = followed.values().stream()
                    .flatMap(service -> service.subscriptions.stream())
                    .toList();
            open = List.copyOf(announcements.values());
            everything = catalogue;
        }
        if (everything != null) {
            everything.close();
        }
        // The own listeners first: they need not hear how the own registrations go.
        subscriptions.forEach(RedisSubscription::close);
        open.forEach(Announcement::close);
        link.wake();
        if (ownsLink) {
            link.close();
        }
    }

    // ---- for the chore and the subscriptions

    RedisLink link() {
        return link;
    }

    void repaired() {
        repairs.incrementAndGet();
    }

    void countFullRead() {
        fullReads.incrementAndGet();
    }

    void forget(RedisSubscription subscription) {
        synchronized (lock) {
            FollowedService service = followed.get(subscription.service());
            if (service != null) {
                service.subscriptions.remove(subscription);
                if (service.subscriptions.isEmpty()) {
                    followed.remove(subscription.service());
                    byChannel.remove(link.keys().hint(subscription.service()));
                }
            }
        }
        link.wake();
    }

    List<Announcement> announcements() {
        synchronized (lock) {
            return List.copyOf(announcements.values());
        }
    }

    List<FollowedService> followed() {
        synchronized (lock) {
            return List.copyOf(followed.values());
        }
    }

    Set<String> channels() {
        synchronized (lock) {
            return Set.copyOf(byChannel.keySet());
        }
    }

    void over(Announcement announcement) {
        synchronized (lock) {
            announcements.remove(announcement.uuid(), announcement);
        }
    }

    /** Whether nothing is left to do for ever. */
    boolean isDone() {
        synchronized (lock) {
            return closed && announcements.isEmpty();
        }
    }

    /** Notes that something may have changed in the service of a channel; whether the link's thread does not know of it yet. */
    boolean hint(String channel, long now) {
        synchronized (lock) {
            FollowedService service = byChannel.get(channel);
            if (service == null) {
                return false;
            }
            if (service.hinted) {
                return false; // the link's thread knows already when to look
            }
            service.hinted = true;
            service.lookAt = now + service.pace.windowNanos(now);
            return true;
        }
    }

    /** When the first hint that was not followed yet is to be followed; null if there is none. */
    @Nullable
    Long firstLook() {
        synchronized (lock) {
            Long first = null;
            for (FollowedService service : followed.values()) {
                if (service.hinted && (first == null || service.lookAt - first < 0)) {
                    first = service.lookAt;
                }
            }
            return first;
        }
    }

    /**
     * Takes the hint of a service if it is to be followed now; whether there was one.
     *
     * @param early whether it is looked at in any case
     */
    boolean takeHint(FollowedService service, long now, boolean early) {
        synchronized (lock) {
            if (!service.hinted || (!early && service.lookAt - now > 0)) {
                return false;
            }
            service.hinted = false;
            service.pace.looked(now);
            return true;
        }
    }

    /**
     * Publishes what was read of a service, if it is something new.
     *
     * @param entries the list, or null for "as before"
     * @param asOfNanos when the reading began
     */
    void publish(FollowedService service, @Nullable List<Snapshot.Entry> entries, long asOfNanos) {
        Set<String> goodbyes = service.goodbyes();
        List<RedisSubscription> told;
        synchronized (lock) {
            Snapshot before = service.snapshot;
            if (entries == null
                    || (!before.isUnknown()
                            && before.entries().equals(entries)
                            && before.goodbyes().equals(goodbyes))) {
                if (before.isUnknown()) {
                    return;
                }
                service.snapshot = new Snapshot(
                        service.service, before.revision(), before.entries(), asOfNanos, source, before.goodbyes());
                service.subscriptions.forEach(subscription -> subscription.confirm(service.snapshot));
                return;
            }
            service.snapshot =
                    new Snapshot(service.service, revisions.incrementAndGet(), entries, asOfNanos, source, goodbyes);
            service.subscriptions.forEach(subscription -> subscription.offer(service.snapshot));
            told = List.copyOf(service.subscriptions);
        }
        told.forEach(RedisSubscription::drain);
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "RedisRegistry[" + announcements.size() + " registrations, " + followed.size()
                    + " services followed, " + bad.count() + " bad entries, " + link + "]";
        }
    }
}
