package io.moa.governance.belief;

import io.moa.discovery.Snapshot;
import java.util.concurrent.TimeUnit;

/** One instance whose removal is not believed yet. Of {@link Belief}, and used like it by one thread at a time. */
final class Doubt {

    Snapshot.Entry entry;
    final int distance;
    boolean listed; // off the online list, and not missing
    final long sinceNanos;
    boolean probing;
    int failures;
    boolean reached; // by the latest probe
    String latest = "";
    long nextProbeNanos;

    Doubt(Snapshot.Entry entry, int distance, boolean listed, long nowNanos) {
        this.entry = entry;
        this.distance = distance;
        this.listed = listed;
        this.sinceNanos = nowNanos;
        this.nextProbeNanos = nowNanos;
    }

    String why(long nowNanos, long expiryNanos) {
        long age = nowNanos - sinceNanos;
        String what = (listed ? "off the online list" : "missing in the registry, without a goodbye,") + " for "
                + TimeUnit.NANOSECONDS.toSeconds(age) + " s";
        String probe = latest.isEmpty() ? "not probed yet" : latest;
        return what + "; " + probe + "; called last; forgotten in "
                + Math.max(0, TimeUnit.NANOSECONDS.toSeconds(expiryNanos - age))
                + " s at the latest, if there are others";
    }
}
