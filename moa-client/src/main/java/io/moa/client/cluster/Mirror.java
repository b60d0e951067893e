package io.moa.client.cluster;

import io.moa.governance.balance.CandidateSet;
import io.moa.governance.route.Route;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import org.jspecify.annotations.Nullable;

/**
 * The copy of a call that a rule sends to somebody else too. Nobody waits for its reply, and whatever becomes of it, the call does not
 * notice. It is withdrawn with the call and has the same deadline.
 */
final class Mirror {

    private Mirror() {}

    /** Whether a copy of this attempt is wanted: of a call that is sent again there has been one. */
    static boolean wanted(Invocation call, Route.To route) {
        return route.mirror() != null && call.attributes().get(CandidateSet.TRIED) == null;
    }

    /**
     * A copy, which must be {@linkplain #end ended}. It is taken before the call leaves, as the payload may be gone when it has.
     *
     * @param nowNanos its ledger begins now; that of the call tells only of the call
     */
    static Invocation copyOf(Invocation call, long nowNanos) {
        return Invocation.of(call.service(), call.method(), call.payload().retain(), new Ledger(Phase.PICK, nowNanos))
                .oneWay(call.oneWay())
                .deadline(call.deadline())
                .caller(call.caller())
                .baggage(call.baggage().withCriticality(Criticality.SHEDDABLE)) // its refusal hurts nobody
                .callKeys(call.callKeys()) // and no idempotency key: the call itself must not pass for a repetition
                // of its copy
                .hopAttachments(call.hopAttachments())
                .hop(call.hop())
                .attributes(call.attributes().with(ClusterInvoker.ONLY_ELSEWHERE, true)) // it is not hedged
                .cancellation(call.cancellation().child())
                .build();
    }

    /** Forgets a copy. */
    static void end(Invocation copy, @Nullable Reply reply) {
        copy.cancellation().detach();
        copy.payload().release();
        if (reply instanceof Reply.Value value) {
            value.payload().release();
        }
    }
}
