package io.moa.governance.belief;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Decides, for one service, which removals of instances are believed. A registry may lose keys, be emptied, or be fed by a
 * watcher that is itself cut off; so an instance that was usable leaves only
 *
 * <ul>
 *   <li>on its own {@linkplain Snapshot#goodbyes() goodbye}, or an operator's decision: at once;
 *   <li>when watchers take it off the online list: at once, if they do not take too many at a time (see {@link
 *       BeliefConfig}) or the last one;
 *   <li>else when probes of this process fail too. Until then, and as long as probes succeed, it stays in doubt: it is
 *       called when nothing better is left, and forgotten after {@link BeliefConfig#expiry()}, unless nothing better is
 *       left even then and the latest probe reached it.
 * </ul>
 *
 * <p>When nobody else is left, and probes fail of at least three and of more than they reach, this process may be the one that is cut
 * off: then failed probes let go of nobody, and who is in doubt stays until {@link BeliefConfig#expiry()}.
 *
 * <p>What is listed and online again is not in doubt any more. A list that is not known removes nobody.
 *
 * <p>No I/O, no clock: what happened, and when, comes in; what is believed, and whom to probe, comes out. Not safe for
 * threads.
 */
public final class Belief {

    /** So many instances of one service are in doubt at most; the oldest doubts go first. */
    public static final int MAX_DOUBTS = 10_000;

    /** So many at once are hardly gone by chance: fewer may be all that a small service has. */
    private static final int MANY_FAILING = 3;

    private record Dark(long atNanos, int count) {}

    private final BeliefConfig config;
    private final RandomGenerator chance;
    private Snapshot told;
    private int usable; // of what was told
    private final Map<String, Doubt> doubts = new LinkedHashMap<>(); // oldest first
    private final Deque<Dark> lately = new ArrayDeque<>();

    /**
     * Begins knowing nothing.
     *
     * @param chance spreads the probes of many clients over time
     * @param nowNanos the time on the ticker that all further times come from
     */
    public Belief(ServiceId service, BeliefConfig config, RandomGenerator chance, long nowNanos) {
        this.config = config;
        this.chance = chance;
        this.told = Snapshot.unknown(service, nowNanos);
    }

    /** The registry says something new. */
    public Believed update(Snapshot snapshot, long nowNanos) {
        if (snapshot.isUnknown()) {
            if (told.isUnknown()) {
                told = snapshot;
            }
            return believed(nowNanos); // who knows nothing contradicts nobody
        }
        reconsider(snapshot);
        ListChange change = ListChange.between(told.entries(), snapshot.entries());
        int now = usable + usableOf(change.came()) - usableOf(change.left());
        for (ListChange.Replaced each : change.changed()) {
            now += (each.now().usable() ? 1 : 0) - (each.before().usable() ? 1 : 0);
        }
        for (Snapshot.Entry before : change.left()) {
            String uuid = before.instance().uuid();
            if (before.usable() && !snapshot.goodbyes().contains(uuid)) {
                doubt(uuid, new Doubt(before, told.distanceOf(uuid), false, nowNanos));
            }
        }
        List<Snapshot.Entry> dark = new ArrayList<>();
        for (ListChange.Replaced each : change.changed()) {
            Snapshot.Entry entry = each.now();
            if (each.before().usable()
                    && !entry.online()
                    && !entry.operator().offline()
                    && !snapshot.goodbyes().contains(entry.instance().uuid())) {
                dark.add(entry);
            }
        }
        if (!dark.isEmpty() && tooMany(dark.size(), now == 0, nowNanos)) {
            dark.forEach(entry -> doubt(
                    entry.instance().uuid(),
                    new Doubt(entry, snapshot.distanceOf(entry.instance().uuid()), true, nowNanos)));
        }
        told = snapshot;
        usable = now;
        return believed(nowNanos);
    }

    /**
     * What an earlier process knew has been found. It counts as if it had been known before the registry said anything: whoever the
     * registry does not list any more is missing.
     *
     * @param kept known, and of the same service
     */
    public Believed remember(Snapshot kept, long nowNanos) {
        Snapshot answer = told;
        if (answer.isUnknown()) {
            return update(kept, nowNanos);
        }
        told = kept;
        usable = usableOf(kept.entries());
        return update(answer, nowNanos);
    }

    private static int usableOf(List<Snapshot.Entry> entries) {
        int usable = 0;
        for (Snapshot.Entry entry : entries) {
            usable += entry.usable() ? 1 : 0;
        }
        return usable;
    }

    /** Takes a word about those in doubt: who is back, who said goodbye, who was taken out by an operator. */
    private void reconsider(Snapshot snapshot) {
        if (doubts.isEmpty()) {
            return;
        }
        Map<String, Snapshot.Entry> listed = new HashMap<>();
        for (Snapshot.Entry entry : snapshot.entries()) {
            listed.put(entry.instance().uuid(), entry);
        }
        for (Iterator<Map.Entry<String, Doubt>> each = doubts.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<String, Doubt> next = each.next();
            Snapshot.Entry entry = listed.get(next.getKey());
            Doubt doubt = next.getValue();
            if (snapshot.goodbyes().contains(next.getKey())
                    || (entry != null && (entry.online() || entry.operator().offline()))) {
                each.remove();
            } else {
                doubt.listed = entry != null;
                doubt.entry = entry != null ? entry : doubt.entry;
            }
        }
    }

    private void doubt(String uuid, Doubt doubt) {
        if (doubts.size() >= MAX_DOUBTS) {
            Iterator<String> oldest = doubts.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        doubts.putIfAbsent(uuid, doubt);
    }

    private boolean tooMany(int dark, boolean nobodyLeft, long nowNanos) {
        long window = config.window().toNanos();
        while (!lately.isEmpty() && nowNanos - lately.peekFirst().atNanos() >= window) {
            lately.removeFirst();
        }
        int earlier = lately.stream().mapToInt(Dark::count).sum();
        lately.addLast(new Dark(nowNanos, dark));
        long of = (long) usable + earlier; // as many as there were when the window began
        return nobodyLeft || earlier + dark > Math.max(1, of * config.shrinkPercent() / 100);
    }

    /** Whether it may be this process that reaches nobody, and letting go would leave it with nobody to call. */
    private boolean cutOff() {
        if (usable > 0) {
            return false;
        }
        int failing = 0;
        int reached = 0;
        for (Doubt doubt : doubts.values()) {
            failing += doubt.failures > 0 ? 1 : 0;
            reached += doubt.reached ? 1 : 0;
        }
        return failing >= MANY_FAILING && failing > reached;
    }

    /**
     * A probe that was asked for has ended.
     *
     * @param reached whether the very process answered and serves what is wanted
     * @param how for people
     */
    public Believed probed(String uuid, boolean reached, String how, long nowNanos) {
        Doubt doubt = doubts.get(uuid);
        if (doubt != null) {
            doubt.probing = false;
            doubt.reached = reached;
            doubt.latest = how;
            doubt.failures = reached ? 0 : doubt.failures + 1;
            boolean failed = doubt.failures >= config.failures();
            doubt.nextProbeNanos = nowNanos
                    + spread(
                            reached || failed
                                    ? config.reprobe().toNanos()
                                    : config.retry().toNanos());
            if (failed && !cutOff()) {
                doubts.remove(uuid); // missing, or off the online list, and not reached: gone
            }
        }
        return believed(nowNanos);
    }

    /** A probe that was asked for was not made, because too many wait; it says nothing and is asked for again. */
    public Believed postponed(String uuid, long nowNanos) {
        Doubt doubt = doubts.get(uuid);
        if (doubt != null) {
            doubt.probing = false;
            doubt.nextProbeNanos = nowNanos + spread(config.retry().toNanos());
        }
        return believed(nowNanos);
    }

    /** Time has passed. */
    public Believed tick(long nowNanos) {
        return believed(nowNanos);
    }

    private Believed believed(long nowNanos) {
        long expiry = config.expiry().toNanos();
        doubts.values().removeIf(doubt -> nowNanos - doubt.sinceNanos >= expiry && (usable > 0 || !doubt.reached));
        if (doubts.isEmpty()) {
            return new Believed(told, Map.of(), List.of(), Long.MAX_VALUE);
        }
        List<Instance> probes = new ArrayList<>();
        Map<String, String> reasons = new HashMap<>();
        long next = Long.MAX_VALUE;
        for (Map.Entry<String, Doubt> each : doubts.entrySet()) {
            Doubt doubt = each.getValue();
            if (!doubt.probing && doubt.nextProbeNanos - nowNanos <= 0) {
                doubt.probing = true;
                probes.add(doubt.entry.instance());
            }
            if (!doubt.probing) {
                next = Math.min(next, doubt.nextProbeNanos - nowNanos);
            }
            long expires = doubt.sinceNanos + expiry - nowNanos;
            if (expires > 0) {
                next = Math.min(next, expires);
            }
            reasons.put(each.getKey(), doubt.why(nowNanos, expiry));
        }
        return new Believed(withDoubted(), reasons, probes, next);
    }

    private Snapshot withDoubted() {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (Snapshot.Entry entry : told.entries()) {
            if (!doubts.containsKey(entry.instance().uuid())) {
                entries.add(entry);
            }
        }
        Map<String, Integer> distances = new HashMap<>(told.distances());
        for (Doubt doubt : doubts.values()) {
            if (doubt.distance > 0) {
                distances.put(doubt.entry.instance().uuid(), doubt.distance);
            }
            entries.add(new Snapshot.Entry(doubt.entry.instance(), Liveness.SUSPECT, doubt.entry.operator()));
        }
        return new Snapshot(
                told.service(), told.revision(), entries, told.asOfNanos(), told.source(), told.goodbyes(), distances);
    }

    /** The pause, 20 % more or less. */
    private long spread(long nanos) {
        return nanos - nanos / 5 + chance.nextLong(1 + nanos * 2 / 5);
    }

    @Override
    public String toString() {
        return "Belief[" + told.service() + "@" + told.revision() + ", " + usable + " usable, " + doubts.size()
                + " in doubt]";
    }
}
