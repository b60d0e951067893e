package io.moa.transport.netty;

import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.RespState;
import io.moa.protocol.resp.RespWriter;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** An answer that is made by the process which served the connection before. Belongs to the event loop. */
final class RespAnswerElsewhere extends RespAnswers.Answer {

    private final RespRoom room;
    private final boolean ofCall;
    private @Nullable ByteBuf bytes;
    private int held;
    private String why = "";

    /**
     * @param ofCall and not of another command
     */
    RespAnswerElsewhere(RespRoom room, boolean ofCall) {
        this.room = room;
        this.ofCall = ofCall;
    }

    /** It came; its reference is taken over. */
    void came(ByteBuf answer) {
        bytes = answer;
        held = answer.capacity();
        room.takeReply(held);
    }

    /** It will not come. */
    void fails(String reason) {
        why = reason;
    }

    @Override
    void write(RespOutput out) {
        ByteBuf answer = bytes;
        bytes = null;
        if (answer != null) {
            out.body(answer);
            out.hold(held);
        } else if (ofCall) {
            RespCall.writeFailure(out, Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, why));
        } else {
            RespWriter.error(out.batch(), "ERR", why);
        }
    }

    @Override
    RespState.Owed owed() {
        throw new IllegalStateException("an answer of a process before cannot be handed on");
    }

    @Override
    void drop() {
        ByteBuf answer = bytes;
        bytes = null;
        if (answer != null) {
            answer.release();
            room.replyLeft(held);
        }
    }
}
