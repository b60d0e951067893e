package io.moa.registry.combined;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What several registries say of one instance, as one word. The rules, and why they are so, are told in
 * {@code docs/decisions/0012-several-registries.md}. Decides only. Immutable.
 *
 * @param entry what holds; null if no registry lists the instance
 * @param goodbye whether the process itself said that it takes no new calls
 * @param distance how near the nearest registry is that lists it
 * @param member which registry the entry is from; -1 if none
 */
record Merged(Snapshot.@Nullable Entry entry, boolean goodbye, int distance, int member) {

    /**
     * What one registry says of it.
     *
     * @param member which registry
     * @param distance how far that one is
     * @param answering whether it has confirmed what it says lately
     * @param entry null if it does not list the instance
     * @param goodbye whether it knows of a goodbye
     */
    record Word(int member, int distance, boolean answering, Snapshot.@Nullable Entry entry, boolean goodbye) {}

    /**
     * Joins the words.
     *
     * @param words of the registries, the most preferred first
     */
    static Merged of(List<Word> words) {
        List<Word> listing = new ArrayList<>(words.size());
        boolean goodbye = false;
        for (Word word : words) {
            goodbye |= word.goodbye();
            if (word.entry() != null) {
                listing.add(word);
            }
        }
        if (listing.isEmpty()) {
            return new Merged(null, goodbye, 0, -1);
        }
        // Who left one registry and stands in another has moved, and has not said goodbye. One that does not answer
        // counts
        // here too: nobody is lost because the registry that he moved to is away for a moment.
        List<Word> heard = listing.stream().filter(Word::answering).toList();
        List<Word> counting = heard.isEmpty() ? List.of(listing.get(0)) : heard;
        Word chosen = counting.get(0);
        Snapshot.Entry entry = chosen.entry();
        if (entry == null) {
            throw new IllegalStateException("only those that list it count");
        }
        boolean leaves = counting.stream().anyMatch(Word::goodbye);
        int nearest = listing.stream().mapToInt(Word::distance).min().orElse(0);
        Liveness liveness = leaves ? Liveness.OFFLINE : entry.liveness();
        return new Merged(
                new Snapshot.Entry(entry.instance(), liveness, decided(counting)), leaves, nearest, chosen.member());
    }

    /** Offline if anybody says so; weight and tag by the first who decides them. */
    private static OperatorState decided(List<Word> words) {
        boolean offline = false;
        Integer weight = null;
        String tag = null;
        for (Word word : words) {
            Snapshot.Entry entry = word.entry();
            if (entry != null) {
                OperatorState said = entry.operator();
                offline |= said.offline();
                weight = weight == null ? said.weight() : weight;
                tag = tag == null ? said.tag() : tag;
            }
        }
        return new OperatorState(offline, weight, tag);
    }
}
