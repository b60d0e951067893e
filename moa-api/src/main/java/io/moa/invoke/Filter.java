package io.moa.invoke;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One addition to the route of a call. A filter sees the invocation on its way out, the reply on its way back, and knows
 * nothing of its neighbours but {@code next}.
 *
 * <p>The contract of {@link Invoker} holds for filters too. A filter that starts further calls (a retry, a hedge) hands
 * its invocation's cancellation, or a {@linkplain Cancellation#child() child} of it, to each of them, because a composed
 * future does not cancel upstream by itself.
 */
@FunctionalInterface
public interface Filter {

    /**
     * Handles the call, usually by passing it, or a changed copy, to {@code next}.
     *
     * @param call the invocation as the filters above left it
     * @param next the rest of the route
     * @return the future reply, never completed exceptionally
     */
    CompletableFuture<Reply> apply(Invocation call, Invoker next);

    /** Puts this filter before {@code next}. */
    default Invoker before(Invoker next) {
        return call -> apply(call, next);
    }

    /**
     * Joins filters and the end of a route into one invoker.
     *
     * @param filters from the outermost, which sees a call first, to the innermost
     * @param end what the innermost filter calls
     */
    static Invoker stack(List<? extends Filter> filters, Invoker end) {
        Invoker invoker = end;
        for (int i = filters.size() - 1; i >= 0; i--) {
            invoker = filters.get(i).before(invoker);
        }
        return invoker;
    }
}
