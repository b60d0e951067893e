package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.moa.transport.DeadlineWheel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** When the open calls of a connection are answered, whether they have ended or not. Belongs to the event loop. */
final class RespDeadlines {

    private final Ticker ticker;
    private final Consumer<RespCall> due;
    private final Runnable rung;
    private final DeadlineWheel wheel;
    private @Nullable ScheduledFuture<?> alarm;
    private long alarmNanos;
    private boolean stopped;

    /**
     * @param due told of each call whose time is up
     * @param rung told when all of them have been told
     */
    RespDeadlines(Ticker ticker, Consumer<RespCall> due, Runnable rung) {
        this.ticker = ticker;
        this.due = due;
        this.rung = rung;
        this.wheel = new DeadlineWheel(ticker.nanos());
    }

    void add(RespCall call, long dueNanos, long now, EventLoop loop) {
        wheel.add(call, dueNanos);
        if (alarm == null || dueNanos - alarmNanos < 0) {
            setAlarm(dueNanos, now, loop);
        }
    }

    void remove(RespCall call) {
        wheel.remove(call);
    }

    private void setAlarm(long dueNanos, long now, EventLoop loop) {
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmNanos = dueNanos;
        alarm = loop.schedule(() -> ring(loop), Math.max(0, dueNanos - now), TimeUnit.NANOSECONDS);
    }

    private void ring(EventLoop loop) {
        alarm = null;
        if (stopped) {
            return;
        }
        long now = ticker.nanos();
        wheel.expire(now, entry -> due.accept((RespCall) entry));
        if (wheel.size() > 0 && alarm == null) {
            setAlarm(Math.max(wheel.nextDueNanos(), now + DeadlineWheel.TICK_NANOS), now, loop);
        }
        rung.run();
    }

    /** Nobody waits for these calls any more. */
    void stop() {
        stopped = true;
        if (alarm != null) {
            alarm.cancel(false);
        }
    }
}
