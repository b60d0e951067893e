package io.moa.registry.watch;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one watcher knows of one instance. Guarded by the watcher's lock. */
final class Watched {

    /** A probe that ended. */
    private record Sample(long startNanos, long tookNanos, Probe.Finding finding) {}

    /** What another watcher found. */
    record Answered(Letter.Answer answer, long atNanos) {}

    final String uuid;
    final int part;
    long revision;
    Instance instance;
    boolean withdrawn; // it has said goodbye

    Liveness liveness = Liveness.ONLINE;
    int generation; // what began under another one is void
    boolean probing;
    boolean writing;
    int failures; // in a row
    int successes; // in a row
    boolean nameless; // the last probe did not even learn where the name of its host leads
    long failingSinceNanos; // start of the first of them; only if failures > 0
    long nextProbeNanos;
    long askedNanos; // when other watchers were asked; only if asked
    boolean asked;
    long signsNanos; // when the store was asked; only if hasSigns
    boolean hasSigns;
    Signs signs = Signs.NONE;
    long missingSinceNanos; // since when the lease was seen missing; only if missing
    boolean missing;
    long heartbeatMillis; // how often it renews its lease, as far as it has said
    long offlineSinceNanos; // as this watcher saw it; only while OFFLINE
    long writtenNanos; // when a change of ours was last asked for; only if written
    boolean written;
    long notBeforeNanos; // the next try of a write that was refused; only if deferred
    boolean deferred;
    String fuse = "";
    final Map<String, Answered> answers = new HashMap<>();
    // Outlive what discard() forgets.
    boolean witnessed; // this watcher has seen it alive: it answered, or had a lease
    long lapsedNanos; // when the lease was over, as this watcher saw it; only if lapsed
    boolean lapsed;
    private final Deque<Sample> samples = new ArrayDeque<>();

    Watched(Instance instance, long revision) {
        this.uuid = instance.uuid();
        this.part = WatchStore.partOf(uuid);
        this.instance = instance;
        this.revision = revision;
    }

    void add(long startNanos, long endNanos, Probe.Finding finding) {
        samples.addFirst(new Sample(startNanos, endNanos - startNanos, finding));
        if (samples.size() > Evidence.MAX_SENTENCES) {
            samples.removeLast();
        }
        nameless = finding.nameless();
        if (finding.reached()) {
            witnessed = true;
            failures = 0;
            successes++;
            asked = false;
            hasSigns = false;
            missing = false;
            lapsed = false;
            deferred = false;
            fuse = "";
            answers.clear();
        } else {
            if (failures++ == 0) {
                failingSinceNanos = startNanos;
            }
            successes = 0;
        }
    }

    void learn(Signs found, long nowNanos, Judge judge) {
        signs = found;
        signsNanos = nowNanos;
        hasSigns = true;
        if (found.heartbeatMillis() > 0) {
            heartbeatMillis = found.heartbeatMillis();
        }
        boolean over =
                found.leaseAgeMillis() == Signs.NO_LEASE || found.leaseAgeMillis() >= judge.lapsedAfterMillis(this);
        if (over && !lapsed) {
            lapsedNanos = nowNanos;
        }
        lapsed = over;
        if (found.leaseAgeMillis() != Signs.NO_LEASE) {
            witnessed = true;
            missing = false;
        } else if (!missing) {
            missing = true;
            missingSinceNanos = nowNanos;
        }
    }

    void mark(Liveness now, long nowNanos) {
        if (now == Liveness.OFFLINE && liveness != Liveness.OFFLINE) {
            offlineSinceNanos = nowNanos;
        }
        liveness = now;
    }

    /** Forgets every sample: they are older than something that makes them worthless. */
    void discard() {
        generation++;
        probing = false;
        writing = false;
        failures = 0;
        successes = 0;
        asked = false;
        hasSigns = false;
        missing = false;
        deferred = false;
        fuse = "";
        signs = Signs.NONE;
        answers.clear();
        samples.clear();
    }

    List<String> probes(long nowNanos) {
        List<String> sentences = new ArrayList<>();
        for (Sample sample : samples) {
            String failure = sample.finding.failure();
            sentences.add((nowNanos - sample.startNanos) / 1_000_000 + " ms before, "
                    + (failure == null ? "answered" : failure) + " (after " + sample.tookNanos / 1_000_000 + " ms)");
        }
        return sentences;
    }
}
