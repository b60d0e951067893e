package io.moa.registry.redis;

import io.moa.discovery.Snapshot;
import java.util.List;
import java.util.Set;

/**
 * What changed among all processes of the registry. Immutable.
 *
 * @param revision grows with every change; 0 before Redis has answered
 * @param whole whether {@code changed} is everything that is known
 * @param changed processes that are new, or of which something changed
 * @param gone uuids that are not registered any more; empty if {@code whole}
 * @param goodbyes those among both that said themselves that they take no new calls
 * @param asOfNanos when the reading began, on the link's ticker
 * @param source who says so
 */
record CatalogueNews(
        long revision,
        boolean whole,
        List<Snapshot.Entry> changed,
        Set<String> gone,
        Set<String> goodbyes,
        long asOfNanos,
        String source) {

    CatalogueNews {
        changed = List.copyOf(changed);
        gone = Set.copyOf(gone);
        goodbyes = Set.copyOf(goodbyes);
    }
}
