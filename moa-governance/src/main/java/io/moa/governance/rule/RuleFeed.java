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
        if (told.neverChanged() && !book.rules().isEmpty()) {
            return; // it has lost what it knew, or was never told
        }
        heard |= !told.neverChanged();
        take(told);
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
        listener.accept(book);
    }

    /** The book in force. */
    public synchronized RuleBook book() {
        return book;
    }
}
