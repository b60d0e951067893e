package io.moa.node.quickstart;

import io.moa.discovery.Liveness;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRules;
import io.moa.registry.redis.RuleDesk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A Redis, a watcher, and a process for each instance, as in earnest. */
final class ProcessStage implements Stage {

    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

    private final EmbeddedRegistry embedded;
    private final EmbeddedRedis redis;
    private final ChildProcess watcher;
    private final RedisRules rules;
    private final List<Provider> started = new ArrayList<>();

    ProcessStage(EmbeddedRegistry embedded, EmbeddedRedis redis) {
        this.embedded = embedded;
        this.redis = redis;
        try {
            this.watcher = ChildProcess.start(WatcherMain.class, "quickstart-watcher", redis.url());
            watcher.answer("ready");
            this.rules = RedisRules.open(ChildProcess.hasty(redis.url()));
        } catch (IOException e) {
            embedded.close();
            throw new IllegalStateException("The watcher could not be started as a process: " + e.getMessage(), e);
        }
    }

    @Override
    public String what() {
        return redis + ", a watcher (process " + watcher.pid() + "), and a process for each instance";
    }

    @Override
    public Registry registry() {
        return embedded.registry();
    }

    @Override
    public RuleSource rules() {
        return rules;
    }

    @Override
    public void putRule(String id, String json) {
        try (RedisLink link = RedisLink.open(ChildProcess.hasty(redis.url()))) {
            new RuleDesk(link).putRule(id, json, null, "quickstart").join();
        }
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
    public List<String> removal(Provider dead, Duration patience) {
        long start = System.nanoTime();
        try (RedisLink link = RedisLink.open(ChildProcess.hasty(redis.url()))) {
            OperatorDesk desk = new OperatorDesk(link);
            while (System.nanoTime() - start < patience.toNanos()) {
                InstanceReport report = desk.instance(dead.uuid()).join();
                if (report.mark() == Liveness.OFFLINE && !report.evidence().isEmpty()) {
                    return report.evidence().get(0).lines();
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        return List.of();
    }

    @Override
    public void mend() {
        // Redis was not touched
    }

    @Override
    public void close() {
        started.forEach(Provider::close);
        rules.close();
        watcher.close();
        embedded.close();
    }
}
