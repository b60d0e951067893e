package io.moa.node.local;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A question over a socket, from before there is a connection until its answer. Ends once; safe for many threads. */
final class SocketQuestion implements Asked {

    private final boolean check;
    private final CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
    private final ScheduledFuture<?> alarm;
    private @Nullable ByteBuf request; // until it is sent or nobody waits; guarded by this
    private @Nullable Exchange exchange; // on which it is asked; guarded by this

    /**
     * A question.
     *
     * @param request null for a check; its reference is taken over
     */
    SocketQuestion(SocketProcess process, @Nullable ByteBuf request, long patienceNanos) {
        this.request = request;
        this.check = request == null;
        this.alarm = process.loops()
                .schedule(
                        () -> fail(new LocalProcessException(
                                Status.DEADLINE_EXCEEDED,
                                isSent() ? Executed.MAYBE : Executed.NO,
                                "gave no answer within " + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms")),
                        patienceNanos,
                        TimeUnit.NANOSECONDS);
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

    private synchronized boolean isSent() {
        return exchange != null;
    }

    boolean isOver() {
        return answer.isDone();
    }

    void succeed(ByteBuf json) {
        alarm.cancel(false);
        if (!answer.complete(json)) {
            json.release();
        }
    }

    void fail(LocalProcessException why) {
        alarm.cancel(false);
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
        fail(new LocalProcessException(
                Status.CANCELLED, isSent() ? Executed.MAYBE : Executed.NO, "is no longer waited for"));
    }
}
