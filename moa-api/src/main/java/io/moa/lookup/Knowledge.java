package io.moa.lookup;

/**
 * Where an answer comes from, and how old it is. Immutable.
 *
 * @param state whether the answer can be used
 * @param edition names the life of the lookup that answers: its revisions mean nothing to another one
 * @param ageMillis how long ago its registry last confirmed what it knows; -1 while it knows nothing
 * @param source which registry said so, for people
 */
public record Knowledge(LookupState state, String edition, long ageMillis, String source) {

    /** Whether the answer can be used. */
    public boolean known() {
        return state == LookupState.KNOWN;
    }
}
