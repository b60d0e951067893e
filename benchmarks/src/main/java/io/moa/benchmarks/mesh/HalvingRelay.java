package io.moa.benchmarks.mesh;

import io.moa.discovery.Address;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * An address in front of another one of the same kind. Of what clients send, one part in five goes on in two halves, with a pause between them; what comes
 * back passes as it is. Safe for many threads.
 */
final class HalvingRelay implements Closeable {

    private static final int ONE_IN = 5;
    private static final long PAUSE_MILLIS = 5;

    private final ServerSocketChannel listener;
    private final SocketAddress target;
    private final Address address;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final LongAdder parts = new LongAdder();
    private final LongAdder halved = new LongAdder();
    private final LongAdder disconnects = new LongAdder();
    private volatile boolean closed;

    private HalvingRelay(ServerSocketChannel listener, SocketAddress target, Address address) {
        this.listener = listener;
        this.target = target;
        this.address = address;
        begin(this::accept);
    }

    /** In front of a Unix socket, at another file. */
    static HalvingRelay unix(Path at, Address.Unix target) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(at));
        return new HalvingRelay(listener, UnixDomainSocketAddress.of(target.path()), new Address.Unix(at.toString()));
    }

    /** In front of a port of this host, at a free port. */
    static HalvingRelay tcp(Address.Tcp target) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        return new HalvingRelay(
                listener, new InetSocketAddress(target.host(), target.port()), new Address.Tcp("127.0.0.1", port));
    }

    Address address() {
        return address;
    }

    /** How many parts clients have sent. */
    long parts() {
        return parts.sum();
    }

    /** How many of them went on in halves. */
    long halved() {
        return halved.sum();
    }

    /** How many connections the other side has ended. */
    long disconnects() {
        return disconnects.sum();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel near = listener.accept();
                SocketChannel far = SocketChannel.open(target);
                if (address instanceof Address.Tcp) {
                    near.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    far.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                open.add(near);
                open.add(far);
                begin(() -> copy(near, far, true));
                begin(() -> copy(far, near, false));
            }
        } catch (IOException e) {
            closed = true;
        }
    }

    private void copy(SocketChannel from, SocketChannel to, boolean halves) {
        ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        try {
            while (from.read(bytes) >= 0) {
                bytes.flip();
                if (halves) {
                    parts.increment();
                    if (bytes.remaining() > 1 && ThreadLocalRandom.current().nextInt(ONE_IN) == 0) {
                        halved.increment();
                        ByteBuffer first = bytes.slice(0, bytes.remaining() / 2);
                        write(first, to);
                        bytes.position(bytes.position() + first.capacity());
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                    }
                }
                write(bytes, to);
                bytes.clear();
            }
            if (!halves && !closed) {
                disconnects.increment();
            }
        } catch (IOException | InterruptedException e) {
            if (!halves && !closed) {
                disconnects.increment();
            }
        } finally {
            close(from);
            close(to);
        }
    }

    private static void write(ByteBuffer bytes, SocketChannel to) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void begin(Runnable work) {
        Thread thread = new Thread(work, "halving");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        open.forEach(HalvingRelay::close);
    }
}
