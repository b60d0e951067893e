package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks Sentinels for the master, over one connection to one of them at a time. Their message that tells of a switch can get
 * lost, so nobody waits for it: the question is repeated about once a second.
 *
 * <p>A Sentinel that has not heard of a switch yet names the former master, which may be back, and empty. So what is said is weighed by
 * the number of the switch that it comes from, the Sentinels' <i>config epoch</i>: what is older than what was known is no news. Where a user may
 * not ask for it, each Sentinel is believed.
 */
final class SentinelLocator implements MasterLocator {

    private static final long UNKNOWN = -1;

    private final RedisConfig config;
    private final RandomGenerator random;
    private int next;
    private @Nullable RedisConnection sentinel;
    private long checkedAt;
    private double jitter = 1;
    private long epoch = UNKNOWN; // the highest that was heard

    SentinelLocator(RedisConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
        this.next = random.nextInt(config.nodes().size()); // not all processes at the first one
    }

    @Override
    public Address.Tcp locate() throws IOException {
        IOException last = null;
        Address.Tcp best = null;
        long bestEpoch = UNKNOWN;
        for (int i = 0; i < config.nodes().size(); i++) {
            try {
                Address.Tcp master = ask();
                long said = epoch();
                if (said == UNKNOWN || said >= epoch) {
                    epoch = said;
                    return master;
                }
                if (best == null || said > bestEpoch) {
                    best = master;
                    bestEpoch = said;
                }
                forget(); // another one may know more
            } catch (IOException e) {
                last = e;
            }
        }
        if (best != null) {
            epoch = bestEpoch; // no Sentinel knows what was known: they were set up anew
            return best;
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
            if (ask().equals(current)) {
                return false;
            }
            long said = epoch();
            if (said != UNKNOWN && said < epoch) {
                forget();
                return false;
            }
            return true;
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

    /** By which switch the Sentinel that was just asked came to its answer. */
    private long epoch() throws IOException {
        RedisConnection asked = sentinel;
        if (asked == null) {
            return UNKNOWN;
        }
        try {
            String said = Replies.pairs(asked.call("SENTINEL", "MASTER", config.masterName()))
                    .get("config-epoch");
            return said == null ? UNKNOWN : Math.max(UNKNOWN, Long.parseLong(said));
        } catch (RedisError | IllegalArgumentException notAllowed) {
            return UNKNOWN;
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
