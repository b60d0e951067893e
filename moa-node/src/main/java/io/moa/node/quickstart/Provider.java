package io.moa.node.quickstart;

import io.moa.discovery.Address;

/** An instance of the sample service, wherever it runs. */
public interface Provider extends AutoCloseable {

    /** The name with which it signs. */
    String name();

    /** Names its process in the registry. */
    String uuid();

    /** Where it listens. */
    Address address();

    /** What it is, for people: a process with its number, or a part of this one. */
    String what();

    /** What it has done so far. */
    Counts counts();

    /** Leaves at once, as a killed process does: sockets close without a word. Idempotent. */
    void kill();

    /** Leaves gracefully; blocks until the last call is answered. Idempotent. */
    @Override
    void close();

    /**
     * What a provider has counted.
     *
     * @param runs how many calls it has run
     * @param notes how many notes it has taken
     * @param inFlight how many calls it is serving
     * @param repeated how many calls came that had been sent before, here or elsewhere
     */
    record Counts(long runs, int notes, int inFlight, long repeated) {}
}
