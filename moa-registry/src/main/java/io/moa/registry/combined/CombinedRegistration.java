package io.moa.registry.combined;

import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One process announced in several registries, each of which repeats in its own time what it could not take yet. */
final class CombinedRegistration implements Registry.Registration {

    private final CombinedRegistry registry;
    private final String uuid;
    private final List<Registry.Registration> parts = new ArrayList<>();
    private final CompletableFuture<Void> registered = new CompletableFuture<>();

    CombinedRegistration(CombinedRegistry registry, Instance instance, List<RegistryMember> members) {
        this.registry = registry;
        this.uuid = instance.uuid();
        try {
            for (RegistryMember member : members) {
                Registry.Registration part = member.registry().register(instance);
                parts.add(part);
                part.registered().thenRun(() -> registered.complete(null));
            }
        } catch (RuntimeException e) { // one refuses what it is told: nobody is told then
            close();
            throw e;
        }
    }

    /** Completes when the first of them has it: a registry that is away is not waited for. */
    @Override
    public CompletableFuture<Void> registered() {
        return registered.copy();
    }

    /** Completes when all of them have it: whoever follows the one that has not would not know. */
    @Override
    public CompletableFuture<Void> announced() {
        return CompletableFuture.allOf(
                parts.stream().map(Registry.Registration::announced).toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public void update(Instance instance) {
        if (!instance.uuid().equals(uuid)) {
            throw new IllegalArgumentException("This is the registration of " + uuid + ", not of " + instance.uuid()
                    + "; another process needs a registration of its own");
        }
        parts.forEach(part -> part.update(instance));
    }

    @Override
    public void offline() {
        parts.forEach(Registry.Registration::offline);
    }

    @Override
    public void online() {
        parts.forEach(Registry.Registration::online);
    }

    @Override
    public void close() {
        registry.forget(this);
        parts.forEach(Registry.Registration::close);
    }

    /** Completes when all of them are withdrawn, each within its own bound. */
    @Override
    public CompletableFuture<Void> withdrawn() {
        return CompletableFuture.allOf(
                parts.stream().map(Registry.Registration::withdrawn).toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public String toString() {
        return "CombinedRegistration[" + uuid + " in " + parts + "]";
    }
}
