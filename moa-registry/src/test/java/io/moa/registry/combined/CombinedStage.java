package io.moa.registry.combined;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRegistryStore;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.RegistryStage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stores in memory, used as one; operator and watcher have their hands on the first. */
final class CombinedStage implements RegistryStage {

    final List<MemoryRegistryStore> stores = new ArrayList<>();
    final FakeTicker ticker = new FakeTicker();
    final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final List<Registry> opened = new CopyOnWriteArrayList<>();

    CombinedStage(int members) {
        for (int i = 0; i < members; i++) {
            stores.add(new MemoryRegistryStore());
        }
    }

    @Override
    public Registry open() {
        List<RegistryMember> members = new ArrayList<>();
        for (MemoryRegistryStore store : stores) {
            Registry member = new MemoryRegistry(store, ticker);
            opened.add(member);
            members.add(RegistryMember.of("m" + members.size(), member));
        }
        return open(members);
    }

    Registry open(List<RegistryMember> members) {
        Registry registry = new CombinedRegistry(members, ticker, scheduler);
        opened.add(registry);
        return registry;
    }

    /** A registry over one store. */
    Registry alone(int store) {
        Registry registry = new MemoryRegistry(stores.get(store), ticker);
        opened.add(registry);
        return registry;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    @Override
    public void decide(String uuid, OperatorState state) {
        stores.get(0).decide(uuid, state);
    }

    @Override
    public void mark(String uuid, Liveness liveness) {
        stores.get(0).mark(uuid, liveness);
    }

    @Override
    public void lose(String uuid) {
        stores.forEach(store -> store.lose(uuid));
    }

    @Override
    public void loseStore() {
        stores.forEach(MemoryRegistryStore::disconnect);
    }

    @Override
    public void restoreStore() {
        stores.forEach(MemoryRegistryStore::reconnect);
    }

    @Override
    public void close() {
        opened.forEach(Registry::close);
    }
}
