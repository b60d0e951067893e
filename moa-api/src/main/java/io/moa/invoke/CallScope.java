package io.moa.invoke;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the calls made by a service's implementation inherit from the call being served: until when, for whom, with which
 * baggage, and what withdraws them. Immutable.
 *
 * <p>The current scope is the one thread-local of MOA. Only the dispatcher sets it, around the run of an implementation,
 * and clears it afterwards; so no worker thread ever keeps the scope of an earlier call. Where an implementation goes on
 * in another thread, the scope is carried over by {@link #capture} or {@link #wrap}, explicitly.
 *
 * @param caller who made the call being served
 * @param baggage what travels on
 * @param deadline the latest moment that any inherited call may last
 * @param cancellation fires when nobody wants the reply of the call being served
 * @param serving what the calls made for it have to know of it, and to tell it
 */
public record CallScope(Caller caller, Baggage baggage, Deadline deadline, Cancellation cancellation, Serving serving) {

    /**
     * The call being served, as far as those made for it are concerned: repetitions must not multiply from server to server. Safe for many
     * threads.
     */
    public interface Serving {

        /** One that was sent for the first time, and wants to be told nothing. */
        Serving FIRST = new Serving() {
            @Override
            public boolean isRepeated() {
                return false;
            }

            @Override
            public void failedBelow() {}
        };

        /** Whether it was sent more than once, here or at a server before: then nothing that is done for it is repeated. */
        boolean isRepeated();

        /** A call that was made for it failed, and may have run: whoever made that one has decided whether it is worth repeating. */
        void failedBelow();
    }

    /** The scope of a call that was sent for the first time. */
    public CallScope(Caller caller, Baggage baggage, Deadline deadline, Cancellation cancellation) {
        this(caller, baggage, deadline, cancellation, Serving.FIRST);
    }

    private static final ThreadLocal<@Nullable CallScope> CURRENT = new ThreadLocal<>();

    /** The scope of the call that this thread is serving, or null if it serves none. */
    public static @Nullable CallScope current() {
        return CURRENT.get();
    }

    /**
     * Makes a scope the current one of this thread. For dispatchers: whoever calls it puts the returned scope back in a
     * {@code finally}.
     *
     * @param next the new scope, or null for none
     * @return the scope that was current, or null
     */
    public static @Nullable CallScope swap(@Nullable CallScope next) {
        CallScope previous = CURRENT.get();
        // Also null: to remove it and to add it again takes longer, and a place for nothing holds nothing.
        CURRENT.set(next);
        return previous;
    }

    /** A task that runs {@code task}, wherever it runs, in the scope that is current now. */
    public static Runnable capture(Runnable task) {
        CallScope captured = current();
        return () -> {
            CallScope previous = swap(captured);
            try {
                task.run();
            } finally {
                swap(previous);
            }
        };
    }

    /** A task that runs {@code task}, wherever it runs, in the scope that is current now. */
    public static <T> Callable<T> capture(Callable<T> task) {
        CallScope captured = current();
        return () -> {
            CallScope previous = swap(captured);
            try {
                return task.call();
            } finally {
                swap(previous);
            }
        };
    }

    /** An executor that runs each task in the scope that was current when the task was handed to it. */
    public static Executor wrap(Executor executor) {
        return task -> executor.execute(capture(task));
    }
}
