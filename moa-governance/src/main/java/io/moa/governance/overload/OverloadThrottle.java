package io.moa.governance.overload;

import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateLook;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Ticker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Holds calls of one client back when the servers of a service refuse most of them for lack of room: a refusal costs a server a part of
 * what it has too little of. Of the calls of a method so many are sent that about twice as many arrive as are accepted, so that it shows at
 * once when there is room again. The four criticalities of a method count by themselves: what may be shed does not hold back what is critical.
 *
 * <p>While no server refuses anything a call costs one volatile read. It looks back for a second, no longer, because a client that remembers
 * an overload keeps it alive. Safe for many threads.
 *
 * <p>Source: client-side throttling, B. Beyer and others (editors), Site Reliability Engineering, chapter 21: a call is not sent with the
 * probability (requests − K × accepts) / (requests + 1).
 */
public final class OverloadThrottle {

    /** So many calls of a method are sent in a second in any case, so that who calls rarely always asks the servers. */
    public static final int FLOOR = 10;

    /** K, if nothing else is said. */
    public static final double DEFAULT_RATIO = 2;

    /** Holds nothing back. */
    public static final OverloadThrottle OFF = new OverloadThrottle(0, () -> 0, RandomGenerator.getDefault());

    /** Beyond so many methods, which only calls without an interface can name, all others count together. */
    static final int METHODS = 1_000;

    private static final int SLICES = 10;
    private static final int SLICES_TO_JUDGE =
            2; // counting begins with a refusal, and who was accepted before is not known
    private static final long SLICE_NANOS = 100_000_000;
    private static final Called OTHERS = new Called(ServiceId.of("others"), MethodId.parse("others()"));

    /** What calls are counted by, before their criticality. */
    private record Called(ServiceId service, MethodId method) {}

    private final double ratio;
    private final Ticker ticker;
    private final RandomGenerator chance;
    private final ConcurrentMap<Called, Counts[]> methods = new ConcurrentHashMap<>();
    private volatile boolean pressed; // somebody has refused, lately
    private volatile long refusedNanos; // the latest time

    /**
     * One that sends everything.
     *
     * @param ratio how many times what is accepted is sent; 1.1 to 100, or 0 to hold nothing back
     * @param chance must be safe for many threads
     */
    public OverloadThrottle(double ratio, Ticker ticker, RandomGenerator chance) {
        this.ratio = check(ratio);
        this.ticker = ticker;
        this.chance = chance;
    }

    /**
     * The same ratio.
     *
     * @throws IllegalArgumentException if it is neither 0 nor 1.1 to 100
     */
    public static double check(double ratio) {
        if (ratio != 0 && !(ratio >= 1.1 && ratio <= 100)) {
            throw new IllegalArgumentException(
                    "A client sends 1.1 to 100 times what servers accept, or 0 to hold nothing back, not " + ratio);
        }
        return ratio;
    }

    /**
     * A call is to be sent; asked once for each, however often it is sent.
     *
     * @return why it should not be, for people; null if it may
     */
    public @Nullable String holdsBack(Invocation call) {
        if (!pressed) {
            return null;
        }
        long now = ticker.nanos();
        if (isCalm(now)) {
            forget(now);
            return null;
        }
        Counts counts =
                counts(new Called(call.service(), call.method()), call.baggage().criticality());
        return counts == null ? null : counts.holdsBack(now);
    }

    private boolean isCalm(long now) {
        return now - refusedNanos > SLICES * SLICE_NANOS;
    }

    /** Nobody has refused anything for a while; unless somebody does at this moment. */
    private synchronized void forget(long now) {
        if (isCalm(now)) {
            pressed = false;
            methods.clear();
        }
    }

    /** A server has refused the first attempt of a call for lack of room. */
    public void refused(Invocation call) {
        if (ratio == 0) {
            return;
        }
        count(call, ticker.nanos());
    }

    /** One at a time, so that what is counted is not forgotten at the same moment; only refusals come here. */
    private synchronized void count(Invocation call, long now) {
        Called called = new Called(call.service(), call.method());
        Counts[] ofMethod = methods.get(called);
        if (ofMethod == null) {
            ofMethod = methods.computeIfAbsent(
                    methods.size() < METHODS ? called : OTHERS, any -> new Counts[Criticality.values().length]);
        }
        int at = call.baggage().criticality().ordinal();
        Counts counts;
        synchronized (ofMethod) {
            if (ofMethod[at] == null) {
                ofMethod[at] = new Counts(now);
            }
            counts = ofMethod[at];
        }
        counts.refused(now);
        refusedNanos = now;
        pressed = true;
    }

    private @Nullable Counts counts(Called called, Criticality criticality) {
        Counts[] ofMethod = methods.get(called);
        if (ofMethod == null && methods.size() >= METHODS) {
            ofMethod = methods.get(OTHERS);
        }
        if (ofMethod == null) {
            return null;
        }
        synchronized (ofMethod) {
            return ofMethod[criticality.ordinal()];
        }
    }

    /** Whether calls of a method are held back now; null if none are. Nothing is counted. */
    public @Nullable GateLook look(ServiceId service, MethodId method, Criticality criticality) {
        Counts counts = pressed ? counts(new Called(service, method), criticality) : null;
        return counts == null ? null : counts.look(ticker.nanos());
    }

    /** For how many methods something is counted. */
    int size() {
        return methods.size();
    }

    /** What became of the calls of one method and criticality in the last second. */
    private final class Counts {
        // Guarded by this.
        private final int[] called = new int[SLICES];
        private final int[] heldBack = new int[SLICES];
        private final int[] refused = new int[SLICES];
        private final long first;
        private long slice;

        Counts(long now) {
            first = Math.floorDiv(now, SLICE_NANOS);
            slice = first;
        }

        synchronized void refused(long now) {
            int at = turn(now);
            refused[at]++;
            // The call was begun when nobody counted yet, perhaps; else its servers would have refused what was never
            // called.
            called[at] = Math.max(called[at], sum(called) == 0 ? 1 : 0);
        }

        @Nullable
        synchronized String holdsBack(long now) {
            int at = turn(now);
            double share = share();
            called[at]++;
            if (share <= 0 || chance.nextDouble() >= share) {
                return null;
            }
            heldBack[at]++;
            return said(share);
        }

        @Nullable
        synchronized GateLook look(long now) {
            turn(now);
            double share = share();
            return share <= 0 ? null : new GateLook(said(share), share > 0.99);
        }

        private double share() {
            if (slice - first < SLICES_TO_JUDGE) {
                return 0;
            }
            int calls = sum(called);
            int accepted = Math.max(0, calls - sum(heldBack) - sum(refused));
            return (calls - ratio * accepted - FLOOR) / (calls + 1);
        }

        private String said(double share) {
            return "servers refused " + sum(refused)
                    + " calls for lack of room in the last second, so this client sends no more" + " than "
                    + Math.round((1 - share) * 100) + " % of its calls";
        }

        private int turn(long now) {
            long present = Math.max(slice, Math.floorDiv(now, SLICE_NANOS));
            for (long each = Math.max(slice + 1, present - SLICES + 1); each <= present; each++) {
                int at = Math.floorMod(each, SLICES);
                called[at] = 0;
                heldBack[at] = 0;
                refused[at] = 0;
            }
            slice = present;
            return Math.floorMod(present, SLICES);
        }

        private static int sum(int[] slices) {
            int sum = 0;
            for (int one : slices) {
                sum += one;
            }
            return sum;
        }
    }
}
