package io.moa.node.quickstart;

import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.invoke.Ticker;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRegistryStore;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where no Redis can be started: a registry in memory, and all instances in this process, each with its own sockets. */
final class OneProcessStage implements Stage {

    private final EmbeddedRegistry none;
    private final MemoryRegistryStore store = new MemoryRegistryStore();
    private final List<AutoCloseable> started = new ArrayList<>();
    private final Registry registry = join();
    private final MemoryRuleStore ruleStore = new MemoryRuleStore();
    private final MemoryRuleSource rules = new MemoryRuleSource(ruleStore);

    /**
     * A stage.
     *
     * @param none what was tried; closed with this
     */
    OneProcessStage(EmbeddedRegistry none) {
        this.none = none;
    }

    private MemoryRegistry join() {
        MemoryRegistry registry = new MemoryRegistry(store, Ticker.system());
        started.add(registry);
        return registry;
    }

    @Override
    public String what() {
        return "everything in this process. " + none;
    }

    @Override
    public Registry registry() {
        return registry;
    }

    @Override
    public RuleSource rules() {
        return rules;
    }

    @Override
    public void putRule(String id, String json) {
        ruleStore.putRule(id, json);
    }

    @Override
    public Provider provider(String name) {
        SampleProvider provider = SampleProvider.start(name, join(), "127.0.0.1", 0);
        started.add(provider);
        return provider;
    }

    @Override
    public void kill(Provider victim) {
        store.disconnect(); // a process that dies tells no registry
        victim.kill();
    }

    @Override
    public @Nullable List<String> removal(Provider dead, Duration patience) {
        return null;
    }

    @Override
    public void mend() {
        store.reconnect();
    }

    @Override
    public void close() {
        for (int i = started.size() - 1; i >= 0; i--) {
            try {
                started.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException("A part of the quickstart did not end", e);
            }
        }
        rules.close();
        none.close();
    }
}
