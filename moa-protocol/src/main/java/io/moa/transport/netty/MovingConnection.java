package io.moa.transport.netty;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Ticker;
import io.moa.transport.netty.Movable.Rest;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.UnixChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection on its way to another process. The event loop stops watching its socket before its state is taken, as a registration
 * outlives the descriptor as long as the other process has it open; and nothing here ever shuts the socket down, which both share.
 */
final class MovingConnection {

    private static final Logger LOG = LoggerFactory.getLogger(MovingConnection.class);

    /** A connection that rests, and since when. */
    record Resting(Rest rest, long sinceNanos) {}

    private final long id;
    private final NettyListener listener;
    private final Movable movable;
    private final Channel channel;
    private final EventLoop home;
    private final EventLoop loop;
    private final Ticker ticker;
    private @Nullable CompletableFuture<@Nullable Resting> resting; // belongs to whoever moves it

    private boolean moves; // as above
    private @Nullable ChannelFutureListener endWatch; // as above

    // Belongs to the event loop.
    private boolean wasReading;

    /**
     * @param home the event loop of the move
     */
    MovingConnection(long id, NettyListener listener, Movable movable, Channel channel, Ticker ticker, EventLoop home) {
        this.home = home;
        this.id = id;
        this.listener = listener;
        this.movable = movable;
        this.channel = channel;
        this.loop = channel.eventLoop();
        this.ticker = ticker;
    }

    long id() {
        return id;
    }

    NettyListener listener() {
        return listener;
    }

    Channel channel() {
        return channel;
    }

    int descriptor() {
        return ((UnixChannel) channel).fd().intValue();
    }

    /**
     * Stops serving it.
     *
     * @return its state; null if it has ended, or stays
     */
    CompletableFuture<@Nullable Resting> rest() {
        CompletableFuture<@Nullable Resting> done = new CompletableFuture<>();
        resting = done;
        loop.execute(() -> {
            if (!channel.isOpen() || !movable.canMove()) {
                done.complete(null);
                return;
            }
            long since = ticker.nanos();
            wasReading = channel.config().isAutoRead();
            channel.config().setAutoRead(false);
            // In a task behind it, for one that reads may stand between.
            channel.deregister()
                    .addListener(watchedNoMore -> loop.execute(() -> {
                        try {
                            done.complete(channel.isOpen() ? new Resting(movable.rest(), since) : null);
                        } catch (RuntimeException e) {
                            done.completeExceptionally(e);
                        }
                    }));
        });
        return done;
    }

    /** Does something on the event loop of the move when the connection ends, as long as it is not clear who serves it. */
    void whenEnded(Runnable task) {
        ChannelFutureListener listener = closed -> later(home, task);
        endWatch = listener;
        channel.closeFuture().addListener(listener);
    }

    private void watchEndNoMore() {
        ChannelFutureListener listener = endWatch;
        if (listener != null) {
            channel.closeFuture().removeListener(listener);
            endWatch = null;
        }
    }

    /** A loop that has ended has closed its connections, and nothing of them is moved any more. */
    static void later(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException loopEnded) {
            LOG.debug("an event loop has ended during a move", loopEnded);
        }
    }

    /** Serves it again, if it was to rest. Completes when it does. */
    CompletableFuture<Void> goOn() {
        watchEndNoMore();
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<@Nullable Resting> before = resting;
        if (before == null) {
            done.complete(null);
            return done;
        }
        resting = null;
        before.whenComplete((rest, broken) -> loop.execute(() -> {
            if (!channel.isOpen() || channel.isRegistered()) {
                done.complete(null);
                return;
            }
            loop.register(channel).addListener(watched -> {
                if (watched.isSuccess()) {
                    channel.config().setAutoRead(wasReading);
                    movable.goOn();
                } else {
                    channel.close();
                }
                done.complete(null);
            });
        }));
        return done;
    }

    /** Its state has been sent: it moves if anything does. */
    void moves() {
        moves = true;
    }

    boolean isMoving() {
        return moves;
    }

    /** It is served elsewhere from now on. */
    CompletableFuture<Void> leave(LateFrames frames) {
        watchEndNoMore();
        CompletableFuture<Void> left = new CompletableFuture<>();
        Runnable leaves = () -> {
            try {
                movable.followInto(frames);
                channel.close(); // of this descriptor; the socket lives as long as the other process has it
            } finally {
                left.complete(null);
            }
        };
        try {
            loop.execute(leaves);
        } catch (RejectedExecutionException loopEnded) {
            LOG.debug("an event loop has ended during a move", loopEnded);
            left.complete(null);
        }
        return left;
    }

    void cancel(long requestId, Cancellation.Reason reason) {
        later(loop, () -> movable.cancel(requestId, reason));
    }

    void inquire(long requestId) {
        later(loop, () -> movable.inquire(requestId));
    }
}
