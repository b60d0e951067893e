package io.moa.protocol.resp;

/** Told of the commands that a {@link RespReader} has read. */
@FunctionalInterface
public interface RespSink {

    /**
     * A whole command has come.
     *
     * @param command a view that is valid during this call only
     */
    void command(RespCommand command);
}
