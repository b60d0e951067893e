package io.moa.discovery;

import java.util.List;
import java.util.Set;

/**
 * What changed among all processes that a registry knows. Whoever follows the catalogue keeps a map of entries by uuid and
 * applies each change to it: if it is {@code whole}, everything kept is dropped first; then what is {@code gone} is taken
 * out, and what is {@code changed} put in. Immutable.
 *
 * @param revision grows with every change that this source saw; 0 before the source has answered
 * @param whole whether {@code changed} is everything that is known, as at the beginning and after a gap
 * @param changed processes that are new or of which a fact changed, each with all its facts, in a stable order
 * @param gone uuids that are not registered any more; empty if {@code whole}
 * @param goodbyes the uuids, among those changed or gone, of processes that said themselves that they take no new calls;
 *     see {@link Snapshot#goodbyes()}
 * @param asOfNanos when the source said so, on the subscriber's ticker
 * @param source who says so, for people
 */
public record CatalogueChange(
        long revision,
        boolean whole,
        List<Snapshot.Entry> changed,
        Set<String> gone,
        Set<String> goodbyes,
        long asOfNanos,
        String source) {

    public CatalogueChange {
        if (whole && !gone.isEmpty()) {
            throw new IllegalArgumentException("What is whole lists what is there; nothing is gone beside it: " + gone);
        }
        changed = List.copyOf(changed);
        gone = Set.copyOf(gone);
        goodbyes = Set.copyOf(goodbyes);
    }

    /** What is known before any source has answered: nothing. It is not the same as an empty catalogue. */
    public static CatalogueChange unknown(long nowNanos) {
        return new CatalogueChange(0, true, List.of(), Set.of(), Set.of(), nowNanos, "none");
    }

    /** Whether no source has answered yet. */
    public boolean isUnknown() {
        return revision == 0;
    }
}
