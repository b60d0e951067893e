package io.moa.node.quickstart;

import io.moa.discovery.Registry;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.embedded.EmbeddedRegistry;
import java.util.ArrayList;
import java.util.List;

/** A Redis and a process for each instance, as in earnest. */
final class ProcessStage implements Stage {

    private final EmbeddedRegistry embedded;
    private final EmbeddedRedis redis;
    private final List<Provider> started = new ArrayList<>();

    ProcessStage(EmbeddedRegistry embedded, EmbeddedRedis redis) {
        this.embedded = embedded;
        this.redis = redis;
    }

    @Override
    public String what() {
        return redis + ", and a process for each instance";
    }

    @Override
    public Registry registry() {
        return embedded.registry();
    }

    @Override
    public Provider provider(String name) {
        Provider provider = ProviderProcess.start(name, redis.url());
        started.add(provider);
        return provider;
    }

    @Override
    public void kill(Provider victim) {
        victim.kill();
    }

    @Override
    public void mend() {
        // Redis was not touched
    }

    @Override
    public void close() {
        started.forEach(Provider::close);
        embedded.close();
    }
}
