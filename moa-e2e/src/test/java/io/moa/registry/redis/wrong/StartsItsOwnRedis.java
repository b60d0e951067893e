package io.moa.registry.redis.wrong;

import io.moa.registry.embedded.EmbeddedRedis;

/** A registry that brings its Redis along, on purpose; see {@code RulesCanFailTest}. */
public record StartsItsOwnRedis(EmbeddedRedis redis) {}
