package io.moa.registry.redis;

import io.moa.discovery.OpenedRegistry;
import io.moa.discovery.RegistryProvider;

/** Opens the addresses that {@link RedisConfig#parse} reads. */
public final class RedisRegistryProvider implements RegistryProvider {

    @Override
    public boolean opens(String address) {
        return address.matches("rediss?(-sentinel|-cluster)?://.*");
    }

    @Override
    public OpenedRegistry open(String address) {
        RedisLink link = RedisLink.open(RedisConfig.parse(address));
        link.prepare(); // while the rest of the process starts
        return new OpenedRegistry(RedisRegistry.over(link), RedisRules.over(link), link);
    }
}
