package io.moa.observe;

/** Whether the calls of a client, or the callers of a server, go by an agent, at the moment of asking. Safe for many threads, and cheap enough to be asked each second. */
public interface MeshFigures {

    /** The mode in force: {@code off}, {@code auto} or {@code on}. */
    String mode();

    /** Who says so, such as {@code system property moa.mesh}; for people. Of a process there are few. */
    String cause();

    /**
     * Where calls go that begin now: {@code agent}, {@code direct}, or {@code nowhere} if they may not go directly and no agent is there; of a client
     * also {@code peer} and {@code shared}.
     */
    String way();

    /** How often the way changed. */
    long switches();
}
