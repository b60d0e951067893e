package io.moa.node.lookup;

/**
 * What a lookup knows and does. Immutable.
 *
 * @param known whether a registry has answered it yet
 * @param processes how many processes it knows
 * @param services how many services somebody offers
 * @param ageMillis how long ago its registry confirmed that; -1 while it knows nothing
 * @param source which registry said so
 * @param followers how many calls hang now
 * @param told how many calls that hung were told something new
 * @param answers how many calls were answered at once
 * @param refused how many calls found no room
 */
public record LookupStatus(
        boolean known,
        int processes,
        int services,
        long ageMillis,
        String source,
        int followers,
        long told,
        long answers,
        long refused) {}
