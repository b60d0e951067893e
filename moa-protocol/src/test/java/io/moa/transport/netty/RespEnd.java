package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;

/** The server's end of a RESP client's connection, without a socket: the client takes its answers, or leaves them, as the test says. */
final class RespEnd extends EmbeddedChannel {

    private boolean taking = true;
    private Runnable watcher = () -> {};

    /** From now on the client takes nothing. */
    void takeNothing() {
        taking = false;
    }

    /** It takes all that waits for it, and goes on to. */
    void takeAgain() {
        taking = true;
        try {
            doWrite(unsafe().outboundBuffer()); // as a socket that can take something: only what was handed over goes
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        runPendingTasks();
    }

    /** Told whenever the server has handed something over to be sent. */
    void watch(Runnable told) {
        watcher = told;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        watcher.run();
        if (taking) {
            super.doWrite(in);
        }
    }

    /** One read of the socket, of bytes that stand in a buffer of their size. */
    void hears(byte[] bytes) {
        hears(bytes, bytes.length);
    }

    /** One read of the socket, into a buffer of this capacity. */
    void hears(byte[] bytes, int capacity) {
        writeInbound(alloc().buffer(capacity, capacity).writeBytes(bytes));
    }

    void hears(String text) {
        hears(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What the client has taken since it was asked last. */
    String taken() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf each = readOutbound(); each != null; each = readOutbound()) {
            text.append(each.toString(StandardCharsets.UTF_8));
            each.release();
        }
        return text.toString();
    }

    /** Reads go on, as far as the server asks for more; answers how many bytes it took of so many. */
    int hearsAllOf(byte[] stream, int pieces) {
        int at = 0;
        while (at < stream.length && isOpen() && config().isAutoRead()) {
            int end = Math.min(stream.length, at + pieces);
            hears(java.util.Arrays.copyOfRange(stream, at, end));
            at = end;
            runPendingTasks();
        }
        return at;
    }

    /** The client goes, and nothing of it stays. */
    void ends(EmbeddedPeer server) {
        close();
        runPendingTasks();
        releaseOutbound();
        assertThat(server.usedBytes()).as("buffers that are left").isZero();
        assertThat(server.listener.heldBytes()).isZero();
        assertThat(server.listener.inFlight()).isZero();
    }
}
