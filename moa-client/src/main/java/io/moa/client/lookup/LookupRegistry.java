package io.moa.client.lookup;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.lookup.Question;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A registry that is only followed: it asks one copy of a lookup for the services that are subscribed to, and no others, and
 * is told of changes by push. When the copy fails it goes on with another one; what is known stays meanwhile, and grows old.
 * Several followers spread over the copies by their uuids.
 *
 * <p>Instances cannot be announced here ({@link #takesRegistrations} is false), and everything at once cannot be followed.
 * It has one connection, an event loop and a thread for its listeners, and holds no connection to the store behind the
 * lookup. Safe for many threads.
 */
public final class LookupRegistry implements Registry {

    /** So many services are followed at most, as many as one question may name. */
    static final int MAX_SERVICES = 5_000;

    private final Moa moa;
    private final ThreadPoolExecutor thread;
    private final Follower follower;
    private final Set<Thread> insideListeners = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final Map<String, FollowedService> followed = new LinkedHashMap<>(); // who waits longest for news first
    private boolean closed; // guarded by lock

    private LookupRegistry(LookupRegistryConfig config, Moa.Builder runtime) {
        this.thread = new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "moa-lookup-follower");
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
        this.moa = runtime.eventLoops(1).callbacks(thread).build();
        this.follower = new Follower(this, moa, config, thread);
    }

    /** Follows these lookups, with a runtime of its own that ends with it. Does not wait for any. */
    public static LookupRegistry open(LookupRegistryConfig config) {
        return new LookupRegistry(config, Moa.builder("moa-lookup-follower"));
    }

    /** As {@link #open(LookupRegistryConfig)}, under this uuid, which decides which copy is asked first. */
    public static LookupRegistry open(LookupRegistryConfig config, String uuid) {
        return new LookupRegistry(config, Moa.builder("moa-lookup-follower").instance(uuid));
    }

    /**
     * Not here.
     *
     * @throws UnsupportedOperationException always, saying where
     */
    @Override
    public Registration register(Instance instance) {
        throw new UnsupportedOperationException("A lookup is only followed, so " + instance
                + " cannot be announced there: announce it at the registry that the lookup follows, such as"
                + " Moa.builder(...).registry(\"redis://host:port\")");
    }

    @Override
    public boolean takesRegistrations() {
        return false;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the registry is closed, or follows 5,000 other services
     */
    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        LookupSubscription subscription;
        boolean first;
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("This registry is closed; nothing can begin in it any more");
            }
            FollowedService known = followed.get(service.toString());
            first = known == null;
            if (known == null) {
                if (followed.size() >= MAX_SERVICES) {
                    throw new IllegalStateException("A lookup is followed for at most " + MAX_SERVICES
                            + " services; follow only what is called, or the registry itself");
                }
                known = new FollowedService(service, moa.ticker().nanos());
                followed.put(service.toString(), known);
            }
            subscription = new LookupSubscription(this, known, listener, insideListeners);
            subscription.offer(known.snapshot());
            known.subscriptions.add(subscription);
        }
        if (first) {
            follower.ask();
        }
        subscription.tellFirst();
        return subscription;
    }

    /**
     * Not here.
     *
     * @throws UnsupportedOperationException always, saying where
     */
    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        throw new UnsupportedOperationException("A lookup is followed service by service; whoever needs all processes"
                + " follows the registry itself, such as RedisRegistry, or pages through Lookup.services");
    }

    void forget(LookupSubscription subscription) {
        synchronized (lock) {
            FollowedService service = subscription.service();
            service.subscriptions.remove(subscription);
            if (service.subscriptions.isEmpty()) {
                followed.remove(service.service().toString(), service);
            }
        }
    }

    // ---- for the follower

    /** What is followed and how far it is known; those that wait longest for news first. */
    List<Question.Held> held() {
        synchronized (lock) {
            return followed.values().stream().map(FollowedService::held).toList();
        }
    }

    /** Does something with everything that is followed, and tells who is to be told. */
    void change(Consumer<Map<String, FollowedService>> work) {
        List<LookupSubscription> told = new ArrayList<>();
        synchronized (lock) {
            if (closed) {
                return;
            }
            work.accept(followed);
            followed.values().forEach(service -> told.addAll(service.subscriptions));
        }
        told.forEach(LookupSubscription::tell);
    }

    /** The copy that is followed now, or was last; null before the first. */
    public Address.@Nullable Tcp copy() {
        return follower.copy();
    }

    /** How many questions were asked, answered or not. */
    public long questions() {
        return follower.questions();
    }

    /** How often another copy had to be asked. */
    public long moves() {
        return follower.moves();
    }

    @Override
    public void close() {
        List<LookupSubscription> open;
        synchronized (lock) {
            closed = true;
            open = followed.values().stream()
                    .flatMap(service -> service.subscriptions.stream())
                    .toList();
        }
        open.forEach(LookupSubscription::close);
        follower.close().whenComplete((done, never) -> {
            moa.close();
            thread.shutdown();
        });
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "LookupRegistry[" + followed.size() + " services followed, " + follower + "]";
        }
    }
}
