package io.moa.registry.watch;

import io.moa.discovery.Instance;

/**
 * What a process says of itself. Immutable.
 *
 * @param instance the process
 * @param withdrawn whether it has said goodbye: it asks for no new calls, and nobody needs it any more
 */
public record Registered(Instance instance, boolean withdrawn) {}
