package io.moa.lookup;

import java.util.List;

/**
 * Services that are known. Immutable.
 *
 * @param knowledge whose answer, and how old
 * @param services those that somebody offers, in the order of their names
 * @param next how to ask for the next part; empty if this is the last
 */
public record ServiceList(Knowledge knowledge, List<Offered> services, String next) {

    public ServiceList {
        services = List.copyOf(services);
    }

    /**
     * One service. Immutable.
     *
     * @param service which
     * @param instances how many processes are registered for it
     * @param usable how many of them new calls may go to
     */
    public record Offered(String service, int instances, int usable) {}
}
