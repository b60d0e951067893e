package io.moa.registry.redis;

/** How the Redis that keeps a registry is set up. */
public enum RedisMode {

    /** One server, at a fixed address. */
    STANDALONE,

    /** A master with replicas, found by asking any of several Sentinels. */
    SENTINEL,

    /** A Redis Cluster; the registry lives in one slot of it. */
    CLUSTER
}
