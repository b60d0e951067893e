package io.moa.registry.embedded;

import io.moa.discovery.OpenedRegistry;
import io.moa.discovery.RegistryProvider;

/**
 * Opens {@value #ADDRESS}: a registry of its own for each runtime that asks. Runtimes that are to see each other share one
 * {@link EmbeddedRegistry}.
 */
public final class EmbeddedRegistryProvider implements RegistryProvider {

    /** The one address. */
    public static final String ADDRESS = "embedded";

    @Override
    public boolean opens(String address) {
        return address.equals(ADDRESS);
    }

    @Override
    public OpenedRegistry open(String address) {
        EmbeddedRegistry embedded = EmbeddedRegistry.start();
        return new OpenedRegistry(embedded.registry(), embedded.rules(), embedded);
    }
}
