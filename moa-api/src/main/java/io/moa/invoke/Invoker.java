package io.moa.invoke;

import java.util.concurrent.CompletableFuture;

/**
 * A call as a function: the one type that stub, filter chain, connection, dispatcher and agent share.
 *
 * <h2>Contract</h2>
 *
 * <ul>
 *   <li><b>Never blocks.</b> It may be called on an event loop. Whatever has to wait, waits in the future.
 *   <li><b>Never throws.</b> A failure is a {@link Reply.Failure}; the outermost {@link Backstop} turns a violation into
 *       {@link Status#INTERNAL}.
 *   <li><b>Always completes</b>, with a reply and never exceptionally, not later than the invocation's
 *       {@linkplain Invocation#deadline() deadline} allows: a stage that holds a call answers for its deadline.
 *   <li><b>Payloads.</b> The caller of {@code invoke} owns the invocation's payload until the future completes; an
 *       invoker that needs it longer, or sends it twice, {@linkplain Payload#retain() retains} it. The payload of a reply
 *       belongs to whoever receives the reply, which must release it.
 *   <li><b>Cancellation.</b> Cancelling the returned future does nothing upstream. Fire the invocation's
 *       {@linkplain Invocation#cancellation() cancellation} instead; the future then completes with
 *       {@link Status#CANCELLED}.
 * </ul>
 *
 * <p>Implementations are safe for use by many threads at once.
 */
@FunctionalInterface
public interface Invoker {

    /**
     * Starts the call.
     *
     * @param call what to call, immutable
     * @return a future that completes with the reply; dependents of it may run on an event loop and must not block
     */
    CompletableFuture<Reply> invoke(Invocation call);
}
