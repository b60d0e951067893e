package io.moa.client.cluster;

import io.moa.governance.route.Route;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.transport.WireForm;

/** A call that a rule leads to another service than its caller named. */
final class LedCall {

    private LedCall() {}

    /** The call as it goes on there. What its caller and its policy say of it stays, and so does whose retries it may take. */
    static Invocation of(Invocation call, Route.Redirected led, Cluster there) {
        WireForm form = call.attributes().get(WireForm.KEY);
        Attributes attributes = form == null // no stub has made it
                ? call.attributes()
                : call.attributes().with(WireForm.KEY, there.ledForms().of(call.method(), form));
        return led.lead(call, attributes);
    }

    /** Whether a rule has led it where it is. */
    static boolean isLed(Invocation call) {
        return call.attributes().get(Route.Redirected.KEY) != null;
    }

    /** The reply to an attempt: a failure says which way it went, as its caller named another service. */
    static Reply told(Invocation attempt, Reply reply) {
        if (!(reply instanceof Reply.Failure failure) || failure.status() == Status.APPLICATION) {
            return reply;
        }
        Route.Redirected led = attempt.attributes().get(Route.Redirected.KEY);
        return led == null ? reply : failure.withMessage(failure.message() + " (" + led + ")");
    }
}
