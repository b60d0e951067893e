package io.moa.registry.watch;

import io.moa.discovery.Liveness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Whether the watcher should doubt itself rather than what it watches: most instances became unreachable at once. First
 * probes are counted apart from repeated ones, which would let a few dead instances outvote the many that are probed
 * seldom. An instance whose lease has lapsed says nothing of the watcher, unless most lapsed together: then the store was
 * emptied, or cut off as well, and that is doubted for a long while. Who said goodbye says nothing of the watcher either, nor does
 * whom it has never seen alive, by an answer or by a lease: anybody may write records of the dead.
 * Guarded by the watcher's lock.
 */
final class IsolationCheck {

    private static final int LEAST = 3;
    private static final int BUCKETS = 4;
    private static final long BUCKET_NANOS = 500_000_000;

    private static final long TOGETHER_NANOS = 5_000_000_000L;
    private static final int HOLDS = 10;

    private final double share;
    private final long togetherDoubtNanos;
    private final int[] reached = new int[BUCKETS];
    private final int[] failed = new int[BUCKETS];
    private int bucket;
    private long bucketNanos;
    private boolean begun;

    IsolationCheck(double share, Duration hold) {
        this.share = share;
        this.togetherDoubtNanos = HOLDS * hold.toNanos();
    }

    /** A probe of an instance that had answered before, or had not been probed. */
    void first(boolean answered, long now) {
        turn(now);
        if (answered) {
            reached[bucket]++;
        } else {
            failed[bucket]++;
        }
    }

    private void turn(long now) {
        if (!begun) {
            begun = true;
            bucketNanos = now;
        }
        for (int turns = 0; now - bucketNanos >= BUCKET_NANOS; turns++) {
            if (turns >= BUCKETS) {
                bucketNanos = now;
                break;
            }
            bucketNanos += BUCKET_NANOS;
            bucket = (bucket + 1) % BUCKETS;
            reached[bucket] = 0;
            failed[bucket] = 0;
        }
    }

    /** Whether most of what is watched became unreachable. */
    boolean isolated(Collection<Watched> mine, long now) {
        turn(now);
        int up = 0;
        int down = 0;
        for (int i = 0; i < BUCKETS; i++) {
            up += reached[i];
            down += failed[i];
        }
        if (most(down, up + down)) {
            return true;
        }
        int failing = 0;
        int all = 0;
        int known = 0;
        List<Long> lapses = new ArrayList<>(); // as ages: a ticker may wrap
        for (Watched each : mine) {
            if (each.withdrawn) {
                continue; // it may be gone as it said
            }
            if (!each.witnessed) {
                continue; // nobody has seen it alive: a record that was left behind, or made up, became nothing
            }
            if (each.liveness != Liveness.OFFLINE) {
                known++;
                if (each.lapsed) {
                    long age = now - each.lapsedNanos;
                    if (age < togetherDoubtNanos) {
                        lapses.add(age);
                    }
                    continue;
                }
            }
            if (each.liveness != Liveness.OFFLINE && (each.failures > 0 || each.successes > 0)) {
                all++;
                if (each.failures > 0) {
                    failing++;
                }
            }
        }
        return most(failing, all) || most(together(lapses), known);
    }

    /** How many lapsed within the same few seconds, at most. */
    private static int together(List<Long> ages) {
        ages.sort(null);
        int most = 0;
        int from = 0;
        for (int to = 0; to < ages.size(); to++) {
            while (ages.get(to) - ages.get(from) > TOGETHER_NANOS) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    private boolean most(int some, int all) {
        return some >= LEAST && some > all * share;
    }
}
