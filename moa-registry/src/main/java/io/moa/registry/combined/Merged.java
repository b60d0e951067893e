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
        boolean said = false;
        boolean left = false; // a goodbye was heard where it is listed no more
        for (Word word : words) {
            said |= word.goodbye();
            if (word.entry() != null) {
                listing.add(word);
            } else {
                left |= word.goodbye();
            }
        }
        if (listing.isEmpty()) {
            return new Merged(null, said, 0, -1);
        }
        List<Word> heard = listing.stream().filter(Word::answering).toList();
        List<Word> silent = listing.stream().filter(word -> !word.answering()).toList();
        // The last words of those that are silent: behind those that answer, whom they do not overrule.
        List<Word> inOrder = new ArrayList<>(heard);
        inOrder.addAll(silent);
        Word chosen = inOrder.get(0);
        Snapshot.Entry entry = chosen.entry();
        if (entry == null) {
            throw new IllegalStateException("only those that list it count");
        }
        // Who went offline while both listed it may be back since: those that answer know. Else the last word holds.
        boolean leaves = (heard.isEmpty() ? silent : heard).stream().anyMatch(Word::goodbye);
        // Who left one registry and stands in another has moved, if that one answers. If it does not, he may as
        // well have ended, unheard by it: he is kept, and taken last. The same of one who is offline in a registry
        // that fell silent.
        boolean doubtful = heard.isEmpty() ? left : silent.stream().anyMatch(Word::goodbye);
        int nearest = listing.stream().mapToInt(Word::distance).min().orElse(0);
        Liveness liveness = entry.liveness();
        if (leaves) {
            liveness = Liveness.OFFLINE;
        } else if (doubtful && liveness == Liveness.ONLINE) {
            liveness = Liveness.SUSPECT;
        }
        return new Merged(
                new Snapshot.Entry(entry.instance(), liveness, decided(inOrder)), leaves, nearest, chosen.member());
    }

    /**
     * Offline if anybody says so, or said so when it was heard last: an operator's decision holds until he takes it back.
     * Weight and tag by the first who decides them.
     */
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
