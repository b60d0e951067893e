package io.moa.testkit.topology;

import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes each call of a server take its time: one half, as the worker, before the implementation runs, the other, as a
 * filter, after it. So a process that dies leaves calls behind on either side of their effect.
 */
final class ServiceTime implements Filter, Executor {

    private final Loop loop;
    private final Chance chance;
    private Duration least = Duration.ZERO;
    private Duration most = Duration.ZERO;

    ServiceTime(Loop loop, Chance chance) {
        this.loop = loop;
        this.chance = chance;
    }

    void set(Duration atLeast, Duration atMost) {
        least = atLeast.dividedBy(2);
        most = atMost.dividedBy(2);
    }

    @Override
    public void execute(Runnable task) {
        loop.schedule(task, chance.between(least, most));
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        if (most.isZero()) {
            return next.invoke(call);
        }
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        next.invoke(call).whenComplete((end, broken) -> {
            boolean refused = end instanceof Reply.Failure failure && failure.executed() == Executed.NO;
            long rest = refused ? 0 : chance.between(least, most);
            loop.schedule(() -> settle(reply, end, broken), rest);
        });
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
