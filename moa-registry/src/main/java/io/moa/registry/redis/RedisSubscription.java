package io.moa.registry.redis;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.util.Set;
import java.util.function.Consumer;

/** One listener of one service. Snapshots are offered under the registry's lock. */
final class RedisSubscription implements Registry.Subscription {

    private final RedisRegistry registry;
    private final ServiceId service;
    private final SerialDelivery<Snapshot> delivery;
    private volatile Snapshot known;

    RedisSubscription(
            RedisRegistry registry, Snapshot first, Consumer<Snapshot> listener, Set<Thread> insideListeners) {
        this.registry = registry;
        this.service = first.service();
        this.known = first;
        this.delivery = new SerialDelivery<>(listener, ListenerLog.of(service), insideListeners);
        delivery.offer(first);
    }

    ServiceId service() {
        return service;
    }

    void offer(Snapshot snapshot) {
        known = snapshot;
        delivery.offer(snapshot);
    }

    /** The same list, confirmed later: not told, but {@link #current} is younger. */
    void confirm(Snapshot snapshot) {
        known = snapshot;
    }

    void drain() {
        delivery.drain();
    }

    /** The first drain, by the thread that subscribes. */
    void drainFirst() {
        delivery.drainHeld();
    }

    @Override
    public Snapshot current() {
        return known;
    }

    @Override
    public void close() {
        registry.forget(this);
        delivery.close();
    }

    @Override
    public String toString() {
        return "RedisSubscription[" + service + "@" + known.revision() + "]";
    }
}
