package io.moa.observe;

import java.util.List;

/** How busy a server is, at the moment of asking. Safe for many threads, and cheap enough to be asked each second. */
public interface ServerFigures {

    /** How many connections are open. */
    int connections();

    /** How many bytes it holds of requests that are not answered and of replies that have not left. */
    long heldBytes();

    /** Its pools of workers; the same ones as long as it serves. */
    List<WorkerFigures> workers();
}
