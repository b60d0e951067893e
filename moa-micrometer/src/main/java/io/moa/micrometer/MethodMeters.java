package io.moa.micrometer;

import io.moa.discovery.Instance;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.observe.AttemptKind;
import io.moa.observe.BreakerState;
import io.moa.observe.CallEnd;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import org.jspecify.annotations.Nullable;

/**
 * A stub's or export's way to the series of its method, found with the first call, and again if they were removed since. A method beyond the limit
 * has none of its own, and looks with each call whether there is room by now. Safe for many threads.
 */
final class MethodMeters implements MethodObserver {

    private final SideMeters side;
    private final SideMeters.@Nullable Named named;
    private volatile @Nullable MethodSeries own;

    /**
     * The way to series that need not be there yet.
     *
     * @param named null for methods that are not there, which have none of their own
     */
    MethodMeters(SideMeters side, SideMeters.@Nullable Named named) {
        this.side = side;
        this.named = named;
    }

    private MethodSeries series() {
        MethodSeries known = own;
        if (known != null && !known.isRemoved()) {
            return known;
        }
        MethodSeries found = named == null ? side.other() : side.of(named);
        own = found == side.other() ? null : found;
        return found;
    }

    @Override
    public CallEnd began(Invocation call) {
        return series().began(call);
    }

    @Override
    public void attempted(Invocation attempt, Instance to, AttemptKind kind, Reply reply, long tookNanos) {
        series().attempted(kind, reply);
    }

    @Override
    public void refused(Invocation call, RefusalCause cause) {
        series().refused(cause);
    }

    @Override
    public void breaker(BreakerState state) {
        MethodSeries found = series();
        if (found != side.other()) { // one number cannot tell the states of several breakers
            found.breaker(state);
        }
    }
}
