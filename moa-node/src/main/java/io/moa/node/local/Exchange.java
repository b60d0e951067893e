package io.moa.node.local;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to a local process, with at most one question under way. Its methods may be called by any thread; all happens on its event loop. */
final class Exchange extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final SocketProcess process;
    private @Nullable ChannelHandlerContext context;
    private @Nullable SocketQuestion question;
    private Dialect.@Nullable Reader reader;
    private @Nullable ByteBuf unread; // what came and was not enough yet
    private boolean answered; // at least one question
    private long idleSinceNanos;

    Exchange(SocketProcess process) {
        this.process = process;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("a connection without a channel");
        }
        return known;
    }

    /** Asks. The connection has nothing else to do. */
    void begin(SocketQuestion asked) {
        context().executor().execute(() -> {
            ByteBuf json = asked.begin(this);
            if (asked.isOver()) { // while it was on its way here
                if (json != null) {
                    json.release();
                }
                context().close();
                return;
            }
            if (!context().channel().isActive()) { // it ended while it was idle, and nothing was sent
                if (answered) {
                    process.askAnew(asked, json);
                    return;
                }
                if (json != null) {
                    json.release();
                }
                asked.fail(new LocalProcessException(
                        Status.UNAVAILABLE, Executed.NO, "ended the connection before it was asked"));
                return;
            }
            question = asked;
            reader = process.dialect().reader(asked.isCheck());
            ByteBuf bytes = json == null
                    ? process.dialect().check(context().alloc())
                    : process.dialect().question(json, context().alloc());
            context().writeAndFlush(bytes, context().voidPromise());
        });
    }

    /** Nobody waits for this question any more: whatever would still come belongs to nobody. */
    void abandon(SocketQuestion asked) {
        try {
            context().executor().execute(() -> {
                if (question == asked) {
                    question = null;
                    context().close();
                }
            });
        } catch (RejectedExecutionException ended) {
            LOG.debug("The connection has ended with its event loop", ended);
        }
    }

    /** Ends the connection. */
    void end() {
        context().close();
    }

    void later(Runnable task, long delay, TimeUnit unit) {
        context().executor().schedule(task, delay, unit);
    }

    /** Whether it had nothing to do for so long. On the event loop. */
    boolean isIdleFor(Duration time) {
        return question == null && System.nanoTime() - idleSinceNanos >= time.toNanos() - TimeUnit.SECONDS.toNanos(1);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf came = (ByteBuf) message;
        Dialect.Reader now = reader;
        if (question == null || now == null) { // nobody asked
            came.release();
            ctx.close();
            return;
        }
        ByteBuf all = came;
        if (unread != null) {
            try { // what was read must not pile up; grows by doubling
                all = unread.discardSomeReadBytes().writeBytes(came);
            } finally {
                came.release(); // also if there is no memory
            }
            unread = null;
        }
        ByteBuf answer;
        try {
            answer = now.read(all);
        } catch (LocalProcessException e) {
            all.release();
            fail(ctx, e);
            return;
        } catch (RuntimeException | Error e) {
            all.release();
            throw e;
        }
        boolean more = all.isReadable();
        if (answer == null) {
            if (more) {
                unread = all;
            } else {
                all.release();
            }
            return;
        }
        all.release();
        succeed(ctx, answer, !more);
    }

    private void succeed(ChannelHandlerContext ctx, ByteBuf answer, boolean clean) {
        SocketQuestion ended = question;
        question = null;
        closeReader();
        if (clean && process.dialect().keepsConnections() && ctx.channel().isActive()) {
            answered = true;
            idleSinceNanos = System.nanoTime();
            process.keep(this);
        } else {
            ctx.close();
        }
        if (ended != null) {
            ended.succeed(answer);
        } else {
            answer.release();
        }
    }

    private void fail(ChannelHandlerContext ctx, LocalProcessException why) {
        SocketQuestion ended = question;
        question = null;
        closeReader();
        ctx.close();
        if (ended != null) {
            ended.fail(why);
        }
    }

    private void closeReader() {
        Dialect.Reader open = reader;
        reader = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        process.forget(this);
        ByteBuf rest = unread;
        unread = null;
        if (rest != null) {
            rest.release();
        }
        Dialect.Reader now = reader;
        SocketQuestion asked = question;
        if (asked == null || now == null) {
            closeReader();
            return;
        }
        ByteBuf answer = null;
        LocalProcessException why = new LocalProcessException(
                Status.UNAVAILABLE, Executed.MAYBE, "ended the connection before it had answered");
        try {
            answer = now.end();
        } catch (LocalProcessException e) {
            why = e;
        }
        if (answer != null) {
            succeed(ctx, answer, false);
        } else {
            fail(ctx, why);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(
                ctx,
                new LocalProcessException(
                        Status.UNAVAILABLE, Executed.MAYBE, "broke the connection: " + cause.getMessage()));
    }
}
