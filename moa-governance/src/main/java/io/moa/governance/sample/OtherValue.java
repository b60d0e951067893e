package io.moa.governance.sample;

/**
 * A value that would be decided otherwise about the calls of a method, and that by itself neither refuses any of the calls that were
 * looked at nor lets one pass. Immutable.
 *
 * @param of whose calls
 * @param calls how many those are in all
 * @param change which value
 * @param providers whether providers enforce it, each by the calls of all its callers, so that nothing can be told from those of one
 */
public record OtherValue(Sampled of, int calls, ValueChange change, boolean providers) {

    /** For people. */
    @Override
    public String toString() {
        return of + ": " + change + (providers ? ", which providers enforce" : "");
    }
}
