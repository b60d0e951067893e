package io.moa.transport.netty;

import io.moa.invoke.Cancellation;
import io.moa.protocol.frame.RespState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The answers of a connection that the process before makes. They come in the order in which they were asked for. What comes is kept
 * until the connection looks; that belongs to its event loop, as all but {@link #late} and {@link #ends} does.
 */
final class RespElsewhere {

    private final NettyListener listener;
    private final RespRoom room;
    private final RespAnswers answers;
    private final Elsewhere from;
    private final int announced;
    private final Queue<ByteBuf> came = new ConcurrentLinkedQueue<>();
    private final Queue<RespAnswerElsewhere> expected = new ArrayDeque<>();
    private volatile @Nullable String end;

    RespElsewhere(NettyListener listener, RespRoom room, RespAnswers answers, Elsewhere from, RespState state) {
        this.listener = listener;
        this.room = room;
        this.answers = answers;
        this.from = from;
        this.announced = (int) state.owed().stream()
                .filter(each -> each.kind() != RespState.Kind.MADE)
                .count();
    }

    int announced() {
        return announced;
    }

    boolean isDone() {
        return expected.isEmpty();
    }

    /** One more is owed. */
    void expect(RespState.Kind kind) {
        RespAnswerElsewhere answer = new RespAnswerElsewhere(room, kind == RespState.Kind.CALL);
        answers.add(answer);
        expected.add(answer);
        listener.beganElsewhere();
    }

    /** The next one came. Any thread. */
    void late(@Nullable ByteBuf answer) {
        came.add(answer == null ? Unpooled.EMPTY_BUFFER : answer);
    }

    /** No further ones come. Any thread. */
    void ends(String why) {
        end = why;
    }

    /**
     * Looks at what came.
     *
     * @param gone whether the connection has ended
     * @return whether something can be written now
     */
    boolean look(boolean gone) {
        String why = end; // before what came: nothing comes behind it
        boolean any = false;
        for (ByteBuf answer = came.poll(); answer != null; answer = came.poll()) {
            RespAnswerElsewhere next = gone ? null : expected.poll();
            if (next == null) {
                answer.release();
                continue;
            }
            listener.endedElsewhere();
            next.came(answer);
            answers.ready(next);
            any = true;
        }
        while (why != null && !expected.isEmpty()) {
            RespAnswerElsewhere next = expected.remove();
            listener.endedElsewhere();
            next.fails(why);
            answers.ready(next);
            any = true;
        }
        return any;
    }

    /** The client has gone. */
    void abandon() {
        if (!expected.isEmpty()) {
            from.cancel(0, Cancellation.Reason.CONNECTION_LOST);
        }
        while (expected.poll() != null) {
            listener.endedElsewhere();
        }
        look(true);
    }
}
