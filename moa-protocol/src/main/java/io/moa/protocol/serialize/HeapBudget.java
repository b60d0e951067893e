package io.moa.protocol.serialize;

/** Takes account of memory and work that could not be foreseen before a body was read. */
interface HeapBudget {

    /** For values that are no part of a graph: a number brought to another kind of number. */
    HeapBudget UNCOUNTED = bytes -> {};

    /**
     * To be called before the memory is taken.
     *
     * @throws SerializationException if there is not so much left
     */
    void charge(long bytes);

    /**
     * To be called before keys are hashed or compared.
     *
     * @param steps how many values are gone through
     * @throws SerializationException if there are not so many left
     */
    default void work(long steps) {}

    /** A guard for a map or set that is about to be filled with values of this body. */
    default KeyGuard keys(boolean sorted) {
        return new KeyGuard(this, KeyGuard.Parts.NONE, sorted);
    }
}
