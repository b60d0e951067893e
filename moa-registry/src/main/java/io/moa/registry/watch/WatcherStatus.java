package io.moa.registry.watch;

/**
 * What a watcher is doing, and what it has done since its start. Immutable.
 *
 * @param watcher its name
 * @param parts how many parts it holds
 * @param instances how many instances it watches
 * @param registered how many are registered in all
 * @param fit false while it doubts itself
 * @param confirmed whether the store has confirmed its lease lately
 * @param probes probes that ended
 * @param failedProbes those of them that failed
 * @param lateProbes probes that began more than {@value ProbeRound#LATE_MILLIS} ms after they were due: this watcher, or what it
 *     may probe at once, is too small for what it watches
 * @param suspected instances marked SUSPECT
 * @param removed instances marked OFFLINE
 * @param reinstated marks taken away
 * @param forgotten records taken away
 * @param stale changes that the store refused because this watcher no longer held the part
 * @param fused removals that the fuse refused
 * @param pauses how often it found itself paused
 * @param isolations how often it began to doubt itself
 * @param listedAgeMillis how long ago it last learnt who is registered; -1 if it never did
 * @param refusals how often the store did not do what it was asked
 * @param refusal why it did not the last time, for people; empty if it always did
 */
public record WatcherStatus(
        String watcher,
        int parts,
        int instances,
        int registered,
        boolean fit,
        boolean confirmed,
        long probes,
        long failedProbes,
        long lateProbes,
        long suspected,
        long removed,
        long reinstated,
        long forgotten,
        long stale,
        long fused,
        long pauses,
        long isolations,
        long listedAgeMillis,
        long refusals,
        String refusal) {}
