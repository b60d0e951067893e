package io.moa.registry.memory;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.invoke.Ticker;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.RegistryStage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A store in memory as the stage of the registry's contract. */
class MemoryStage implements RegistryStage {

    final MemoryRegistryStore store = new MemoryRegistryStore();
    private final FakeTicker ticker = new FakeTicker();
    private final List<Registry> opened = new CopyOnWriteArrayList<>();

    @Override
    public Registry open() {
        Registry registry = new MemoryRegistry(store, ticker);
        opened.add(registry);
        return registry;
    }

    @Override
    public Ticker ticker() {
        return ticker;
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
    }

    @Override
    public void restoreStore() {
        store.reconnect();
    }

    @Override
    public void close() {
        opened.forEach(Registry::close);
    }
}
