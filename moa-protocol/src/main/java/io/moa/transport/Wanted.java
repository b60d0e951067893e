package io.moa.transport;

import io.moa.discovery.ServiceId;
import java.util.List;

/**
 * Whom a client expects at the other end of a new connection. Another process of the same application that serves what is
 * wanted is adopted, as a restarted one would be while the registry is away; anything else is refused, so that a call never
 * reaches a stranger that was given a dead instance's port.
 *
 * @param application the expected application; empty accepts any
 * @param instance the expected uuid; empty accepts any
 * @param services what the client came for
 */
public record Wanted(String application, String instance, List<ServiceId> services) {
    public Wanted {
        services = List.copyOf(services);
    }

    /** Accepts any process that serves nothing in particular; for probes. */
    public static final Wanted ANYONE = new Wanted("", "", List.of());
}
