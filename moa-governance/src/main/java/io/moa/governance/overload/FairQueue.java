package io.moa.governance.overload;

import io.moa.invoke.Criticality;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait for room. The most important go first; of equally important ones callers take turns, whatever number each has sent; of one
 * caller the first that came goes first. Those that are over are given out to be refused, and take nobody's turn.
 *
 * <p>When it is full, whoever waits with least importance makes room, and among those the latest of the caller that waits with most calls: so
 * a caller that sends ten times its share is refused, and those that send theirs are not; and who is refused has not waited long. Calls of one that
 * had none waiting within the last second came together by chance, and count as a quarter.
 *
 * <p>Calls of one {@link Share} run up to a number of their own; those beyond it wait, and hold nobody else up.
 *
 * <p>Not safe for threads: whoever owns it holds a lock. Adding and taking cost the same however many wait; making room looks at each caller
 * that waits. Source of the turns: J. Nagle, "On Packet Switches with Infinite Storage", RFC 970; of who makes room: the longest queue drop of
 * "FlowQueue-Codel", RFC 8290.
 *
 * @param <T> what waits
 */
public final class FairQueue<T extends Waiting> {

    private static final Criticality[] IMPORTANCES = Criticality.values();
    private static final int TIERS = IMPORTANCES.length;

    private final List<Tier> tiers = new ArrayList<>();
    private int size;

    /** An empty one. */
    public FairQueue() {
        for (int i = 0; i < TIERS; i++) {
            tiers.add(new Tier());
        }
    }

    /** What some calls, those of one method, run with at most at once. Belongs to one queue, and is guarded with it. */
    public static final class Share {
        private int most;
        private int now; // as many as most, or fewer while fewer run in all
        private int running;
        private final Set<FairQueue<?>.Line> held = new LinkedHashSet<>(); // that go on when one of its calls has ended

        /**
         * One of which nothing runs.
         *
         * @param most how many run at once; at least 1
         */
        public Share(int most) {
            this.most = atLeastOne(most);
            this.now = most;
        }

        private static int atLeastOne(int most) {
            if (most < 1) {
                throw new IllegalArgumentException("A share is at least 1 call, not " + most);
            }
            return most;
        }

        /** Lets another number run at once; before any of its calls waits. */
        public void limit(int next) {
            most = atLeastOne(next);
            now = next;
        }

        /** Lets as large a part of its calls run at once as run in all. */
        void scale(int limit, int threads) {
            int before = now;
            now = (int) Math.max(1, Math.min(most, ((long) most * limit + threads - 1) / threads));
            if (now > before) {
                release();
            }
        }

        /** Whether one more may run. */
        public boolean hasRoom() {
            return running < now;
        }

        /** How many run, but for those that began when more were allowed. */
        int counted() {
            return Math.min(running, now);
        }

        /** How many run at once at most. */
        public int most() {
            return most;
        }

        /** How many run. */
        public int running() {
            return running;
        }

        /** How many lines wait for one of its calls to end. */
        int held() {
            return held.size();
        }

        /** One more runs. */
        public void begin() {
            running++;
        }

        /** One runs no more. */
        public void end() {
            running--;
            release();
        }

        private void release() {
            if (!held.isEmpty()) {
                held.forEach(FairQueue.Line::goOn);
                held.clear();
            }
        }
    }

    /** Those of one importance. */
    private final class Tier {
        private final Map<String, Caller> callers = new LinkedHashMap<>(); // that have lines
        private final LinkedHashSet<Caller> turns =
                new LinkedHashSet<>(); // of those, who has a call that may run; whose turn it is first
        private int waiting;
    }

    /** Calls of one caller, of one importance. */
    private final class Caller {
        private final String name;
        private final Tier tier;
        private final Map<Share, Line> lines = new LinkedHashMap<>(); // in which somebody waits
        private final LinkedHashSet<Line> turns = new LinkedHashSet<>(); // of those that are not held
        private int waiting;
        private long waitsSinceNanos; // since when without interruption

        Caller(String name, Tier tier) {
            this.name = name;
            this.tier = tier;
        }
    }

    /** Those of them of one share. */
    private final class Line {
        private final Caller caller;
        private final Share share;
        private final ArrayDeque<T> calls = new ArrayDeque<>();
        private boolean held; // its share is full

        Line(Caller caller, Share share) {
            this.caller = caller;
            this.share = share;
        }

        /** Takes turns, behind the others. */
        void join() {
            if (!held && !calls.isEmpty()) {
                caller.turns.add(this);
                caller.tier.turns.add(caller);
            }
        }

        void hold() {
            held = true;
            share.held.add(this);
        }

        /** Its share has room again, perhaps. */
        void goOn() {
            held = false;
            join();
        }

        /** Keeps nothing of who does not wait. */
        void forget() {
            if (!calls.isEmpty()) {
                return;
            }
            if (held) {
                share.held.remove(this);
            }
            caller.turns.remove(this);
            caller.lines.remove(share);
            if (caller.turns.isEmpty()) {
                caller.tier.turns.remove(caller);
            }
            if (caller.lines.isEmpty()) {
                caller.tier.callers.remove(caller.name);
            }
        }
    }

    /** How many wait. */
    public int size() {
        return size;
    }

