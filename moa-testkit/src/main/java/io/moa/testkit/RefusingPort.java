package io.moa.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A TCP port of loopback at which connecting is refused for as long as this is open: a socket is bound to it and does not
 * listen. The port of a listener that was closed is not that, for the system may give it to anybody who asks for a free one.
 *
 * <p>Safe for many threads. The maker closes it.
 */
public final class RefusingPort implements AutoCloseable {

    private final Socket holder;

    private RefusingPort(Socket holder) {
        this.holder = holder;
    }

    /**
     * Takes a free port of 127.0.0.1.
     *
     * @throws UncheckedIOException if there is none
     */
    public static RefusingPort open() {
        try {
            Socket holder = new Socket();
            try {
                holder.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
                return new RefusingPort(holder);
            } finally {
                if (!holder.isBound()) {
                    holder.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("No port could be taken that refuses", e);
        }
    }

    /** 1 to 65535. */
    public int port() {
        return holder.getLocalPort();
    }

    /** Gives the port back. Idempotent. */
    @Override
    public void close() {
        try {
            holder.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "RefusingPort[" + port() + "]";
    }
}
