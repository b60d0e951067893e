package io.moa.registry.redis;

import io.moa.discovery.OperatorState;

/**
 * What an operator has decided, whether or not its process is registered now. Immutable.
 *
 * @param uuid the process for which it was decided; never null
 * @param place its application and first address, separated by a blank, where the decision waits for whatever starts there
 *     next; empty if it holds for the uuid alone
 * @param state what was decided
 */
public record OperatorDecision(String uuid, String place, OperatorState state) {}
