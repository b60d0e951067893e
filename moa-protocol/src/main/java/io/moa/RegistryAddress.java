package io.moa;

import io.moa.discovery.OpenedRegistry;
import io.moa.discovery.RegistryProvider;
import java.util.ServiceLoader;

/** Finds who opens a registry's address. */
final class RegistryAddress {

    private RegistryAddress() {}

    /**
     * Opens a registry.
     *
     * @throws IllegalArgumentException if nobody on the class path opens such an address, or the address is wrong
     */
    static OpenedRegistry open(String address, ClassLoader loader) {
        for (RegistryProvider provider : ServiceLoader.load(RegistryProvider.class, loader)) {
            if (provider.opens(address)) {
                return provider.open(address);
            }
        }
        int scheme = address.indexOf("://");
        // What is behind the scheme may hold a password.
        String kind = scheme < 0
                ? (address.equals("embedded") ? address : "without a scheme")
                : address.substring(0, scheme) + "://";
        throw new IllegalArgumentException("Nothing on the class path opens a registry's address "
                + (scheme < 0 && !address.equals("embedded") ? kind : "like " + kind)
                + ": for redis://host:port and its kin add the artifact io.moa:moa-registry, for embedded add"
                + " io.moa:moa-registry-embedded");
    }
}
