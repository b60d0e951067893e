package io.moa.e2e.lookup;

import io.moa.client.lookup.LookupRegistry;
import io.moa.client.lookup.LookupRegistryConfig;
import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Ticker;
import io.moa.node.lookup.LookupConfig;
import io.moa.node.lookup.LookupProcess;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRegistryStore;
import io.moa.testkit.RegistryStage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The contract's stage for a follower: what is registered goes into a store in memory, what is followed comes from a lookup of
 * that store over a real socket. The store is away when the lookup is.
 */
final class LookupStage implements RegistryStage {

    private final MemoryRegistryStore store = new MemoryRegistryStore();
    private final List<Registry> opened = new CopyOnWriteArrayList<>();
    private final LookupConfig config;
    private LookupProcess lookup;
    private final int port;

    LookupStage(LookupConfig config) {
        this.config = config;
        this.lookup = lookup(0);
        this.port = lookup.port();
    }

    private LookupProcess lookup(int at) {
        Registry whole = new MemoryRegistry(store, Ticker.system());
        opened.add(whole);
        return LookupProcess.builder(whole).config(config).port(at).start();
    }

    @Override
    public Registry open() {
        Registry registry = new Beside(
                new MemoryRegistry(store, Ticker.system()),
                LookupRegistry.open(LookupRegistryConfig.of(List.of(new Address.Tcp("127.0.0.1", port)))
                        .withBackoff(Duration.ofMillis(20), Duration.ofMillis(200))));
        opened.add(registry);
        return registry;
    }

    @Override
    public Ticker ticker() {
        return Ticker.system();
    }

    @Override
    public void decide(String uuid, OperatorState state) {
        store.decide(uuid, state);
    }

    @Override
    public void mark(String uuid, Liveness liveness) {
        store.mark(uuid, liveness);
    }

    @Override
    public void lose(String uuid) {
        store.lose(uuid);
    }

    @Override
    public void loseStore() {
        store.disconnect();
        lookup.closeNow();
    }

    @Override
    public void restoreStore() {
        store.reconnect();
        lookup = lookup(port);
    }

    @Override
    public void close() {
        opened.forEach(Registry::close);
        lookup.closeNow();
    }

    /** Writes here, reads there. */
    private record Beside(Registry writer, Registry follower) implements Registry {

        @Override
        public Registration register(Instance instance) {
            return writer.register(instance);
        }

        @Override
        public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
            return follower.subscribe(service, listener);
        }

        @Override
        public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
            return follower.subscribeAll(listener);
        }

        @Override
        public void close() {
            follower.close();
            writer.close();
        }
    }
}
