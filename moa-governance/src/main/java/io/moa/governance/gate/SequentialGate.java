package io.moa.governance.gate;

import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Two gates, one after the other: a call needs the permits of both, which end together. If the second one refuses, the permit of the first
 * ends as not used; while a call waits for its turn at the second one, it holds the permit of the first. As safe for threads as they are.
 */
public final class SequentialGate implements Gate {

    private final Gate first;
    private final Gate second;

    private SequentialGate(Gate first, Gate second) {
        this.first = first;
        this.second = second;
    }

    /** The gate of both; the other one if one is null, and null if both are. */
    public static @Nullable Gate of(@Nullable Gate first, @Nullable Gate second) {
        if (first == null) {
            return second;
        }
        return second == null ? first : new SequentialGate(first, second);
    }

    @Override
    public Admission admit(Invocation call) {
        return asked(first.admit(call), call);
    }

    /** What the second gate says after the first one. */
    private Admission asked(Admission before, Invocation call) {
        if (before instanceof Permit one) {
            return with(one, second.admit(call));
        }
        if (before instanceof Admission.Later later) {
            return new Admission.Later(later.delayNanos(), new Admission.Turn() {
                @Override
                public Admission begin() {
                    return asked(later.turn().begin(), call);
                }

                @Override
                public void giveBack() {
                    later.turn().giveBack();
                }
            });
        }
        return before;
    }

    /** A permit of the first gate, and what the second one says: while the call waits there, it holds the permit. */
    private static Admission with(Permit one, Admission after) {
        if (one == Permit.FREE) {
            return after;
        }
        if (after instanceof Permit other) {
            return other == Permit.FREE ? one : new Both(one, other);
        }
        if (after instanceof Admission.Later later) {
            return new Admission.Later(later.delayNanos(), new Admission.Turn() {
                @Override
                public Admission begin() {
                    return with(one, later.turn().begin());
                }

                @Override
                public void giveBack() {
                    later.turn().giveBack();
                    one.end(Permit.End.NOT_USED);
                }
            });
        }
        one.end(Permit.End.NOT_USED);
        return after;
    }

    @Override
    public String toString() {
        return first + " and " + second;
    }

    @SuppressWarnings("serial") // the permit is the flag that makes its end happen once
    private static final class Both extends AtomicBoolean implements Permit {
        private final Permit one;
        private final Permit other;

        Both(Permit one, Permit other) {
            this.one = one;
            this.other = other;
        }

        @Override
        public void end(End how) {
            if (compareAndSet(false, true)) {
                one.end(how);
                other.end(how);
            }
        }
    }
}
