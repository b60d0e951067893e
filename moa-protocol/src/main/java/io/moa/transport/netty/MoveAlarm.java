package io.moa.transport.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Rings if a step of a hand-over takes too long. Belongs to the event loop. */
final class MoveAlarm {

    private final EventLoop loop;
    private final Consumer<String> late;
    private @Nullable ScheduledFuture<?> set;

    /**
     * @param late told what did not come, and within which time
     */
    MoveAlarm(EventLoop loop, Consumer<String> late) {
        this.loop = loop;
        this.late = late;
    }

    /** From now on this is waited for, and nothing else. */
    void expect(String what, Duration within) {
        off();
        set = loop.schedule(
                () -> late.accept(what + " did not come within " + within.toMillis() + " ms"),
                within.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Nothing is waited for. */
    void off() {
        if (set != null) {
            set.cancel(false);
            set = null;
        }
    }
}
