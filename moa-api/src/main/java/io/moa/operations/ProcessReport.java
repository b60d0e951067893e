package io.moa.operations;

import java.util.List;

/**
 * What a process has seen of late: plain numbers and texts, so that a program in any language can read it. No list has more elements than were
 * asked for; beside each stands how many there are. Names may be what others chose, with whatever characters, so whoever prints them
 * takes care. Immutable.
 *
 * @param application what the process is called
 * @param instance its uuid
 * @param seconds how many whole seconds the figures are of: as many as were asked for, or fewer if it has not observed its calls for as long
 * @param made the calls that its clients make
 * @param served the calls that its servers serve
 * @param breakers those that are not closed, by name
 * @param breakersNotClosed how many these are in all
 * @param followed services that its clients follow: first those of which nobody may be called, then those with most ejected instances, then
 *     those whose list is oldest
 * @param servicesFollowed how many these are in all
 * @param servers its servers
 * @param rulesVersion which rules it holds, for people, such as {@code version 1795355491621-0}; empty if it follows none
 * @param rules how many rules it holds, whether they are in force in it or not
 */
public record ProcessReport(
        String application,
        String instance,
        int seconds,
        CallsReport made,
        CallsReport served,
        List<BreakerReport> breakers,
        int breakersNotClosed,
        List<FollowedReport> followed,
        int servicesFollowed,
        List<ServerReport> servers,
        String rulesVersion,
        int rules) {

    public ProcessReport {
        breakers = List.copyOf(breakers);
        followed = List.copyOf(followed);
        servers = List.copyOf(servers);
    }
}
