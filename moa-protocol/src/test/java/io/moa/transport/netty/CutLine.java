package io.moa.transport.netty;

import io.moa.protocol.frame.HandOverMessage;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A line of a hand-over that breaks at one of the things that its owner says, as if the owner's process ended there: just before it is
 * said, or just after.
 */
final class CutLine implements MoveLine {

    /** Where it breaks: never. */
    static final int NEVER = Integer.MAX_VALUE;

    private final MoveLine line;
    private final int last;
    private final boolean saysLast;
    private final List<HandOverMessage.Step> said;
    private boolean cut;

    /**
     * @param last how many are said before the one at which it breaks
     * @param saysLast whether that one is still said
     * @param said where each is noted that is said
     */
    CutLine(MoveLine line, int last, boolean saysLast, List<HandOverMessage.Step> said) {
        this.line = line;
        this.last = last;
        this.saysLast = saysLast;
        this.said = said;
    }

    static List<HandOverMessage.Step> notes() {
        return new CopyOnWriteArrayList<>();
    }

    @Override
    public Future<?> say(HandOverMessage message) {
        if (cut || (said.size() == last && !saysLast)) {
            cut();
            return new DefaultPromise<Void>(ImmediateEventExecutor.INSTANCE).setFailure(new ClosedChannelException());
        }
        said.add(message.step());
        Future<?> done = line.say(message);
        if (said.size() > last) {
            cut();
        }
        return done;
    }

    private void cut() {
        if (!cut) {
            cut = true;
            line.close();
        }
    }

    @Override
    public void pass(int descriptor) {
        if (!cut) {
            line.pass(descriptor);
        }
    }

    @Override
    public void silence() {
        line.silence();
    }

    @Override
    public void close() {
        line.close();
    }

    @Override
    public boolean isClosed() {
        return line.isClosed();
    }
}
