package io.moa.operations;

import java.util.List;

/**
 * How busy a server is. Immutable.
 *
 * @param connections how many are open
 * @param heldBytes of requests that are not answered and of replies that have not left
 * @param pools how many pools of workers it has
 * @param workers some of them, the busiest first
 */
public record ServerReport(int connections, long heldBytes, int pools, List<WorkersReport> workers) {

    public ServerReport {
        workers = List.copyOf(workers);
    }
}
