package io.moa.node.proxy;

import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.node.local.Asked;
import io.moa.node.local.LocalProcess;
import io.moa.node.local.LocalProcessException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a local process again and again whether it is there. A change is told when so many answers in a row say so, the first one that is
 * good at once. Safe for many threads.
 */
final class HealthWatch implements AutoCloseable {

    /** Told of changes, one at a time and in order, on a thread that must not be blocked. */
    interface Listener {
        /** It answers, for the first time or again. */
        void well();

        /**
         * It does not, for the first time or since it last did.
         *
         * @param silent whether it gave no answer at all, and did not say itself that it is not well
         */
        void ill(String why, boolean silent);
    }

    private final LocalProcess process;
    private final PublishedConfig.Health config;
    private final Scheduler scheduler;
    private final Listener listener;

    // all guarded by this
    private @Nullable Boolean well; // null until something was told
    private int inRow; // answers that say otherwise, one after the other
    private boolean asking;
    private boolean again; // somebody could not reach it while it was asked
    private boolean closed;
    private Scheduler.@Nullable Timer next;
    private String lastFailure = "";
    private boolean lastWasSilence;

    HealthWatch(LocalProcess process, PublishedConfig.Health config, Scheduler scheduler, Listener listener) {
        this.process = process;
        this.config = config;
        this.scheduler = scheduler;
        this.listener = listener;
    }

    /** Begins. */
    void begin() {
        ask();
    }

    /** Asks now, and not only when its time comes: a call could not reach it. */
    void hurry() {
        synchronized (this) {
            if (Boolean.FALSE.equals(well)) {
                return; // that is known
            }
            if (asking) {
                again = true;
                return;
            }
        }
        ask();
    }

    private void ask() {
        synchronized (this) {
            if (asking || closed) {
                return;
            }
            asking = true;
            again = false;
            if (next != null) {
                next.cancel();
                next = null;
            }
        }
        Asked asked;
        try {
            asked = process.check(config.patience());
        } catch (RuntimeException e) { // or nobody would ask any more
            heard("cannot be asked: " + e, true);
            return;
        }
        asked.answer().whenComplete((answer, failed) -> {
            if (answer != null) {
                answer.release();
            }
            if (failed == null) {
                heard(null, false);
            } else {
                Throwable cause = causeOf(failed);
                heard(String.valueOf(cause.getMessage()), isSilence(cause));
            }
        });
    }

    private static Throwable causeOf(Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
    }

    private static boolean isSilence(Throwable cause) {
        return !(cause instanceof LocalProcessException why)
                || why.status() == Status.UNAVAILABLE
                || why.status() == Status.DEADLINE_EXCEEDED;
    }

    private synchronized void heard(@Nullable String failure, boolean silence) {
        asking = false;
        if (closed) {
            return;
        }
        boolean good = failure == null;
        if (failure != null) {
            lastFailure = failure;
            lastWasSilence = silence;
        }
        boolean soon = again && Boolean.TRUE.equals(well);
        again = false;
        next = scheduler.schedule(this::ask, soon ? 0 : config.every().toNanos()); // first, whatever the listener does
        if (well == null) { // the first word is told at once: nobody relies on it yet
            tell(good);
        } else if (well == good) {
            inRow = 0;
        } else if (++inRow >= (good ? config.successes() : config.failures())) {
            tell(good);
        }
    }

    private void tell(boolean good) {
        well = good;
        inRow = 0;
        if (good) {
            listener.well();
        } else {
            listener.ill(lastFailure, lastWasSilence);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel();
            next = null;
        }
    }
}
