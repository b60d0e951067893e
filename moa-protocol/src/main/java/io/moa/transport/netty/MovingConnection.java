package io.moa.transport.netty;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Ticker;
import io.moa.transport.netty.Movable.Rest;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.UnixChannel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A connection on its way to another process. The event loop stops watching its socket before its state is taken, as a registration
 * outlives the descriptor as long as the other process has it open; and nothing here ever shuts the socket down, which both share.
 */
final class MovingConnection {

    /** A connection that rests, and since when. */
    record Resting(Rest rest, long sinceNanos) {}

    private final long id;
    private final NettyListener listener;
    private final Movable movable;
    private final Channel channel;
    private final EventLoop loop;
    private final Ticker ticker;
    private @Nullable CompletableFuture<@Nullable Resting> resting; // belongs to whoever moves it

    private boolean moves; // as above

    // Belongs to the event loop.
    private boolean wasReading;

    MovingConnection(long id, NettyListener listener, Movable movable, Channel channel, Ticker ticker) {
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
     * @return its state; null if it has ended
     */
    CompletableFuture<@Nullable Resting> rest() {
        CompletableFuture<@Nullable Resting> done = new CompletableFuture<>();
        resting = done;
        loop.execute(() -> {
            if (!channel.isOpen()) {
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

    /** Serves it again, if it was to rest. Completes when it does. */
    CompletableFuture<Void> goOn() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<@Nullable Resting> before = resting;
        if (before == null) {
            done.complete(null);
            return done;
        }
        resting = null;
        before.whenComplete((rest, broken) -> loop.execute(() -> {
            if (!channel.isOpen()) {
                done.complete(null);
                return;
            }
            loop.register(channel).addListener(watched -> {
                if (watched.isSuccess()) {
                    movable.goOn();
                    channel.config().setAutoRead(wasReading);
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
    void leave(LateFrames frames) {
        loop.execute(() -> {
            movable.followInto(frames);
            channel.close(); // of this descriptor; the socket lives as long as the other process has it
        });
    }

    void cancel(long requestId, Cancellation.Reason reason) {
        loop.execute(() -> movable.cancel(requestId, reason));
    }

    void inquire(long requestId) {
        loop.execute(() -> movable.inquire(requestId));
    }
}
