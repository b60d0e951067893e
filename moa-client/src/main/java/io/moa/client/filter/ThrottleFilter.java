package io.moa.client.filter;

import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.observe.RefusalCause;
import java.util.concurrent.CompletableFuture;

/**
 * Does not send calls that servers would refuse for lack of room, as an {@link OverloadThrottle} says, which is told of refusals at the end
 * of the route. Safe for many threads.
 */
public final class ThrottleFilter implements Filter {

    private static final Hints NEVER_RETRY = new Hints(0, true, Hints.UNKNOWN_LOAD);

    private final OverloadThrottle throttle;

    public ThrottleFilter(OverloadThrottle throttle) {
        this.throttle = throttle;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        String why = throttle.holdsBack(call);
        if (why == null) {
            return next.invoke(call);
        }
        ObservedMethod.refused(call, RefusalCause.THROTTLED);
        return CompletableFuture.completedFuture(Reply.failure(
                        Status.OVERLOADED, Executed.NO, call.service() + " " + call.method() + " was not sent: " + why)
                .withHints(NEVER_RETRY));
    }
}
