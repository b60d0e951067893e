package io.moa.governance.sample;

/**
 * A call that would fare otherwise under other rules. Immutable.
 *
 * @param sample which call
 * @param calls how many of those for which the sample stands fare so; at least 1
 * @param before what becomes of it now
 * @param after what would become of it
 */
public record Deviation(Sample sample, int calls, Fate before, Fate after) {

    /** Whether a limit or a breaker refuses it, now or then. */
    boolean isLimited() {
        return before.kind() == Fate.Kind.LIMITED || after.kind() == Fate.Kind.LIMITED;
    }

    /** What changes, in a sentence that is the same for calls that fare alike. */
    String change() {
        return isLimited() ? before + " -> " + after : "route: " + before.becoming(after);
    }

    /** For people. */
    @Override
    public String toString() {
        return sample.service() + " " + sample.method() + " with " + sample.facts() + ": " + change();
    }
}
