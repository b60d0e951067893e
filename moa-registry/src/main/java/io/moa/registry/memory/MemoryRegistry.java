package io.moa.registry.memory;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Ticker;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one part of a JVM holds of a {@link MemoryRegistryStore}: its registrations and subscriptions, and nobody else's.
 * Closing it withdraws just these, so several parts stand beside each other as processes would.
 *
 * <p>Beyond the contract of {@link Registry}: {@code register} and {@code subscribe} on a closed registry throw
 * {@link IllegalStateException}. A registration that was replaced or closed is inert, its methods do nothing. A process
 * that went {@linkplain Registry.Registration#offline() offline} stays listed, not online, until it closes. Closing waits
 * for a running listener, except inside a listener of the same store.
 *
 * <p>Safe for many threads.
 */
public final class MemoryRegistry implements Registry {

    /** What snapshots name as their source. */
    public static final String SOURCE = "memory";

    private final MemoryRegistryStore store;
    private final Ticker ticker;
    private final Set<MemoryRegistration> registrations = ConcurrentHashMap.newKeySet();
    private final Set<MemorySubscription> subscriptions = ConcurrentHashMap.newKeySet();
    private final Set<MemoryCatalogueSubscription> followings = ConcurrentHashMap.newKeySet();
    private final Map<ServiceId, Snapshot> lastKnown = new ConcurrentHashMap<>();

    // Nothing may begin beside the closing and be missed by it. No listener runs under this lock.
    private final Object closing = new Object();
    private boolean closed; // guarded by closing

    /**
     * A registry over a store that others may share.
     *
     * @param ticker stamps the snapshots
     */
    public MemoryRegistry(MemoryRegistryStore store, Ticker ticker) {
        this.store = store;
        this.ticker = ticker;
    }

    /**
     * A registry over a store of its own.
     *
     * @param ticker stamps the snapshots
     */
    public MemoryRegistry(Ticker ticker) {
        this(new MemoryRegistryStore(), ticker);
    }

    /** The store, to be shared with other parts or worked on as an operator. */
    public MemoryRegistryStore store() {
        return store;
    }

    @Override
    public Registration register(Instance instance) {
        MemoryRegistration registration = new MemoryRegistration(instance);
        begin(() -> registrations.add(registration));
        registration.announce();
        return registration;
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        MemorySubscription subscription = new MemorySubscription(this, service, listener);
        begin(() -> {
            subscriptions.add(subscription);
            store.follow(subscription);
        });
        subscription.drainFirst();
        return subscription;
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        MemoryCatalogueSubscription subscription = new MemoryCatalogueSubscription(this, listener);
        begin(() -> {
            followings.add(subscription);
            store.follow(subscription);
        });
        subscription.drainFirst();
        return subscription;
    }

    @Override
    public QuotaSource quotas() {
        return asks -> store.share(asks, TimeUnit.NANOSECONDS.toMillis(ticker.nanos()));
    }

    @Override
    public boolean outlivesProcess() {
        return false;
    }

    private void begin(Runnable beginning) {
        synchronized (closing) {
            if (closed) {
                throw new IllegalStateException("This registry is closed; nothing can begin in it any more");
            }
            beginning.run();
        }
    }

    @Override
    public void close() {
        abandon();
        List.copyOf(registrations).forEach(MemoryRegistration::close);
    }

    /**
     * Ends as a process does that is killed: nothing is followed any more, and what it announced stays in the store, until
     * the store {@linkplain MemoryRegistryStore#lose(String) loses} it. Idempotent.
     */
    public void abandon() {
        synchronized (closing) {
            closed = true;
        }
        // On closing, the own listeners end first: they need not hear how the own registrations go.
        List.copyOf(subscriptions).forEach(MemorySubscription::close);
        List.copyOf(followings).forEach(MemoryCatalogueSubscription::close);
        lastKnown.clear();
    }

    long nanos() {
        return ticker.nanos();
    }

    void remember(Snapshot snapshot) {
        lastKnown.put(snapshot.service(), snapshot);
    }

    /** What this registry heard last of a service, or the unknown. */
    Snapshot remembered(ServiceId service) {
        Snapshot snapshot = lastKnown.get(service);
        return snapshot != null ? snapshot : Snapshot.unknown(service, nanos());
    }

    void forget(MemorySubscription subscription) {
        subscriptions.remove(subscription);
        store.unfollow(subscription);
    }

    void forget(MemoryCatalogueSubscription subscription) {
        followings.remove(subscription);
        store.unfollow(subscription);
    }

    @Override
    public String toString() {
        return "MemoryRegistry[" + registrations.size() + " registrations, " + subscriptions.size() + " subscriptions, "
                + store + "]";
    }

    /** Everything it does happens under the store's lock, so a change and the end keep their order. */
    private final class MemoryRegistration implements Registration {

        private final String uuid;
        private final MemoryRegistryStore.Announcement announcement;
        private final CompletableFuture<Void> registered = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        MemoryRegistration(Instance instance) {
            this.uuid = instance.uuid();
            this.announcement = new MemoryRegistryStore.Announcement(instance);
        }

        void announce() {
            store.announce(() -> store.put(announcement), () -> registered.complete(null));
        }

        @Override
        public CompletableFuture<Void> registered() {
            return registered.copy(); // so that nobody else completes it
        }

        @Override
        public CompletableFuture<Void> announced() {
            CompletableFuture<Void> announced = new CompletableFuture<>();
            store.announce(() -> {}, () -> announced.complete(null));
            ended.thenRun(() -> announced.complete(null));
            return announced;
        }

        @Override
        public void update(Instance instance) {
            if (!instance.uuid().equals(uuid)) {
                throw new IllegalArgumentException("This registration is of the process " + uuid + "; another process, "
                        + instance.uuid() + ", needs a registration of its own");
            }
            store.announce(() -> store.update(announcement, instance));
        }

        @Override
        public void offline() {
            store.announce(() -> store.withdraw(announcement, true));
        }

        @Override
        public void online() {
            store.announce(() -> store.withdraw(announcement, false));
        }

        @Override
        public void close() {
            registrations.remove(this);
            store.announce(() -> store.remove(announcement));
            ended.complete(null);
        }

        @Override
        public String toString() {
            return "MemoryRegistration[" + uuid + "]";
        }
    }
}
