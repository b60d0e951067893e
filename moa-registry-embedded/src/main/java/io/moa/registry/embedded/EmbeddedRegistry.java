package io.moa.registry.embedded;

import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry that needs nothing installed: on a Redis started for it, or, where none can be started, in this process's
 * memory. {@link #toString()} and one line of the log tell which; {@link #redis()} is empty in memory, which other processes
 * cannot see.
 *
 * <p>Safe for many threads. Closing ends everything that was started, and nothing is kept.
 */
public final class EmbeddedRegistry implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedRegistry.class);

    private final Registry registry;
    private final RuleSource rules;
    private final Optional<EmbeddedRedis> redis;
    private final String what;
    private final List<AutoCloseable> closing;

    private EmbeddedRegistry(
            Registry registry,
            RuleSource rules,
            Optional<EmbeddedRedis> redis,
            String what,
            List<AutoCloseable> closing) {
        this.registry = registry;
        this.rules = rules;
        this.redis = redis;
        this.what = what;
        this.closing = closing;
        log.info("{}", this);
    }

    /** Starts what this machine has: Redis, or else memory. */
    public static EmbeddedRegistry start() {
        String path = System.getenv("PATH");
        return start(path == null ? "" : path);
    }

    static EmbeddedRegistry start(String path) {
        try {
            return over(EmbeddedRedis.start(path));
        } catch (IOException e) {
            return inMemory(String.valueOf(e.getMessage()));
        }
    }

    private static EmbeddedRegistry over(EmbeddedRedis redis) {
        RedisLink link = RedisLink.open(redis.config());
        Registry registry = RedisRegistry.over(link);
        RuleSource rules = RedisRules.over(link);
        return new EmbeddedRegistry(
                registry, rules, Optional.of(redis), redis.toString(), List.of(registry, rules, link, redis));
    }

    static EmbeddedRegistry inMemory(String why) {
        Registry registry = new MemoryRegistry(Ticker.system());
        RuleSource rules = new MemoryRuleSource(new MemoryRuleStore());
        return new EmbeddedRegistry(
                registry,
                rules,
                Optional.empty(),
                "the memory of this process, which no other process sees, because no Redis could be started: " + why,
                List.of(registry, rules));
    }

    /** The registry; closed with this. */
    public Registry registry() {
        return registry;
    }

    /** The rules; closed with this. */
    public RuleSource rules() {
        return rules;
    }

    /** The Redis that was started; empty if it is memory. */
    public Optional<EmbeddedRedis> redis() {
        return redis;
    }

    /** Ends everything that was started. Idempotent. */
    @Override
    public void close() {
        for (AutoCloseable part : closing) {
            try {
                part.close();
            } catch (Exception e) { // the rest is to be ended all the same
                log.warn("{} did not end as it should", part, e);
            }
        }
    }

    @Override
    public String toString() {
        return "The embedded registry is in " + what;
    }
}
