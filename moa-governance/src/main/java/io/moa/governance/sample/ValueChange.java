package io.moa.governance.sample;

/**
 * A value of a method's policy that becomes another one. Immutable.
 *
 * @param policy its name
 * @param before as people write it
 * @param after as people write it
 */
public record ValueChange(String policy, String before, String after) {

    /** For people. */
    @Override
    public String toString() {
        return policy + ": " + before + " -> " + after;
    }
}
