package io.moa.node.local;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A question over a socket, from before there is a connection until its answer. Ends once; safe for many threads. */
final class SocketQuestion implements Asked {

    private final SocketProcess process;
    private final boolean check;
    private final CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
    private @Nullable ScheduledFuture<?> alarm; // guarded by this
    private @Nullable ByteBuf request; // until it is sent or nobody waits; guarded by this
    private @Nullable Exchange exchange; // on which it is asked; guarded by this
    private boolean ended; // what is told of it stands, so it is sent no more; guarded by this

    /**
     * A question.
     *
     * @param request null for a check; its reference is taken over
     */
    SocketQuestion(SocketProcess process, @Nullable ByteBuf request) {
        this.process = process;
        this.request = request;
        this.check = request == null;
    }

    /** Fails in so long, unless it is over by then; at once if the process is closing. */
    void failAfter(long patienceNanos) {
        ScheduledFuture<?> set;
        try {
            set = process.loops()
                    .schedule(
                            () -> fail(new LocalProcessException(
                                    Status.DEADLINE_EXCEEDED,
                                    sentAtTheEnd(),
                                    "gave no answer within " + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms")),
                            patienceNanos,
                            TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            failAsClosing();
            return;
        }
        synchronized (this) {
            alarm = set;
        }
        if (isOver()) {
            set.cancel(false);
        }
    }

    void failAsClosing() {
        fail(SocketProcess.closing(sentAtTheEnd()));
    }

    private void cancelAlarm() {
        ScheduledFuture<?> set;
        synchronized (this) {
            set = alarm;
        }
        if (set != null) {
            set.cancel(false);
        }
    }

    boolean isCheck() {
        return check;
    }

    /** Takes what is to be asked; null if nobody waits any more, or for a check. */
    synchronized @Nullable ByteBuf begin(Exchange on) {
        exchange = on;
        ByteBuf taken = request;
        request = null;
        return taken;
    }

    /** Gives back what was taken: the connection had ended, and nothing was sent. False if nobody waits any more; it is freed then. */
    boolean again(@Nullable ByteBuf unsent) {
        boolean over;
        synchronized (this) {
            exchange = null;
            over = isOver();
            if (!over) {
                request = unsent;
            }
        }
        if (over && unsent != null) {
            unsent.release();
        }
        return !over;
    }

    /** Whether it may have run, as it ends now. From then on nobody sends it, or it would run after it was told that it did not. */
    synchronized Executed sentAtTheEnd() {
        ended = true;
        return exchange != null ? Executed.MAYBE : Executed.NO;
    }

    /** Whether nobody waits for it, or will in a moment. */
    synchronized boolean isOver() {
        return ended || answer.isDone();
    }

    void succeed(ByteBuf json) {
        cancelAlarm();
        if (!answer.complete(json)) {
            json.release();
        }
    }

    void fail(LocalProcessException why) {
        cancelAlarm();
        if (answer.completeExceptionally(why)) {
            release();
        }
    }

    private void release() {
        ByteBuf unsent;
        Exchange broken;
        synchronized (this) {
            unsent = request;
            request = null;
            broken = exchange;
        }
        if (unsent != null) {
            unsent.release();
        }
        if (broken != null) {
            broken.abandon(this);
        }
    }

    @Override
    public CompletableFuture<ByteBuf> answer() {
        return answer;
    }

    @Override
    public void withdraw() {
        fail(new LocalProcessException(Status.CANCELLED, sentAtTheEnd(), "is no longer waited for"));
    }
}
