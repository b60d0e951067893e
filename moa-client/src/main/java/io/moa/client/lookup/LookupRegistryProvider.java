package io.moa.client.lookup;

import io.moa.discovery.OpenedRegistry;
import io.moa.discovery.RegistryProvider;

/** Opens {@code moa-lookup://host:port,host:port}: a registry that is only followed. Its rules are never any. */
public final class LookupRegistryProvider implements RegistryProvider {

    @Override
    public boolean opens(String address) {
        return address.startsWith(LookupRegistryConfig.SCHEME);
    }

    @Override
    public OpenedRegistry open(String address) {
        LookupRegistry registry = LookupRegistry.open(LookupRegistryConfig.parse(address));
        return new OpenedRegistry(registry, new NoRules(), () -> {});
    }
}
