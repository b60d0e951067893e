package io.moa.transport.handover;

import io.moa.transport.Listener;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What a process has taken over. It serves.
 *
 * @param listeners by the names that they were offered with
 * @param ended completes when the process they come from owes no reply any more, or is gone; then the callers of calls that it did
 *     not answer have been told so
 */
public record Takeover(Map<String, Listener> listeners, CompletableFuture<HandOverLedger> ended) {
    public Takeover {
        listeners = Map.copyOf(listeners);
    }
}
