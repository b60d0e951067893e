package io.moa.transport.netty;

import io.moa.protocol.frame.RespState;
import io.moa.protocol.frame.RespState.Owed;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Answers of a connection that was moved, on their way after it: in their order, and without those that moved with it, as they were
 * made already. Belongs to the event loop.
 */
final class RespFollowing {

    private final List<Owed> owed;
    private final LateFrames frames;
    private int next;

    RespFollowing(List<Owed> owed, LateFrames frames) {
        this.owed = owed;
        this.frames = frames;
    }

    /** The next one; its reference is taken over. */
    void accept(ByteBuf answer) {
        int number = next++;
        if (owed.get(number).kind() == RespState.Kind.MADE) {
            answer.release();
        } else {
            frames.frame(number, true, answer);
        }
    }

    /** Nobody waits for those that are left. */
    void abandon() {
        while (next < owed.size()) {
            int number = next++;
            if (owed.get(number).kind() != RespState.Kind.MADE) {
                frames.ended(number);
            }
        }
    }
}
