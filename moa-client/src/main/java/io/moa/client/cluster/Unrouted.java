package io.moa.client.cluster;

import io.moa.discovery.ServiceId;
import io.moa.governance.route.Route;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;

/** The replies of calls that the rules let go to nobody. */
final class Unrouted {

    private Unrouted() {}

    static Reply denied(Invocation call, Route.Denied denied) {
        return Reply.failure(
                        Status.REJECTED,
                        Executed.NO,
                        call.service() + " " + call.method() + " is refused by "
                                + denied.rule().name() + ": " + denied.reason())
                .withHints(ClusterInvoker.NEVER_RETRY);
    }

    static Reply nobody(Invocation call, Route.Nobody nobody) {
        ServiceId target = nobody.rule().target();
        return Reply.failure(
                        Status.UNAVAILABLE,
                        Executed.NO,
                        "No instance for " + call.service() + " " + call.method() + ": "
                                + (target == null
                                        ? "of " + nobody.before() + " that could be called, "
                                                + nobody.rule().name()
                                                + " leaves none, and refuses calls then; check the labels of the"
                                                + " instances, or the rule"
                                        : nobody.rule().name() + " leads it to " + target
                                                + ", which nobody offers now, and refuses calls then; start a provider"
                                                + " of that, or change the rule"))
                .withHints(ClusterInvoker.NEVER_RETRY);
    }
}
