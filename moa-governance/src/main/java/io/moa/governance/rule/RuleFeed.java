package io.moa.governance.rule;

import io.moa.discovery.RuleSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a source of rules tells into books, and hands each to who goes by it. A source that tells nothing any more, or that has lost
 * everything, takes no rule back: only one that still knows what it said before does.
 *
 * <p>Safe for many threads; the listener is told one book after the other, under a lock of this feed.
 */
public final class RuleFeed implements Consumer<RuleSet> {

    private final Function<String, @Nullable Object> json;
    private final Consumer<RuleBook> listener;
    private RuleBook book; // guarded by this
    private RuleSet inForce = RuleSet.EMPTY; // guarded by this
    private boolean heard; // of a change; guarded by this

    /**
     * A feed that has told nothing yet.
     *
     * @param json reads a text into plain values; throws {@link IllegalArgumentException} with the reason if it is no JSON
     * @param listener goes by the books
     */
    public RuleFeed(LocalProcess process, Function<String, @Nullable Object> json, Consumer<RuleBook> listener) {
        this.json = json;
        this.listener = listener;
        this.book = RuleBook.none(process);
    }

    /** What an earlier process knew: in force until the source has told of a change, also if it told before that it knows of none. */
    public synchronized void remember(RuleSet kept) {
        if (!heard && kept.revision() > book.revision()) {
            take(kept);
        }
    }

    @Override
    public synchronized void accept(RuleSet told) {
        if (told.revision() == 0) {
            return; // it has not answered
        }
        if (hasLost(told)) {
            return;
        }
        heard |= !told.neverChanged();
        take(told);
    }

    /** Whether rules are in force of which a source says nothing, though nobody has taken them away there. */
    private boolean hasLost(RuleSet told) {
        if (!told.rules().isEmpty() || book.rules().isEmpty()) {
            return false;
        }
        boolean sameChange = !told.version().isEmpty() && told.version().equals(inForce.version());
        return told.neverChanged() || sameChange;
    }

    private void take(RuleSet rules) {
        Map<String, @Nullable Object> plain = new HashMap<>();
        Map<String, String> unreadable = new HashMap<>();
        rules.rules().forEach((id, text) -> {
            try {
                plain.put(id, json.apply(text));
            } catch (IllegalArgumentException e) {
                plain.put(id, null);
                unreadable.put(id, String.valueOf(e.getMessage()));
            }
        });
        book = book.next(rules, plain, unreadable);
        inForce = kept(rules);
        listener.accept(book);
    }

    /** What was told, but for each rule of which a former version stays in force: that one. */
    private RuleSet kept(RuleSet told) {
        Map<String, String> rules = new HashMap<>(told.rules());
        Map<String, String> versions = new HashMap<>(told.versions());
        for (Rule each : book.rules()) {
            String former = inForce.rules().get(each.id());
            if (former != null && book.bad().containsKey(each.id())) {
                rules.put(each.id(), former);
                String version = inForce.versions().get(each.id());
                if (version == null) {
                    versions.remove(each.id());
                } else {
                    versions.put(each.id(), version);
                }
            }
        }
        return new RuleSet(told.revision(), rules, told.settings(), told.version(), versions);
    }

    /** The book in force. */
    public synchronized RuleBook book() {
        return book;
    }

    /**
     * The rules of this book as texts, to be {@linkplain #remember remembered} by a later process: what is in force, which is not what the
     * source tells of a rule that became wrong. A wrong rule without a good version stands as it was told: a later process may
     * be able to read it.
     */
    public synchronized RuleSet inForce() {
        return inForce;
    }
}
