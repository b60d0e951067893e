package io.moa.invoke;

import java.util.concurrent.CompletableFuture;

/**
 * The outermost filter: an exception thrown, or a null returned, by whatever breaks the contract of {@link Invoker} below
 * it leaves it as a {@link Reply.Failure} of status {@link Status#INTERNAL}. The third way to break it, a future that
 * completes exceptionally, is read in the same way by the two callers that a route has, stub and connection: a stage of
 * its own on every call, for what never happens, would cost more than it is worth.
 *
 * <p>It cannot know whether the broken stage had already sent the call, so it says {@link Executed#MAYBE}.
 */
public final class Backstop implements Filter {

    /** Stateless, so one is enough for every route. */
    public static final Backstop INSTANCE = new Backstop();

    private Backstop() {}

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        try {
            CompletableFuture<Reply> reply = next.invoke(call);
            return reply != null
                    ? reply
                    : CompletableFuture.completedFuture(broken(
                            call, new NullPointerException("the invoker returned null instead of a future")));
        } catch (Throwable thrown) {
            return CompletableFuture.completedFuture(broken(call, thrown));
        }
    }

    /** The failure that stands for a breach of the contract of {@link Invoker}. */
    public static Reply.Failure broken(Invocation call, Throwable how) {
        return Reply.failure(
                        Status.INTERNAL,
                        Executed.MAYBE,
                        "A stage of the route of " + call.service() + " " + call.method() + " broke its contract: "
                                + how)
                .withCause(how);
    }
}
