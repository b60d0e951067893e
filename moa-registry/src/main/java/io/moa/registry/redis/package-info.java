/**
 * The registry and the rules in Redis: standalone, behind Sentinel, or in one slot of a Cluster. What is stored, who writes
 * it and what happens when Redis is away is told in {@code docs/registry.md}.
 */
@NullMarked
package io.moa.registry.redis;

import org.jspecify.annotations.NullMarked;
