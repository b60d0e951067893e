package io.moa.registry.watch;

import io.moa.discovery.Liveness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from what is known of one instance. Decides only; whether the watcher may trust itself, and may write, is
 * asked before. Immutable.
 */
record Judge(WatchConfig config) {

    /** Answers older than this say nothing of now. */
    private static final Duration ANSWER_LIFE = Duration.ofSeconds(10);

    /** Signs older than this are asked for again before they count. */
    private static final Duration SIGNS_LIFE = Duration.ofSeconds(2);

    /** A change and its reason. */
    record Decision(Change change, String why, List<String> vantagePoints) {}

    /** What should be changed; null for nothing. */
    @Nullable
    Decision decide(Watched seen, long now) {
        if (seen.liveness != Liveness.ONLINE && seen.successes >= config.successes()) {
            return new Decision(
                    Change.REINSTATE, "it answered " + seen.successes + " probes in a row, as itself", List.of());
        }
        if (seen.failures < config.failures()) {
            return null;
        }
        if (seen.withdrawn) {
            // Nobody calls it any more: neither a mark nor the fuse is needed to let it go.
            return isMissing(seen, now) && isDue(seen, now) && !reached(seen, now)
                    ? new Decision(
                            Change.FORGET,
                            "it said goodbye, its lease is gone and " + seen.failures + " probes in a row failed",
                            vantagePoints(seen, now))
                    : null;
        }
        if (seen.liveness == Liveness.OFFLINE) {
            boolean enough =
                    now - seen.offlineSinceNanos >= config.forgetAfter().toNanos();
            return enough && lapsed(seen, now)
                    ? new Decision(Change.FORGET, "it has been OFFLINE for " + config.forgetAfter(), List.of())
                    : null;
        }
        long failing = now - seen.failingSinceNanos;
        String probes = seen.failures + " probes in a row failed, over " + failing / 1_000_000 + " ms";
        if (isDue(seen, now)) {
            if (lapsed(seen, now) && !reached(seen, now)) {
                return new Decision(Change.REMOVE, "its lease has lapsed and " + probes, vantagePoints(seen, now));
            }
            if (failing >= config.unreachableFor().toNanos() && !seen.nameless && agreed(seen, now)) {
                return new Decision(
                        Change.REMOVE,
                        "its lease lives, but " + probes + ", and a second vantage point agrees",
                        vantagePoints(seen, now));
            }
        }
        return seen.liveness == Liveness.SUSPECT
                ? null
                : new Decision(Change.SUSPECT, probes + "; nobody else has confirmed it yet", List.of());
    }

    /** Whether the instance is worth a look at its lease: the store is asked only about those that do not answer. */
    boolean needsSigns(Watched seen, long now) {
        return seen.failures > 0
                && (seen.withdrawn
                        || seen.liveness != Liveness.OFFLINE
                        || now - seen.offlineSinceNanos >= config.forgetAfter().toNanos())
                && (!seen.hasSigns
                        || now - seen.signsNanos >= Duration.ofMillis(500).toNanos());
    }

    /** Whether other watchers should be asked now. */
    boolean needsAnswers(Watched seen, long now) {
        return seen.failures >= config.failures()
                && seen.liveness != Liveness.OFFLINE
                && (!seen.asked
                        || now - seen.askedNanos >= Duration.ofSeconds(3).toNanos());
    }

    private static boolean isDue(Watched seen, long now) {
        return !seen.deferred || now - seen.notBeforeNanos >= 0;
    }

    private static boolean knowsLease(Watched seen, long now) {
        return seen.hasSigns && now - seen.signsNanos <= SIGNS_LIFE.toNanos();
    }

    private boolean isMissing(Watched seen, long now) {
        return knowsLease(seen, now) && seen.missing && now - seen.missingSinceNanos >= missingForNanos(seen);
    }

    /** So long a living process may not have written its lease again, which is gone with the store's content. */
    private long missingForNanos(Watched seen) {
        return Math.max(config.missingFor().toNanos(), seen.heartbeatMillis * 1_000_000 * 4 / 3);
    }

    /** At what age the lease of a process counts as lapsed: two of its own heartbeats have not come. */
    long lapsedAfterMillis(Watched seen) {
        return Math.max(config.lapsedAfter().toMillis(), seen.heartbeatMillis * 7 / 3);
    }

    private boolean lapsed(Watched seen, long now) {
        if (!knowsLease(seen, now)) {
            return false;
        }
        return seen.missing
                ? now - seen.missingSinceNanos >= missingForNanos(seen)
                : seen.signs.leaseAgeMillis() >= lapsedAfterMillis(seen);
    }

    private static boolean reached(Watched seen, long now) {
        for (Watched.Answered answered : seen.answers.values()) {
            if (fresh(answered, now) && answered.answer().reached()) {
                return true;
            }
        }
        return false;
    }

    /** One watcher that reached it outweighs all that did not. */
    private boolean agreed(Watched seen, long now) {
        boolean failed = false;
        for (Watched.Answered answered : seen.answers.values()) {
            if (fresh(answered, now)) {
                if (answered.answer().reached()) {
                    return false;
                }
                failed = true;
            }
        }
        return failed || (seen.hasSigns && seen.signs.complaints().size() >= config.complaints());
    }

    private static boolean fresh(Watched.Answered answered, long now) {
        return now - answered.atNanos() <= ANSWER_LIFE.toNanos();
    }

    List<String> vantagePoints(Watched seen, long now) {
        List<String> sentences = new ArrayList<>();
        for (Watched.Answered answered : seen.answers.values()) {
            if (fresh(answered, now)) {
                sentences.add("watcher " + answered.answer().from() + ": "
                        + (answered.answer().reached()
                                ? "reached it"
                                : answered.answer().finding()));
            }
        }
        for (Complaint complaint : seen.signs.complaints()) {
            sentences.add("consumer " + complaint.consumer() + ": " + complaint.reason());
        }
        return sentences;
    }
}