    /** Of how many callers something is kept. */
    int callers() {
        return tiers.stream().mapToInt(tier -> tier.callers.size()).sum();
    }

    /**
     * Lets a call wait.
     *
     * @param most how many may wait, with it, where those of this importance are the least important that wait
     * @param nowNanos the present moment
     * @return who has to be refused for it, one that is over if there is one; the call itself if it matters least; null if there is room
     */
    public @Nullable T offer(T call, ToIntFunction<Criticality> most, long nowNanos) {
        add(call, nowNanos);
        if (size <= most.applyAsInt(least())) {
            return null;
        }
        T over = over(nowNanos);
        return over != null ? over : give(call, nowNanos);
    }

    private void add(T call, long nowNanos) {
        Tier tier = tiers.get(call.criticality().ordinal());
        Caller caller = tier.callers.computeIfAbsent(call.caller(), name -> new Caller(name, tier));
        Line line = caller.lines.computeIfAbsent(call.share(), share -> new Line(caller, share));
        line.calls.add(call);
        if (caller.waiting == 0) {
            caller.waitsSinceNanos = nowNanos;
        }
        caller.waiting++;
        tier.waiting++;
        size++;
        line.join();
    }

    /** Takes out one that is over. */
    private @Nullable T over(long nowNanos) {
        for (Tier tier : tiers) {
            for (Caller caller : tier.callers.values()) {
                for (Line line : caller.lines.values()) {
                    T first = line.calls.peekFirst();
                    if (first != null && first.isOver(nowNanos)) {
                        line.calls.removeFirst();
                        removed(line);
                        return first;
                    }
                }
            }
        }
        return null;
    }

    /**
     * Takes out who matters least: of the caller that waits with most calls, the latest.
     *
     * @param nowNanos the present moment
     * @throws IllegalStateException if nobody waits
     */
    public T give(long nowNanos) {
        return give(null, nowNanos);
    }

    /** @param newest of those that matter equally little, it is this one */
    private T give(@Nullable T newest, long nowNanos) {
        Tier tier = tiers.get(least().ordinal());
        String newcomer = newest != null && tiers.get(newest.criticality().ordinal()) == tier ? newest.caller() : null;
        Caller loudest = null;
        long most = 0;
        for (Caller caller : tier.callers.values()) {
            // A few that one caller sends together are none too many, unless it always does.
            long loud = Bursts.isBurst(caller.waitsSinceNanos, nowNanos)
                    ? caller.waiting
                    : (long) Bursts.LONGER * caller.waiting;
            if (loudest == null || loud > most || (loud == most && caller.name.equals(newcomer))) {
                loudest = caller;
                most = loud;
            }
        }
        Line longest = null;
        for (Line line : Objects.requireNonNull(loudest).lines.values()) {
            if (longest == null
                    || line.calls.size() > longest.calls.size()
                    || (newest != null && line.calls.size() == longest.calls.size() && line.share == newest.share())) {
                longest = line;
            }
        }
        T latest = Objects.requireNonNull(longest).calls.removeLast();
        removed(longest);
        return latest;
    }

    /**
     * How important those are that matter least of those that wait.
     *
     * @throws IllegalStateException if nobody waits
     */
    public Criticality least() {
        for (int i = TIERS - 1; i >= 0; i--) {
            if (tiers.get(i).waiting > 0) {
                return IMPORTANCES[i];
            }
        }
        throw new IllegalStateException("nobody waits");
    }

    /** How many wait of those of this importance alone. */
    public int size(Criticality importance) {
        return tiers.get(importance.ordinal()).waiting;
    }

    /**
     * Takes out who may run now, and counts it among those of its share that run.
     *
     * @param over is given those that are over, which are taken out too
     * @return null if nobody waits who may run
     */
    public @Nullable T poll(long nowNanos, Consumer<T> over) {
        for (Tier tier : tiers) {
            T next = tier.waiting == 0 ? null : poll(tier, nowNanos, over);
            if (next != null) {
                return next;
            }
        }
        return null;
    }

    private @Nullable T poll(Tier tier, long nowNanos, Consumer<T> over) {
        while (!tier.turns.isEmpty()) {
            Caller caller = removeFirst(tier.turns);
            T next = poll(caller, nowNanos, over);
            if (next != null) {
                return next;
            }
        }
        return null;
    }

    private @Nullable T poll(Caller caller, long nowNanos, Consumer<T> over) {
        while (!caller.turns.isEmpty()) {
            Line line = removeFirst(caller.turns);
            if (!line.share.hasRoom()) {
                line.hold();
                continue;
            }
            while (!line.calls.isEmpty()) {
                T next = line.calls.removeFirst();
                removed(line);
                if (!next.isOver(nowNanos)) {
                    line.share.begin();
                    line.join();
                    if (!caller.turns.isEmpty()) {
                        caller.tier.turns.add(caller); // behind the others
                    }
                    return next;
                }
                over.accept(next);
            }
        }
        return null;
    }

    private static <E> E removeFirst(Set<E> turns) {
        Iterator<E> all = turns.iterator();
        E first = all.next();
        all.remove();
        return first;
    }

    private void removed(Line line) {
        size--;
        line.caller.tier.waiting--;
        line.caller.waiting--;
        line.forget();
    }
}
