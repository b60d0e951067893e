package io.moa.registry.memory;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.discovery.internal.SerialDelivery;
import io.moa.registry.internal.ListenerLog;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** One listener of everything. What it knows is written under the store's lock and read by anybody. */
final class MemoryCatalogueSubscription implements Registry.CatalogueSubscription {

    private final MemoryRegistry registry;
    private final SerialDelivery<CatalogueChange> delivery;
    private volatile CatalogueChange latest;

    MemoryCatalogueSubscription(MemoryRegistry registry, Consumer<CatalogueChange> listener) {
        this.registry = registry;
        this.latest = CatalogueChange.unknown(registry.nanos());
        this.delivery =
                new SerialDelivery<>(listener, ListenerLog.of("all services"), registry.store().insideListeners);
    }

    boolean isUnknown() {
        return latest.isUnknown();
    }

    void offerUnknown() {
        delivery.offer(latest);
    }

    void offerWhole(long revision, List<Snapshot.Entry> entries, Set<String> goodbyes) {
        offer(new CatalogueChange(
                revision, true, entries, Set.of(), goodbyes, registry.nanos(), MemoryRegistry.SOURCE));
    }

    void offer(long revision, List<Snapshot.Entry> changed, Set<String> gone, Set<String> goodbyes) {
        offer(new CatalogueChange(revision, false, changed, gone, goodbyes, registry.nanos(), MemoryRegistry.SOURCE));
    }

    private void offer(CatalogueChange change) {
        latest = change;
        delivery.offer(change);
    }

    void drain() {
        delivery.drain();
    }

    /** The first drain, by the thread that subscribes. */
    void drainFirst() {
        delivery.drainHeld();
    }

    @Override
    public long asOfNanos() {
        // A store in the same memory confirms what it holds at every moment.
        return !isUnknown() && !delivery.isClosed() && registry.store().isConnected()
                ? registry.nanos()
                : latest.asOfNanos();
    }

    @Override
    public void close() {
        registry.forget(this);
        delivery.close();
    }

    @Override
    public String toString() {
        return "MemoryCatalogueSubscription[@" + latest.revision() + "]";
    }
}
