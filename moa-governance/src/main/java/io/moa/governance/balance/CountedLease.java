package io.moa.governance.balance;

import io.moa.discovery.Instance;
import io.moa.invoke.Lease;
import io.moa.invoke.Reply;

/** Counts a call among those in flight at its instance until it is settled. */
final class CountedLease implements Lease {

    private final Candidate candidate;
    private final long begunNanos;

    /** The call begins. */
    CountedLease(Candidate candidate, long nowNanos) {
        this.candidate = candidate;
        this.begunNanos = nowNanos;
        candidate.load().begin(nowNanos);
    }

    @Override
    public Instance instance() {
        return candidate.instance();
    }

    @Override
    public void settle(Reply reply, long nowNanos) {
        candidate.load().end(reply, begunNanos, nowNanos);
    }
}
