package io.moa.protocol.serialize;

/** Takes account of memory that could not be foreseen before a body was read. */
interface HeapBudget {

    /** For values that are no part of a graph: a number brought to another kind of number. */
    HeapBudget UNCOUNTED = bytes -> {};

    /**
     * To be called before the memory is taken.
     *
     * @throws SerializationException if there is not so much left
     */
    void charge(long bytes);
}
