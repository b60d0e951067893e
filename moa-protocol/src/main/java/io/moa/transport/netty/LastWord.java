package io.moa.transport.netty;

import org.jspecify.annotations.Nullable;

/** That the process which a connection came from answers nothing any more. */
final class LastWord implements Outbound {

    private final ServerConnection connection;
    private final String why;
    private @Nullable Outbound next;

    LastWord(ServerConnection connection, String why) {
        this.connection = connection;
        this.why = why;
    }

    @Override
    public void write(FrameOutput out) {
        connection.failElsewhere(why);
    }

    @Override
    public void abandon() {} // then it has been told that the connection is gone

    @Override
    public void failed(FrameOutput out, Throwable thrown) {
        connection.close("its open calls could not be ended: " + thrown);
    }

    @Override
    public @Nullable Outbound nextOutbound() {
        return next;
    }

    @Override
    public void nextOutbound(@Nullable Outbound following) {
        next = following;
    }
}
