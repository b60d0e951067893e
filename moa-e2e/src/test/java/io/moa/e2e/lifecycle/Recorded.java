package io.moa.e2e.lifecycle;

import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A real registry, and somebody who is told of every step that a process takes there, before it is taken. */
record Recorded(Registry real, Consumer<String> told) implements Registry {

    @Override
    public Registration register(Instance instance) {
        told.accept("register");
        Registration registration = real.register(instance);
        return new Registration() {
            @Override
            public CompletableFuture<Void> registered() {
                return registration.registered();
            }

            @Override
            public void update(Instance changed) {
                registration.update(changed);
            }

            @Override
            public void offline() {
                told.accept("offline");
                registration.offline();
            }

            @Override
            public void online() {
                told.accept("online");
                registration.online();
            }

            @Override
            public void close() {
                told.accept("withdraw");
                registration.close();
            }
        };
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        return real.subscribe(service, listener);
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        return real.subscribeAll(listener);
    }

    @Override
    public boolean outlivesProcess() {
        return real.outlivesProcess();
    }

    @Override
    public void close() {
        real.close();
    }
}
