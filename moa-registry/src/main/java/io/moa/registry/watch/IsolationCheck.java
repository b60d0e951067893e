package io.moa.registry.watch;

import io.moa.discovery.Liveness;
import java.util.Collection;

/**
 * Whether the watcher should doubt itself rather than what it watches: most instances became unreachable at once. First
 * probes are counted apart from repeated ones, which would let a few dead instances outvote the many that are probed
 * seldom. Guarded by the watcher's lock.
 */
final class IsolationCheck {

    private static final int LEAST = 3;
    private static final int BUCKETS = 4;
    private static final long BUCKET_NANOS = 500_000_000;

    private final double share;
    private final int[] reached = new int[BUCKETS];
    private final int[] failed = new int[BUCKETS];
    private int bucket;
    private long bucketNanos;
    private boolean begun;

    IsolationCheck(double share) {
        this.share = share;
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
        for (Watched each : mine) {
            if (each.liveness != Liveness.OFFLINE && (each.failures > 0 || each.successes > 0)) {
                all++;
                if (each.failures > 0) {
                    failing++;
                }
            }
        }
        return most(failing, all);
    }

    private boolean most(int some, int all) {
        return some >= LEAST && some > all * share;
    }
}
