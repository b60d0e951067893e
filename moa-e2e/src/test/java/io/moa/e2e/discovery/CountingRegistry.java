package io.moa.e2e.discovery;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Counts how often a listener is told, and who complains of whom. A client compiles once for each. */
final class CountingRegistry implements Registry {

    final AtomicLong told = new AtomicLong();
    final AtomicLong complaints = new AtomicLong();
    private final Registry behind;

    CountingRegistry(Registry behind) {
        this.behind = behind;
    }

    @Override
    public Registration register(Instance instance) {
        return behind.register(instance);
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        return behind.subscribe(service, snapshot -> {
            told.incrementAndGet();
            listener.accept(snapshot);
        });
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        return behind.subscribeAll(listener);
    }

    @Override
    public void complain(String consumer, List<Unreachable> instances) {
        complaints.addAndGet(instances.size());
        behind.complain(consumer, instances);
    }

    @Override
    public void close() {
        behind.close();
    }
}
