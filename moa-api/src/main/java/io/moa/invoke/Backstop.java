package io.moa.invoke;

import java.util.concurrent.CompletableFuture;

/**
 * The outermost filter: whatever breaks the contract of {@link Invoker} below it, an exception thrown, a null returned or
 * a future completed exceptionally, leaves it as a {@link Reply.Failure} of status {@link Status#INTERNAL}.
 *
 * <p>It cannot know whether the broken stage had already sent the call, so it says {@link Executed#MAYBE}.
 */
public final class Backstop implements Filter {

    /** Stateless, so one is enough for every route. */
    public static final Backstop INSTANCE = new Backstop();

    private Backstop() {}

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        CompletableFuture<Reply> reply;
        try {
            reply = next.invoke(call);
        } catch (Throwable thrown) {
            return CompletableFuture.completedFuture(violation(call, thrown));
        }
        if (reply == null) {
            return CompletableFuture.completedFuture(
                    violation(call, new NullPointerException("the invoker returned null instead of a future")));
        }
        if (reply.isDone() && !reply.isCompletedExceptionally()) {
            return reply; // the usual case for replies that are ready: no stage is added
        }
        return reply.handle((value, thrown) -> {
            if (thrown != null) {
                return violation(call, thrown);
            }
            return value != null ? value : violation(call, new NullPointerException("the future completed with null"));
        });
    }

    private static Reply violation(Invocation call, Throwable thrown) {
        return Reply.failure(
                        Status.INTERNAL,
                        Executed.MAYBE,
                        "A stage of the route of " + call.service() + " " + call.method() + " broke its contract: "
                                + thrown)
                .withCause(thrown);
    }
}
