package io.moa.client.cluster;

import io.moa.discovery.Instance;

/**
 * An instance that a client knows of a service, whether it is called or not. Immutable.
 *
 * @param instance which
 * @param how it stands, for people: whether it is called, or only when nobody else can be, and why; whether it is ejected, and until when; at
 *     which address
 */
public record KnownInstance(Instance instance, String how) {}
