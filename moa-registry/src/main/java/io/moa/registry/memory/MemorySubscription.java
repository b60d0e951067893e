package io.moa.registry.memory;

import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** One listener of one service. What it knows is written under the store's lock and read by anybody. */
final class MemorySubscription implements Registry.Subscription {

    private final MemoryRegistry registry;
    private final ServiceId service;
    private final SerialDelivery<Snapshot> delivery;
    private volatile Snapshot known;

    MemorySubscription(MemoryRegistry registry, ServiceId service, Consumer<Snapshot> listener) {
        this.registry = registry;
        this.service = service;
        this.known = Snapshot.unknown(service, registry.nanos());
        this.delivery = new SerialDelivery<>(listener, ListenerLog.of(service), registry.store().insideListeners);
    }

    ServiceId service() {
        return service;
    }

    /** Queues the first snapshot: what the store says, or, at revision 0, what the registry remembers of it. */
    void begin(long revision, List<Snapshot.Entry> entries, Set<String> goodbyes) {
        Snapshot first = revision == 0 ? registry.remembered(service) : snapshot(revision, entries, goodbyes);
        remember(first);
        delivery.offer(first);
    }

    /** Queues a snapshot if it is a new one. Returns whether there is something to drain. */
    boolean offer(long revision, List<Snapshot.Entry> entries, Set<String> goodbyes) {
        if (revision == known.revision() || delivery.isClosed()) {
            return false;
        }
        Snapshot next = snapshot(revision, entries, goodbyes);
        remember(next);
        delivery.offer(next);
        return true;
    }

    private Snapshot snapshot(long revision, List<Snapshot.Entry> entries, Set<String> goodbyes) {
        return new Snapshot(service, revision, entries, registry.nanos(), MemoryRegistry.SOURCE, goodbyes);
    }

    private void remember(Snapshot snapshot) {
        known = snapshot;
        registry.remember(snapshot);
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
        Snapshot snapshot = known;
        if (snapshot.isUnknown() || delivery.isClosed() || !registry.store().isConnected()) {
            return snapshot;
        }
        // A store in the same memory confirms what it holds at every moment.
        return new Snapshot(
                service,
                snapshot.revision(),
                snapshot.entries(),
                registry.nanos(),
                snapshot.source(),
                snapshot.goodbyes());
    }

    @Override
    public void close() {
        registry.forget(this);
        delivery.close();
    }

    @Override
    public String toString() {
        return "MemorySubscription[" + service + "@" + known.revision() + "]";
    }
}
