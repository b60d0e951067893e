package io.moa.operations;

/**
 * What a client knows of a service that it follows. Immutable.
 *
 * @param service as text, up to 300 characters
 * @param instances how many are listed
 * @param usable how many of them may be called
 * @param ejected how many get no calls for a while because of how calls to them ended
 * @param ageNanos how long ago a registry confirmed the list; -1 if none has told of the service yet
 * @param latestEjection who was ejected last and why, for people, up to 500 characters; empty if nobody is ejected
 */
public record FollowedReport(
        String service, int instances, int usable, int ejected, long ageNanos, String latestEjection) {}
