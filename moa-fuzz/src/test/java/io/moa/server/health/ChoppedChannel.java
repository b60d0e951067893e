package io.moa.server.health;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** A client without a socket: what it sends comes in pieces of a given length, and it takes the answer in such pieces. */
final class ChoppedChannel extends SocketChannel {

    private final ByteBuffer sent;
    private final int piece;
    private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
    private boolean shut;

    ChoppedChannel(byte[] sent, int piece) {
        super(SelectorProvider.provider());
        this.sent = ByteBuffer.wrap(sent);
        this.piece = piece;
    }

    byte[] answered() {
        return answered.toByteArray();
    }

    /** Whether the server has said that nothing more comes. */
    boolean isShut() {
        return shut;
    }

    @Override
    public int read(ByteBuffer into) {
        if (!into.hasRemaining()) {
            return 0;
        }
        if (!sent.hasRemaining()) {
            return -1;
        }
        int count = Math.min(piece, Math.min(into.remaining(), sent.remaining()));
        into.put(sent.slice(sent.position(), count));
        sent.position(sent.position() + count);
        return count;
    }

    @Override
    public int write(ByteBuffer from) {
        if (shut || !isOpen()) {
            throw new AssertionError("Something was written after the end");
        }
        int count = Math.min(piece, from.remaining());
        for (int i = 0; i < count; i++) {
            answered.write(from.get());
        }
        return count;
    }

    @Override
    public SocketChannel shutdownOutput() {
        shut = true;
        return this;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
        return this;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        return this;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // so it is declared
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public SocketChannel shutdownInput() {
        return this;
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    @Override
    public boolean connect(SocketAddress remote) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
        return true;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SocketAddress getLocalAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseSelectableChannel() {
        // nothing is held
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // never blocks
    }
}
