package io.moa.node.proxy;

import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.node.local.Asked;
import io.moa.node.local.LocalProcess;
import io.moa.node.local.LocalProcessException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a local process again and again whether it is there. The first word is told at once, a change when so many checks in a row say so.
 * Safe for many threads.
 */
final class HealthWatch implements AutoCloseable {

    /** Told of changes, one at a time and in order, on a thread that must not be blocked. */
    interface Listener {
        /** It answers, for the first time or again. */
        void well();

        /**
         * It does not, for the first time or since it last did; or it did not, and {@code silent} is another.
         *
         * @param silent whether it gave no answer at all, and did not say itself that it is not well
         */
        void ill(String why, boolean silent);
    }

    /** What a check says. */
    private enum Word {
        WELL,
        NOT_WELL, // it says so itself
        SILENT
    }

    private final LocalProcess process;
    private final PublishedConfig.Health config;
    private final Scheduler scheduler;
    private final Listener listener;

    // all guarded by this
    private @Nullable Word told;
    private @Nullable Word last; // heard
    private int inRow; // checks that say otherwise, one after the other
    private boolean asking;
    private boolean again; // somebody could not reach it while it was asked
    private boolean closed;
    private Scheduler.@Nullable Timer next;

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
            if (told != null && told != Word.WELL) {
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
            heard(Word.SILENT, "cannot be asked: " + e);
            return;
        }
        asked.answer().whenComplete((answer, failed) -> {
            if (answer != null) {
                answer.release();
            }
            if (failed == null) {
                heard(Word.WELL, "");
            } else {
                Throwable cause = causeOf(failed);
                heard(isSilence(cause) ? Word.SILENT : Word.NOT_WELL, String.valueOf(cause.getMessage()));
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

    private synchronized void heard(Word word, String failure) {
        asking = false;
        if (closed) {
            return;
        }
        boolean soon = again && told == Word.WELL;
        again = false;
        next = scheduler.schedule(this::ask, soon ? 0 : config.every().toNanos()); // first, whatever the listener does
        inRow = word == told ? 0 : goesOn(word) ? inRow + 1 : 1;
        last = word;
        // the first word is told at once: nobody relies on it yet
        if (told == null || inRow >= (word == Word.WELL ? config.successes() : config.failures())) {
            tell(word, failure);
        }
    }

    /** Of one that was well all failures count together; one that was not may be well, or fail otherwise, and each counts alone. */
    private boolean goesOn(Word word) {
        return told == Word.WELL || word == last;
    }

    private void tell(Word word, String failure) {
        told = word;
        inRow = 0;
        if (word == Word.WELL) {
            listener.well();
        } else {
            listener.ill(failure, word == Word.SILENT);
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
