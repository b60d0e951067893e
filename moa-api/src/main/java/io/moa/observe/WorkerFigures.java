package io.moa.observe;

/** How busy one pool of workers is, at the moment of asking. Safe for many threads. */
public interface WorkerFigures {

    /** Whose calls run there, for people. */
    String name();

    /** How many calls run. */
    int running();

    /** How many calls wait for a thread. */
    int queued();

    /** How many calls run at once, as things are: at most the number of threads. */
    int limit();
}
