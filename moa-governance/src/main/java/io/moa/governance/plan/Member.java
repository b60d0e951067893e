package io.moa.governance.plan;

import io.moa.discovery.Instance;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.InstanceLoad;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One process of a list, from one plan to the next: what this process learnt of it, and what follows from its entry, which is worked out
 * once for each entry. Not safe for threads, but for its load.
 */
final class Member {

    final InstanceLoad load;
    private final String uuid;
    private final long rank;
    private final long firstSeenNanos;
    private final boolean appeared;
    private Snapshot.@Nullable Entry entry; // the latest
    private @Nullable Instance called; // of that entry, as an operator decided
    private int fullWeight;
    private @Nullable String noWay;
    private Successors.@Nullable Site site;
    private @Nullable Candidate candidate;

    int position = -1; // in the latest list; in none yet
    long compiled; // the latest plan that it was in

    /**
     * A process that was not in the list before.
     *
     * @param rank its place in this caller's order of all instances
     * @param load what is learnt of it
     * @param appeared whether it came while this process was looking, so that it is not older than that
     */
    Member(String uuid, long rank, InstanceLoad load, long firstSeenNanos, boolean appeared) {
        this.uuid = uuid;
        this.rank = rank;
        this.load = load;
        this.firstSeenNanos = firstSeenNanos;
        this.appeared = appeared;
    }

    String uuid() {
        return uuid;
    }

    /** Its place in this caller's order of all instances; smaller ones come first. */
    long rank() {
        return rank;
    }

    /** Whether this very entry was taken last. */
    @SuppressWarnings("ReferenceEquality") // an equal one would only be taken once more
    boolean has(Snapshot.Entry listed) {
        return entry == listed;
    }

    /** Takes another entry of it. */
    void take(Snapshot.Entry listed, Successors successors, Function<Instance, @Nullable String> whyNone) {
        int full = listed.usable() ? PlanCompiler.weightOf(listed) : 0;
        String why = full == 0 ? null : whyNone.apply(listed.instance()); // first: if it throws, nothing has changed
        leave(successors);
        entry = listed;
        called = listed.instanceAsDecided();
        candidate = null;
        fullWeight = full;
        noWay = why == null ? null : "not called: " + why;
        site = listed.usable() ? successors.enter(listed.instance()) : null;
    }

    /** It is not listed any more. */
    void end(Successors successors) {
        leave(successors);
        load.standing().leave();
    }

    private void leave(Successors successors) {
        if (site != null && entry != null) {
            successors.leave(site, entry.instance());
            site = null;
        }
    }

    /** The weight to which it warms up; 0 if no new calls may go there. */
    int fullWeight() {
        return fullWeight;
    }

    /** Why it is not called though it could be, for people; null if it is. */
    @Nullable
    String passedOver(Instance instance) {
        if (noWay != null || site == null) {
            return noWay;
        }
        Instance successor = site.successorOf(instance);
        return successor == null ? null : "not called: " + successor + ", which started later, is at its address";
    }

    /** Its weight now. */
    int weight(Instance instance, long nowNanos, long wallMillis) {
        if (instance.warmUpMillis() == 0) {
            return fullWeight;
        }
        long seenFor = TimeUnit.NANOSECONDS.toMillis(nowNanos - firstSeenNanos);
        long age = WarmUp.ageMillis(instance, appeared, seenFor, wallMillis);
        return WarmUp.weight(fullWeight, instance.warmUpMillis(), age);
    }

    /** It, to be picked with this weight; the same as before if nothing has changed. */
    Candidate candidate(int weight) {
        Candidate before = candidate;
        boolean warming = weight < fullWeight;
        if (before != null && before.weight() == weight && before.warming() == warming) {
            return before;
        }
        Candidate now = new Candidate(Objects.requireNonNull(called), weight, load, warming);
        candidate = now;
        return now;
    }
}
