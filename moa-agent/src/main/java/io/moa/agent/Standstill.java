package io.moa.agent;

import io.moa.invoke.Backstop;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * Knows whether this process has just stood still: stopped, suspended, or collecting garbage for long. What it reads then has lain in its sockets for
 * nobody knows how long, and its callers may have withdrawn it behind, and made it elsewhere. Safe for many threads.
 */
final class Standstill {

    private static final long BEAT_NANOS = Duration.ofMillis(50).toNanos();

    /** A beat that comes so late was held up. */
    private static final long LATE_NANOS = Duration.ofMillis(200).toNanos();

    /** For so long after it is held what was read of a caller who cannot be asked, so that all that lay behind it is read too. */
    static final long HOLD_NANOS = Duration.ofMillis(50).toNanos();

    private final Ticker ticker;
    private final Scheduler scheduler;
    private volatile long beatNanos;
    private volatile long wokeNanos;
    private volatile boolean woke;
    private volatile long count;
    private volatile boolean closed;

    /** One that does not watch yet. */
    Standstill(Ticker ticker, Scheduler scheduler) {
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.beatNanos = ticker.nanos();
    }

    /** Watches from now on. */
    void begin() {
        beat();
    }

    private void beat() {
        long now = ticker.nanos();
        note(now);
        beatNanos = now;
        if (!closed) {
            try {
                scheduler.schedule(this::beat, BEAT_NANOS);
            } catch (RejectedExecutionException runtimeClosed) {
                closed = true;
            }
        }
    }

    private synchronized void note(long now) {
        if (now - beatNanos > LATE_NANOS) {
            beatNanos = now;
            wokeNanos = now;
            woke = true;
            count++;
        }
    }

    /** How often it has stood still so far. */
    long count() {
        long now = ticker.nanos();
        if (now - beatNanos > LATE_NANOS) {
            note(now); // the beat has not come yet
        }
        return count;
    }

    /** Whether what is read at this moment may be old. */
    boolean isOver(long nowNanos) {
        if (nowNanos - beatNanos > LATE_NANOS) {
            note(nowNanos); // the beat has not come yet
        }
        if (!woke) {
            return false;
        }
        if (nowNanos - wokeNanos < HOLD_NANOS) {
            return true;
        }
        woke = false;
        return false;
    }

    /**
     * Makes a call that was just read. After a standstill it is held for a moment: who made it may have gone since, and the end of its connection
     * is read before the call goes on, if it lay behind it.
     */
    CompletableFuture<Reply> heldAfter(Invocation call, Invoker next) {
        return isOver(ticker.nanos()) ? held(call, next) : next.invoke(call);
    }

    private CompletableFuture<Reply> held(Invocation call, Invoker next) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        Runnable goesOn = () -> {
            if (call.cancellation().isCancelled()) {
                reply.complete(Reply.failure(
                        Status.CANCELLED,
                        Executed.NO,
                        "The call was withdrawn while this agent stood still; it was not passed on"));
                return;
            }
            next.invoke(call)
                    .whenComplete((ended, broken) -> reply.complete(
                            ended != null
                                    ? ended
                                    : Backstop.broken(
                                            call, broken == null ? new NullPointerException("no reply") : broken)));
        };
        try {
            scheduler.schedule(goesOn, HOLD_NANOS);
        } catch (RejectedExecutionException closing) {
            goesOn.run();
        }
        return reply;
    }

    void close() {
        closed = true;
    }
}
