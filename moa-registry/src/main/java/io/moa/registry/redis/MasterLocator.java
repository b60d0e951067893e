package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** Finds the Redis that takes writes now. Used by the thread of one {@link RedisLink} alone. */
interface MasterLocator extends AutoCloseable {

    /**
     * Where to connect next; may wait for the network.
     *
     * @throws IOException if nobody who should know answers
     */
    Address.Tcp locate() throws IOException;

    /** Learns from an answer that the master is elsewhere. */
    default void redirected(Address.Tcp to) {}

    /** Learns that the master could not be reached there, or was none. */
    default void failed(Address.Tcp at) {}

    /** Whether somebody else than the master itself can be asked where it is, at little cost. */
    default boolean knowsMore() {
        return false;
    }

    /**
     * Whether the master is known to be elsewhere than there; may be asked often.
     *
     * @param everyNanos about how much time is left between two questions to others; this may wait for the network then
     */
    default boolean hasMoved(Address.Tcp current, long nowNanos, long everyNanos) {
        return false;
    }

    @Override
    default void close() {}

    static MasterLocator of(RedisConfig config, RandomGenerator random) {
        return switch (config.mode()) {
            case STANDALONE -> () -> config.nodes().get(0);
            case SENTINEL -> new SentinelLocator(config, random);
            case CLUSTER -> new ClusterLocator(config, random);
        };
    }
}
