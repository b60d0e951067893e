package io.moa.testkit.topology;

import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Makes each call of a server take its time: some of it before the implementation runs, the rest after. */
final class ServiceTime implements Filter {

    private final Loop loop;
    private final Chance chance;
    private final Duration least;
    private final Duration most;

    ServiceTime(Loop loop, Chance chance, Duration least, Duration most) {
        this.loop = loop;
        this.chance = chance;
        this.least = least;
        this.most = most;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        long total = chance.between(least, most);
        long before = chance.nextLong(total + 1); // so that a process that dies is found on either side of the effect
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        loop.schedule(
                () -> next.invoke(call)
                        .whenComplete((end, broken) -> loop.schedule(() -> settle(reply, end, broken), total - before)),
                before);
        return reply;
    }

    private static void settle(CompletableFuture<Reply> reply, @Nullable Reply end, @Nullable Throwable broken) {
        if (end != null) {
            reply.complete(end);
        } else {
            reply.completeExceptionally(broken == null ? new NullPointerException("no reply") : broken);
        }
    }
}
