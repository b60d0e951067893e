package io.moa.transport.netty;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each remote address has. An IPv6 host usually owns a whole network of 64 bits and could come from a
 * new address each time, so the network is what counts. Safe for many threads.
 */
final class PeerCounts {

    private static final int NETWORK_BYTES = 8;

    private final int limit;
    private final ConcurrentHashMap<ByteBuffer, Integer> counts = new ConcurrentHashMap<>();

    PeerCounts(int limit) {
        this.limit = limit;
    }

    /** Counts one more connection of a peer; false if it has as many as it may. Peers without an address always may. */
    boolean enter(@Nullable SocketAddress from) {
        ByteBuffer peer = peer(from);
        if (peer == null) {
            return true;
        }
        boolean[] entered = new boolean[1];
        counts.compute(peer, (key, count) -> {
            int before = count == null ? 0 : count;
            entered[0] = before < limit;
            return entered[0] ? Integer.valueOf(before + 1) : count;
        });
        return entered[0];
    }

    /** One that entered is gone. */
    void leave(@Nullable SocketAddress from) {
        ByteBuffer peer = peer(from);
        if (peer != null) {
            counts.computeIfPresent(peer, (key, count) -> count == 1 ? null : Integer.valueOf(count - 1));
        }
    }

    /** How many peers have a connection. */
    int peers() {
        return counts.size();
    }

    private static @Nullable ByteBuffer peer(@Nullable SocketAddress from) {
        if (!(from instanceof InetSocketAddress where) || where.getAddress() == null) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(where.getAddress().getAddress());
        return where.getAddress() instanceof Inet6Address ? bytes.limit(NETWORK_BYTES) : bytes;
    }
}
