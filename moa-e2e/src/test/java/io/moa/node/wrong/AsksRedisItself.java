package io.moa.node.wrong;

import io.moa.registry.embedded.EmbeddedRedis;
import redis.clients.jedis.Connection;

/** A process that goes past the registry, on purpose; see {@code RulesCanFailTest}. */
public record AsksRedisItself(Connection connection, EmbeddedRedis redis) {}
