package io.moa.observe;

/** What a client knows of a service that it follows, at the moment of asking. Safe for many threads, and cheap enough to be asked each second. */
public interface FollowedFigures {

    /** How many instances are listed. */
    int instances();

    /** How many of them may be called. */
    int usable();

    /** How many are ejected because of how calls to them ended. */
    int ejected();

    /** How long ago the list was confirmed by a registry, in nanoseconds; -1 if none has told of the service yet. */
    long ageNanos();
}
