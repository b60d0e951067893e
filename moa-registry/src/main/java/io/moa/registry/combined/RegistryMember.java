package io.moa.registry.combined;

import io.moa.discovery.Registry;

/**
 * One of several registries. Immutable.
 *
 * @param name for people: which one; letters, digits, {@code .}, {@code _} and {@code -}, 1 to 32 of them
 * @param registry the registry; it belongs to whoever made it
 * @param priority how near it is: instances of a registry are called only when none of a registry with a smaller number can
 *     be; 0 to 100, default 0
 * @param use what it is used for; a registry that {@linkplain Registry#takesRegistrations() takes no registrations} is only
 *     followed, whatever this says
 */
public record RegistryMember(String name, Registry registry, int priority, RegistryUse use) {

    /** The farthest. */
    public static final int MAX_PRIORITY = 100;

    public RegistryMember {
        if (!name.matches("[A-Za-z0-9._-]{1,32}")) {
            throw new IllegalArgumentException(
                    "A registry's name has 1 to 32 letters, digits, '.', '_' and '-'; this has not: " + name);
        }
        if (priority < 0 || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException(
                    "The priority of registry " + name + " is 0 to " + MAX_PRIORITY + ", not " + priority);
        }
    }

    /** A near one, for both uses. */
    public static RegistryMember of(String name, Registry registry) {
        return new RegistryMember(name, registry, 0, RegistryUse.BOTH);
    }

    public RegistryMember withPriority(int value) {
        return new RegistryMember(name, registry, value, use);
    }

    public RegistryMember withUse(RegistryUse value) {
        return new RegistryMember(name, registry, priority, value);
    }

    boolean registers() {
        return use.registers() && registry.takesRegistrations();
    }

    boolean follows() {
        return use.follows();
    }
}
