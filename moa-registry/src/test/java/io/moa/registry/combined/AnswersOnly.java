package io.moa.registry.combined;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A registry that takes no registrations, as a lookup does, is at some nodes, and notes who complains of whom. */
record AnswersOnly(Registry behind, List<String> complaints, List<Address.Tcp> nodes) implements Registry {

    AnswersOnly(Registry behind) {
        this(behind, new ArrayList<>());
    }

    AnswersOnly(Registry behind, List<String> complaints) {
        this(behind, complaints, List.of());
    }

    @Override
    public Registration register(Instance instance) {
        throw new UnsupportedOperationException("it only answers");
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        return behind.subscribe(service, listener);
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        return behind.subscribeAll(listener);
    }

    @Override
    public boolean takesRegistrations() {
        return false;
    }

    @Override
    public void complain(String consumer, List<Unreachable> instances) {
        instances.forEach(each -> complaints.add(consumer + " " + each.uuid()));
    }

    @Override
    public void close() {
        behind.close();
    }
}
