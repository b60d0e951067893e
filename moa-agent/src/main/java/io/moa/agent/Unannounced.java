package io.moa.agent;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A registry in which a server announces nothing, as the process announces itself in whose name it serves. Closing it closes nothing. */
record Unannounced(Registry registry) implements Registry {

    @Override
    public Registration register(Instance instance) {
        return new Registration() {
            @Override
            public CompletableFuture<Void> registered() {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void update(Instance changed) {}

            @Override
            public void offline() {}

            @Override
            public void online() {}

            @Override
            public void close() {}
        };
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        return registry.subscribe(service, listener);
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        return registry.subscribeAll(listener);
    }

    @Override
    public boolean outlivesProcess() {
        return registry.outlivesProcess();
    }

    @Override
    public List<Address.Tcp> nodes() {
        return registry.nodes();
    }

    @Override
    public @Nullable QuotaSource quotas() {
        return registry.quotas();
    }

    @Override
    public void close() {}
}
