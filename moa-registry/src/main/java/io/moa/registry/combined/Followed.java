package io.moa.registry.combined;

/** Something followed in several registries. */
interface Followed extends AutoCloseable {

    /** Looks whether it matters who answers now. */
    void review();

    @Override
    void close();
}
