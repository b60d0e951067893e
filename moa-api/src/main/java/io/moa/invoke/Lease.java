package io.moa.invoke;

import io.moa.discovery.Instance;

/** One instance, picked for one attempt. It is settled exactly once, so that the balancer knows what is in flight. */
public interface Lease {

    /** Where to send the attempt. */
    Instance instance();

    /**
     * Ends the lease and tells the balancer how the attempt went. Called once, from any thread.
     *
     * @param reply how the attempt ended
     * @param nowNanos when, on the ticker of the runtime
     */
    void settle(Reply reply, long nowNanos);
}
