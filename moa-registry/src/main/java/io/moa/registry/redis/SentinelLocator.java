package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks Sentinels for the master, over one connection to one of them at a time. Their message that tells of a switch can get
 * lost, so nobody waits for it: the question is repeated about once a second.
 */
final class SentinelLocator implements MasterLocator {

    private final RedisConfig config;
    private final RandomGenerator random;
    private int next;
    private @Nullable RedisConnection sentinel;
    private long checkedAt;
    private double jitter = 1;

    SentinelLocator(RedisConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
        this.next = random.nextInt(config.nodes().size()); // not all processes at the first one
    }

    @Override
    public Address.Tcp locate() throws IOException {
        IOException last = null;
        for (int i = 0; i < config.nodes().size(); i++) {
            try {
                return ask();
            } catch (IOException e) {
                last = e;
            }
        }
        throw last == null ? new IOException("There is no Sentinel to ask") : last;
    }

    @Override
    public boolean knowsMore() {
        return true;
    }

    @Override
    public boolean hasMoved(Address.Tcp current, long nowNanos, long everyNanos) {
        if (nowNanos - checkedAt < everyNanos * jitter) {
            return false;
        }
        checkedAt = nowNanos;
        jitter = 0.8 + 0.4 * random.nextDouble();
        try {
            return !ask().equals(current);
        } catch (IOException e) {
            return false; // a Sentinel that is away says nothing about the master; the next second asks the next one
        }
    }

    private Address.Tcp ask() throws IOException {
        Address.Tcp address = config.nodes().get(next);
        try {
            RedisConnection asked = sentinel;
            if (asked == null) {
                asked = RedisConnection.open(
                        config, address, config.sentinelUser(), config.sentinelPassword(), config.socketTimeout());
                sentinel = asked;
            }
            List<String> found = Replies.texts(asked.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", config.masterName()));
            if (found.size() != 2) {
                throw new IOException("The Sentinel at " + address + " knows no master named " + config.masterName());
            }
            return new Address.Tcp(found.get(0), Integer.parseInt(found.get(1)));
        } catch (RedisError | IllegalArgumentException e) {
            forget();
            if (String.valueOf(e.getMessage()).contains("unknown command")) {
                throw new WrongKindException(
                        "At " + address + " is a Redis and no Sentinel", "redis://host:port is for one");
            }
            throw new IOException("The Sentinel at " + address + " gave no master: " + e.getMessage(), e);
        } catch (IOException e) {
            forget();
            throw e;
        }
    }

    private void forget() {
        close();
        next = (next + 1) % config.nodes().size();
    }

    @Override
    public void close() {
        if (sentinel != null) {
            sentinel.close();
            sentinel = null;
        }
    }
}
