package io.moa.governance.gate;

import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Two gates, one after the other: a call needs the permits of both, which end together. If the second one refuses, the permit of the first
 * ends as not used. As safe for threads as they are.
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
        Admission before = first.admit(call);
        if (!(before instanceof Permit one)) {
            return before;
        }
        Admission after = second.admit(call);
        if (!(after instanceof Permit other)) {
            one.end(Permit.End.NOT_USED);
            return after;
        }
        if (one == Permit.FREE) {
            return other;
        }
        return other == Permit.FREE ? one : new Both(one, other);
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
