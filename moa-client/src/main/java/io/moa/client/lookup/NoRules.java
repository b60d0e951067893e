package io.moa.client.lookup;

import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import java.util.function.Consumer;

/** The rules of a place that has none: a lookup tells of instances alone. */
final class NoRules implements RuleSource {

    @Override
    public RuleSet current() {
        return RuleSet.EMPTY;
    }

    @Override
    public Following subscribe(Consumer<RuleSet> listener) {
        listener.accept(RuleSet.EMPTY);
        return () -> {};
    }

    @Override
    public boolean outlivesProcess() {
        return false; // what is kept of another source would never be replaced
    }

    @Override
    public void close() {}
}
