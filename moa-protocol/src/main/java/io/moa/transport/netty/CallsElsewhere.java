package io.moa.transport.netty;

import io.moa.invoke.Cancellation;
import io.moa.protocol.frame.ServedState.OpenCall;
import java.util.List;
import java.util.random.RandomGenerator;

/** The open calls of a connection that are still served by the process it came from. Belongs to the event loop. */
final class CallsElsewhere {

    private final Elsewhere elsewhere;
    private final RequestTable<OpenCall> calls;

    CallsElsewhere(Elsewhere elsewhere, List<OpenCall> open, RandomGenerator random) {
        this.elsewhere = elsewhere;
        this.calls = new RequestTable<>(random);
        for (OpenCall call : open) {
            calls.put(call.requestId(), call);
        }
    }

    int size() {
        return calls.size();
    }

    boolean has(long requestId) {
        return calls.get(requestId) != null;
    }

    /** One has ended; whether it was known. */
    boolean ended(long requestId) {
        return calls.remove(requestId) != null;
    }

    /** Forgets all, and shows them. */
    List<OpenCall> takeAll() {
        List<OpenCall> all = calls.values();
        calls.clear();
        return all;
    }

    /** The connection has ended: none of them is wanted any more. */
    void abandon(Runnable each) {
        for (OpenCall call : takeAll()) {
            elsewhere.cancel(call.requestId(), Cancellation.Reason.CONNECTION_LOST);
            each.run();
        }
    }

    /** Passes on that a call is not wanted any more; whether it is one of these. */
    boolean cancel(long requestId, Cancellation.Reason reason) {
        if (!has(requestId)) {
            return false;
        }
        elsewhere.cancel(requestId, reason);
        return true;
    }

    /** Passes on a question; whether it is about one of these. */
    boolean inquire(long requestId) {
        if (!has(requestId)) {
            return false;
        }
        elsewhere.inquire(requestId);
        return true;
    }
}
