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
 * @param credential what the client says to be let in, of which it knows that it belongs there; empty for nothing. Up to 8 KiB in UTF-8; never
 *     shown
 */
public record Wanted(String application, String instance, List<ServiceId> services, String credential) {
    public Wanted {
        services = List.copyOf(services);
    }

    /** Whom a client expects that says nothing to be let in. */
    public Wanted(String application, String instance, List<ServiceId> services) {
        this(application, instance, services, "");
    }

    /** Accepts any process that serves nothing in particular; for probes. */
    public static final Wanted ANYONE = new Wanted("", "", List.of());

    /** Without the credential. */
    @Override
    public String toString() {
        return "Wanted[" + application + "#" + instance + ", " + services + "]";
    }
}
