package io.moa.governance.balance;

import io.moa.discovery.Instance;

/**
 * One instance that may be picked. Immutable but for what is learnt of it.
 *
 * @param instance which
 * @param weight its share, more than 0
 * @param load what is known of it
 * @param warming whether it is given less than its full weight because it has just started
 */
public record Candidate(Instance instance, int weight, InstanceLoad load, boolean warming) {}
