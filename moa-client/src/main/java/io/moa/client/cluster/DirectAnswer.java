package io.moa.client.cluster;

import io.moa.governance.route.Route;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;

/** Makes the reply of a call that a rule answers without calling anybody. Must not block or throw; called from many threads. */
@FunctionalInterface
public interface DirectAnswer {

    /** Fails such calls: this client cannot make a reply of a plain value. */
    DirectAnswer UNSUPPORTED = (call, answered) -> Reply.failure(
                    Status.UNSUPPORTED,
                    Executed.NO,
                    call.service() + " " + call.method() + " is to be answered by "
                            + answered.rule().name()
                            + ", and this client cannot answer calls itself; take the rule back, or give it another action")
            .withHints(ClusterInvoker.NEVER_RETRY);

    /**
     * The reply.
     *
     * @param answered the rule and its value
     * @return a value whose payload belongs to the caller of the route, or a failure if the value does not fit the method
     */
    Reply answer(Invocation call, Route.Answered answered);
}
