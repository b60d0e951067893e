package io.moa.invoke;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says that nobody wants a call's reply any more. It travels beside the call, in the direction that a future cannot: from
 * the caller to the last server of a chain.
 *
 * <p>It is fired at most once, with a reason; later firings do nothing. A listener added after that runs at once, on the
 * adding thread. Listeners run on the firing thread, in the order they were added, and must not block or throw.
 *
 * <p>Safe for many threads.
 */
public final class Cancellation {

    /** Why a call is no longer wanted. */
    public enum Reason {
        /** The code that made the call withdrew it. */
        CALLER(1),
        /** The time of the call was up. */
        DEADLINE(2),
        /** The connection to the caller broke, so nobody can receive the reply. */
        CONNECTION_LOST(3),
        /** The process that waits for the reply is closing. */
        SHUTDOWN(4),
        /** Another attempt of the same call has answered. */
        SUPERSEDED(5);

        private static final Reason[] VALUES = values();
        private final int code;

        Reason(int code) {
            this.code = code;
        }

        /** The number on the wire. Never changes. */
        public int code() {
            return code;
        }

        /** The reason for a number from the wire; {@link #CALLER} for one we do not know. */
        public static Reason ofCode(int code) {
            return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : CALLER;
        }
    }

    /** Told once that the call is cancelled. */
    @FunctionalInterface
    public interface Listener {
        void cancelled(Reason reason);
    }

    // Guarded by this. Nearly every call has one listener, its connection, so the list is rarely made.
    private @Nullable Listener first;
    private @Nullable List<Listener> more;
    private volatile @Nullable Reason reason;

    private final @Nullable Cancellation parent;
    private final @Nullable Listener parentListener;

    public Cancellation() {
        this.parent = null;
        this.parentListener = null;
    }

    private Cancellation(Cancellation parent) {
        this.parent = parent;
        this.parentListener = this::fire;
        parent.add(parentListener);
    }

    /**
     * A cancellation that fires with this one, and can fire alone. Whoever makes a child {@linkplain #detach() detaches}
     * it when its call has ended, or a long-lived parent would collect dead children.
     */
    public Cancellation child() {
        return new Cancellation(this);
    }

    /** Leaves the parent, if there is one. Idempotent. */
    public void detach() {
        if (parent != null && parentListener != null) {
            parent.remove(parentListener);
        }
    }

    /**
     * Fires.
     *
     * @return whether this call fired it, and not an earlier one
     */
    public boolean fire(Reason why) {
        Listener one;
        List<Listener> rest;
        synchronized (this) {
            if (reason != null) {
                return false;
            }
            reason = why;
            one = first;
            rest = more;
            first = null;
            more = null;
        }
        if (one != null) {
            one.cancelled(why);
        }
        if (rest != null) {
            for (Listener listener : rest) {
                listener.cancelled(why);
            }
        }
        return true;
    }

    /** Why it fired, or null while it has not. */
    public @Nullable Reason reason() {
        return reason;
    }

    public boolean isCancelled() {
        return reason != null;
    }

    /** Adds a listener; it runs at once if this has fired already. */
    public void add(Listener listener) {
        Reason fired;
        synchronized (this) {
            fired = reason;
            if (fired == null) {
                if (first == null && more == null) {
                    first = listener;
                } else {
                    if (more == null) {
                        more = new ArrayList<>(2);
                    }
                    more.add(listener);
                }
            }
        }
        if (fired != null) {
            listener.cancelled(fired);
        }
    }

    /** Removes a listener by identity; does nothing if it is not there. */
    public synchronized void remove(Listener listener) {
        if (first == listener) {
            first = null;
        } else if (more != null) {
            for (int i = 0; i < more.size(); i++) {
                if (more.get(i) == listener) {
                    more.remove(i);
                    break;
                }
            }
        }
        if (more != null && more.isEmpty()) {
            more = null;
        }
    }

    @Override
    public String toString() {
        return "Cancellation[" + (reason != null ? reason : "not fired") + "]";
    }
}
