package io.moa.registry.combined;

/** What one of several registries is used for. */
public enum RegistryUse {

    /** Processes are announced there, and found there. */
    BOTH,

    /** Processes are announced there; what it says is not asked for. */
    REGISTER,

    /** Processes are found there and not announced. */
    FOLLOW;

    boolean follows() {
        return this != REGISTER;
    }

    boolean registers() {
        return this != FOLLOW;
    }
}
