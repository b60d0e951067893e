package io.moa.lookup;

import java.util.List;

/**
 * The answer to a {@link Question}. Immutable.
 *
 * @param knowledge whose, and how old; its age holds for all services that were asked about
 * @param services what is new; empty if nothing is
 * @param more whether there was no room for all that is new; the next question gets the rest
 */
public record News(Knowledge knowledge, List<ServiceNews> services, boolean more) {

    public News {
        services = List.copyOf(services);
    }
}
