package io.moa.governance.sample;

import io.moa.annotation.EnforcedAt;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Admission;
import io.moa.invoke.Attributes;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lets the calls of one method by one application come to its limits and its breaker once more: to new ones of the kind that real calls
 * meet, on the time of the samples, while nobody waits.
 *
 * <p>A sample that stands for several calls counts as so many, one after the other at their {@linkplain Pace pace}. A call that goes
 * somewhere ends as it ended, and takes as long; one that a rule denies, refuses or answers, or that nobody may take, ends at once.
 *
 * <p>Not safe for threads.
 */
final class GateReplay {

    /** What can refuse a call at its caller, in the order in which it is asked. */
    static final List<PolicyKey<Integer>> LIMITS =
            List.of(PolicyKey.BREAKER_FAILURES, PolicyKey.CONCURRENCY_LIMIT, PolicyKey.RATE_LIMIT);

    /** The place in {@link #LIMITS} of none. */
    static final byte NONE = -1;

    /** The end of a call that was let through, or its turn. */
    private record Due(long atNanos, long number, Permit permit, Permit.End how) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return atNanos == other.atNanos ? Long.compare(number, other.number) : Long.signum(atNanos - other.atNanos);
        }
    }

    private static final Ending NOBODY = new Ending(Ending.Kind.FAILURE, 0);

    private final Sampled of;
    private final MethodCalls calls;
    private long nanos; // the time that the gates read
    private byte refusing; // which of the limits refused the latest call

    GateReplay(Sampled of, MethodCalls calls) {
        this.of = of;
        this.calls = calls;
    }

    /**
     * Which limit refuses each call, by its place in {@link #LIMITS}, or {@link #NONE}; null if nothing is limited here.
     *
     * @param routes where the calls of each sample go that are let through
     */
    byte @Nullable [] refusals(MethodPolicy policy, List<Fate> routes) {
        if (!MethodGate.limits(policy, EnforcedAt.CALLER)) {
            return null;
        }
        nanos = calls.momentNanos(0, 0);
        MethodGate gates = new MethodGate(
                of.toString(),
                EnforcedAt.CALLER,
                () -> nanos,
                new ServiceRates(of.service().toString(), () -> nanos), // of this method alone
                this::seen);
        gates.govern(policy);
        PriorityQueue<Due> due = new PriorityQueue<>();
        byte[] refusals = new byte[calls.total()];
        int number = 0;
        for (int i = 0; i < calls.samples(); i++) {
            Sample sample = calls.sample(i);
            Invocation call = sample.facts().toCall(of.service(), of.method(), "", Attributes.EMPTY, 0);
            for (int j = 0; j < calls.calls(i); j++) {
                Ending ending = ending(routes.get(i), calls.ending(i, j));
                long begins = calls.momentNanos(i, j);
                endUntil(begins, due);
                nanos = begins;
                refusing = NONE;
                Admission admission = gates.admit(call);
                refusals[number] = refusing;
                follow(admission, begins, number, ending, due);
                number++;
            }
        }
        return refusals;
    }

    /** What becomes of a call later: it ends, or its turn comes. */
    private static void follow(Admission said, long nowNanos, long number, Ending ending, PriorityQueue<Due> due) {
        if (said instanceof Admission.Later later) {
            long comes = nowNanos + later.delayNanos();
            Permit turn = how -> follow(later.turn().begin(), comes, number, ending, due);
            due.add(new Due(comes, number, turn, ending.how()));
        } else if (said instanceof Permit permit && permit != Permit.FREE && ending.kind() != Ending.Kind.RUNNING) {
            due.add(new Due(nowNanos + ending.afterNanos(), number, permit, ending.how()));
        }
    }

    private void endUntil(long moment, PriorityQueue<Due> due) {
        for (Due next = due.peek(); next != null && next.atNanos() - moment <= 0; next = due.peek()) {
            due.remove();
            nanos = next.atNanos();
            next.permit().end(next.how());
        }
    }

    private Gate seen(PolicyKey<Integer> limit, Gate gate) {
        byte place = (byte) LIMITS.indexOf(limit);
        return call -> {
            Admission admission = gate.admit(call);
            if (admission instanceof Admission.Rejected) {
                refusing = place;
            }
            return admission;
        };
    }

    /** As the replies do that a client makes of such routes. */
    private static Ending ending(Fate route, Ending recorded) {
        return switch (route.kind()) {
            case DENIED, ANSWERED, MISFIT, INJECTED_ANSWER ->
                Ending.AT_ONCE; // of a value that does not fit a breaker learns nothing bad
            case REFUSED, FAILED, INJECTED -> NOBODY;
            case TO, UNKNOWN, LIMITED -> recorded;
        };
    }
}
