package io.moa.registry.combined;

import io.moa.discovery.OpenedRegistry;
import io.moa.discovery.RegistryProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Opens several registries as one: {@code old=redis://one:6379 new=redis://two:6379}. The rules are those of the most
 * preferred registry.
 */
public final class CombinedRegistryProvider implements RegistryProvider {

    @Override
    public boolean opens(String address) {
        return false; // one alone is opened by whoever knows its kind
    }

    @Override
    public boolean opensSeveral() {
        return true;
    }

    @Override
    public OpenedRegistry open(String setting) {
        List<RegistryMember> members = new ArrayList<>();
        List<OpenedRegistry> opened = new ArrayList<>();
        try {
            for (RegistryLine line : RegistryLine.parse(setting)) {
                OpenedRegistry one = open(line);
                opened.add(one);
                members.add(new RegistryMember(line.name(), one.registry(), line.priority(), line.use()));
            }
            CombinedRegistry registry = CombinedRegistry.of(members);
            Object preferred = registry.members().get(0).registry();
            OpenedRegistry first = opened.stream()
                    .filter(one -> one.registry() == preferred)
                    .findFirst()
                    .orElseThrow();
            return new OpenedRegistry(registry, first.rules(), () -> opened.forEach(OpenedRegistry::close));
        } catch (RuntimeException e) {
            opened.forEach(OpenedRegistry::close);
            throw e;
        }
    }

    private static OpenedRegistry open(RegistryLine line) {
        for (RegistryProvider provider :
                ServiceLoader.load(RegistryProvider.class, CombinedRegistryProvider.class.getClassLoader())) {
            if (provider.opens(line.address())) {
                return provider.open(line.address());
            }
        }
        throw new IllegalArgumentException("Nothing on the class path opens the address of registry " + line.name()
                + "; redis://host:port and its kin, and what a provider of yours opens, can be joined");
    }
}
