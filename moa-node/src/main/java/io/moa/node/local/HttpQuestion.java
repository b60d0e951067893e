package io.moa.node.local;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A question over HTTP that is under way. Safe for many threads. */
final class HttpQuestion implements Asked {

    private final CompletableFuture<ByteBuf> answer;
    private final CompletableFuture<?> exchange;
    private final BoundedBody body;

    /**
     * A question.
     *
     * @param answer is completed by who asked, unless the question ends before
     * @param exchange what the client does
     */
    HttpQuestion(CompletableFuture<ByteBuf> answer, CompletableFuture<?> exchange, BoundedBody body) {
        this.answer = answer;
        this.exchange = exchange;
        this.body = body;
    }

    /** Fails in so long, unless it is over by then: the client's own timeout ends with the headers, and a body may take for ever. */
    void failAfter(Duration patience) {
        CompletableFuture<Void> time = new CompletableFuture<>();
        time.thenRun(() -> {
            if (!answer.isDone()) {
                end(tooLate(patience));
            }
        });
        time.completeOnTimeout(null, patience.toNanos(), TimeUnit.NANOSECONDS);
        answer.whenComplete((any, failed) -> time.complete(null)); // so that the timer forgets it
    }

    static LocalProcessException tooLate(Duration patience) {
        return new LocalProcessException(
                Status.DEADLINE_EXCEEDED, Executed.MAYBE, "gave no answer within " + patience.toMillis() + " ms");
    }

    /** Ends it with a failure, unless it is over. */
    void end(LocalProcessException why) {
        if (answer.completeExceptionally(why)) {
            exchange.cancel(true);
            body.end(); // once there are headers, only this ends the connection
        }
    }

    @Override
    public CompletableFuture<ByteBuf> answer() {
        return answer;
    }

    @Override
    public void withdraw() {
        end(new LocalProcessException(Status.CANCELLED, Executed.MAYBE, "is no longer waited for"));
    }
}
