package io.moa.governance.sample;

import java.util.ArrayList;
import java.util.List;

/**
 * A call that would fare otherwise under other rules. Immutable.
 *
 * @param sample which call
 * @param before where it goes now
 * @param after where it would go; equal if only values change
 * @param values what would be decided otherwise about its method
 */
public record Deviation(Sample sample, Fate before, Fate after, List<ValueChange> values) {

    public Deviation {
        values = List.copyOf(values);
    }

    /** What changes, each thing in a sentence that is the same for calls that fare alike. */
    List<String> changes() {
        List<String> changes = new ArrayList<>();
        if (!before.equals(after)) {
            changes.add("route: " + before.becoming(after));
        }
        values.forEach(each -> changes.add(each.toString()));
        return changes;
    }

    /** For people. */
    @Override
    public String toString() {
        return sample.service() + " " + sample.method() + " with " + sample.facts() + ": "
                + String.join("; ", changes());
    }
}
