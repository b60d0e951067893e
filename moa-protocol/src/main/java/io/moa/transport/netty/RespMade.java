package io.moa.transport.netty;

import io.moa.protocol.frame.RespState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.function.Consumer;

/**
 * Answers that are made, and wait for their turn behind a call: all that come one after the other stand in one buffer, since each may be much smaller
 * than what keeps it. Belongs to the event loop.
 */
final class RespMade extends RespAnswers.Answer {

    private static final int FIRST_BYTES = 128;

    private final RespConnection connection;
    private final ByteBuf bytes;
    private int held;

    RespMade(RespConnection connection) {
        this.connection = connection;
        this.bytes = connection.buffer(FIRST_BYTES);
    }

    /** Adds an answer; whether there is room for what it takes. */
    boolean add(Consumer<ByteBuf> writing) {
        writing.accept(bytes);
        int more = bytes.capacity() - held;
        if (more > 0) {
            if (!connection.room().holdMade(more, connection.ticker().nanos())) {
                return false;
            }
            held += more;
        }
        return true;
    }

    @Override
    void write(RespOutput out) {
        connection.room().unwaited(held);
        out.body(bytes);
        out.hold(held);
    }

    @Override
    RespState.Owed owed() {
        return new RespState.Owed(RespState.Kind.MADE, ByteBufUtil.getBytes(bytes));
    }

    @Override
    void drop() {
        connection.room().unwaited(held);
        connection.room().replyLeft(held);
        bytes.release();
    }
}
