package io.moa.registry.watch;

import io.moa.internal.UntrustedText;
import java.util.ArrayList;
import java.util.List;

/**
 * Why a watcher changed something about an instance, for people. Immutable. Its parts are plain text and numbers, so that any
 * store can keep it; it takes at most about 8 KiB.
 *
 * @param uuid the instance
 * @param change what was done
 * @param watcher who did it
 * @param part of the instance
 * @param fence under which the watcher held the part
 * @param atEpochMillis when, on the watcher's wall clock
 * @param why the reason in one sentence
 * @param leaseAgeMillis how long ago the instance had renewed its lease, in milliseconds; {@link Signs#NO_LEASE} if the store
 *     had none, {@link #NOT_ASKED} if it was not asked
 * @param probes the last probes as sentences, newest first; at most {@value #MAX_SENTENCES}
 * @param vantagePoints what others found, as sentences; at most {@value #MAX_SENTENCES}
 * @param fuse the state of the fuse, as a sentence
 */
public record Evidence(
        String uuid,
        Change change,
        String watcher,
        int part,
        long fence,
        long atEpochMillis,
        String why,
        long leaseAgeMillis,
        List<String> probes,
        List<String> vantagePoints,
        String fuse) {

    /** How many sentences a list of them has at most; those beyond are left out. */
    public static final int MAX_SENTENCES = 8;

    /** How many characters a sentence has at most; it is cut. */
    public static final int MAX_SENTENCE = 400;

    /** The age of a lease that did not matter. */
    public static final long NOT_ASKED = -2;

    public Evidence {
        why = sentence(why);
        fuse = sentence(fuse);
        probes = sentences(probes);
        vantagePoints = sentences(vantagePoints);
    }

    /** All of it as lines for people, without the wall time, which the reader writes in the reader's own zone. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(switch (change) {
                    case SUSPECT -> "SUSPECT";
                    case REMOVE -> "removed from the online list";
                    case REINSTATE -> "put back";
                    case FORGET -> "forgotten";
                }
                + " by watcher " + watcher + " (part " + part + ", fence " + fence + "): " + why);
        if (leaseAgeMillis == Signs.NO_LEASE) {
            lines.add("lease: the registry has none");
        } else if (leaseAgeMillis >= 0) {
            lines.add("lease: renewed " + leaseAgeMillis + " ms before");
        }
        probes.forEach(probe -> lines.add("probe: " + probe));
        vantagePoints.forEach(found -> lines.add("second vantage point: " + found));
        if (!fuse.isEmpty()) {
            lines.add("fuse: " + fuse);
        }
        return List.copyOf(lines);
    }

    /** A peer's words, fit for a terminal and a log. */
    static String sentence(String text) {
        return UntrustedText.shownProse(text, MAX_SENTENCE);
    }

    private static List<String> sentences(List<String> texts) {
        return texts.stream().limit(MAX_SENTENCES).map(Evidence::sentence).toList();
    }
}
