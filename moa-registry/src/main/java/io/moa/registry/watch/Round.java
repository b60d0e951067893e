package io.moa.registry.watch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a watcher learns when it renews its lease. Immutable.
 *
 * @param watchers all that have a lease, the asking one included; whether each is fit
 * @param parts who holds what; a holder may have no lease any more
 * @param letters what others sent since the last round, oldest first
 */
public record Round(Map<String, Boolean> watchers, Map<Integer, Holding> parts, List<Letter> letters) {

    /**
     * A part in somebody's hands.
     *
     * @param watcher who holds it
     * @param fence under which fence; 1 or more
     */
    public record Holding(String watcher, long fence) {}

    public Round {
        watchers = Collections.unmodifiableMap(new LinkedHashMap<>(watchers));
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        letters = List.copyOf(letters);
    }
}
