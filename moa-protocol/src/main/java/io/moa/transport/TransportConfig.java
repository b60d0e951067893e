package io.moa.transport;

import java.time.Duration;

/**
 * The limits and times of connections, the same type for both sides. Immutable; begin with {@link #DEFAULT} and change
 * what differs.
 *
 * @param connectTimeout connect and handshake together; 10 ms to 5 min, default 2 s
 * @param handshakeTimeout how long a server waits for an accepted client to introduce itself; 10 ms to 1 min, default 3 s
 * @param heartbeat how often a client asks a silent peer for a sign of life; 50 ms to 10 min, default 1 s
 * @param heartbeatLimit without any byte from the peer for so long, while one was asked for, the connection is given up;
 *     at least twice the heartbeat, at most 1 h, default 3 s; with epoll it is also the {@code TCP_USER_TIMEOUT} of a
 *     client; that of a server is the longer of this and the {@code stallTimeout}
 * @param stallPing how often a client asks a silent peer for a sign of life while calls wait for it; 10 ms to 1 min, default
 *     300 ms
 * @param stallAfter without any byte from the peer for so long, while calls wait and it was asked, those who wait are told, and
 *     the connection is kept; at least twice the {@code stallPing}, at most 1 h, or 0 for never; default 900 ms
 * @param idleTimeout after so long without a byte from a client a server gives the connection up; more than the
 *     heartbeat, default 1 min
 * @param stallTimeout a peer that takes no byte for so long, while some wait for it, is cut off; 100 ms to 10 min,
 *     default 10 s
 * @param frameTimeout a peer that has begun a frame must end it, and go on with a split body, within so long; otherwise it
 *     is cut off, even if a byte comes now and then; 100 ms to 10 min, default 10 s
 * @param closingAckTimeout how long a server that closes waits for a client to acknowledge its notice; after that it closes
 *     a connection as soon as it owes nothing there, and refuses what is still sent on it; calls in flight keep the whole
 *     drain limit; 10 ms to 10 min, default 2 s
 * @param maxHeaderBytes the largest call header accepted; 1 KiB to 1 MiB, default 64 KiB
 * @param maxBodyBytes the largest body sent or accepted; 1 KiB to 1 GiB, default 8 MiB
 * @param chunkBytes larger bodies are split into pieces of this size, between which small calls pass; 1 KiB to 256 KiB,
 *     default 64 KiB
 * @param bodyCreditBytes how much of split bodies may be on its way before the receiver has taken it; at least one chunk,
 *     default 1 MiB
 * @param maxQueuedBytes what may wait to be written on one connection before a client refuses further calls, and a server
 *     further requests of it; default 16 MiB
 * @param readPauseBytes a server reads nothing from a connection while the socket has more than this to take; default 1
 *     MiB
 * @param maxReplyBytesQueued what the replies that wait for the clients of a listener may take together; beyond it,
 *     connections that have taken nothing for a tenth of the {@code stallTimeout} are cut off, and a large reply for which
 *     that makes no room is replaced by a failure; default 32 MiB, or an eighth of the heap's limit if that is less
 * @param maxRequestBytesHeld what all connections of a listener may hold of requests not yet answered; beyond it requests
 *     with a body are refused as overload; also what a client gathers of split replies on one connection; default 256 MiB,
 *     or a quarter of the heap's limit if that is less
 * @param maxInFlightPerConnection how many unanswered requests one connection may have; default 8,192
 * @param maxConnections how many connections a listener holds; further ones are closed at once; default 10,000, and never
 *     more than half of the process's limit of open files
 * @param maxConnectionsPerPeer how many of them one remote address may have, in IPv6 one network of 64 bits; further ones are
 *     closed at once. Unix sockets are not counted. Default 5,000, so that one peer cannot take them all
 * @param bodyChecksum whether bodies carry a CRC32C; default false, because TCP has a checksum of its own
 */
public record TransportConfig(
        Duration connectTimeout,
        Duration handshakeTimeout,
        Duration heartbeat,
        Duration heartbeatLimit,
        Duration stallPing,
        Duration stallAfter,
        Duration idleTimeout,
        Duration stallTimeout,
        Duration frameTimeout,
        Duration closingAckTimeout,
        int maxHeaderBytes,
        int maxBodyBytes,
        int chunkBytes,
        int bodyCreditBytes,
        long maxQueuedBytes,
        long readPauseBytes,
        long maxReplyBytesQueued,
        long maxRequestBytesHeld,
        int maxInFlightPerConnection,
        int maxConnections,
        int maxConnectionsPerPeer,
        boolean bodyChecksum) {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    /** A part of what the heap may be, which is also what direct memory may be unless somebody says otherwise. */
    private static long ofHeap(int part, long atMost) {
        return Math.min(atMost, Math.max(MIB, Runtime.getRuntime().maxMemory() / part));
    }

    /** Every value its default. */
    public static final TransportConfig DEFAULT = new TransportConfig(
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            Duration.ofMillis(300),
            Duration.ofMillis(900),
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            64 * KIB,
            8 * MIB,
            64 * KIB,
            MIB,
            16L * MIB,
            MIB,
            ofHeap(8, 32L * MIB),
            ofHeap(4, 256L * MIB),
            8192,
            10_000,
            5_000,
            false);

    public TransportConfig {
        between("connectTimeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(5));
        between("handshakeTimeout", handshakeTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        between("heartbeat", heartbeat, Duration.ofMillis(50), Duration.ofMinutes(10));
        between("heartbeatLimit", heartbeatLimit, heartbeat.multipliedBy(2), Duration.ofHours(1));
        between("stallPing", stallPing, Duration.ofMillis(10), Duration.ofMinutes(1));
        if (!stallAfter.isZero()) {
            between("stallAfter", stallAfter, stallPing.multipliedBy(2), Duration.ofHours(1));
        }
        between("idleTimeout", idleTimeout, heartbeat, Duration.ofDays(1));
        between("stallTimeout", stallTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
        between("frameTimeout", frameTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
        between("closingAckTimeout", closingAckTimeout, Duration.ofMillis(10), Duration.ofMinutes(10));
        between("maxHeaderBytes", maxHeaderBytes, KIB, MIB);
        between("maxBodyBytes", maxBodyBytes, KIB, 1024L * MIB);
        between("chunkBytes", chunkBytes, KIB, 256 * KIB);
        between("bodyCreditBytes", bodyCreditBytes, chunkBytes, 1024L * MIB);
        between("maxQueuedBytes", maxQueuedBytes, KIB, Long.MAX_VALUE);
        between("readPauseBytes", readPauseBytes, KIB, Long.MAX_VALUE);
        between("maxReplyBytesQueued", maxReplyBytesQueued, KIB, Long.MAX_VALUE);
        between("maxRequestBytesHeld", maxRequestBytesHeld, KIB, Long.MAX_VALUE);
        between("maxInFlightPerConnection", maxInFlightPerConnection, 1, Integer.MAX_VALUE);
        between("maxConnections", maxConnections, 1, Integer.MAX_VALUE);
        between("maxConnectionsPerPeer", maxConnectionsPerPeer, 1, Integer.MAX_VALUE);
    }

    private static void between(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }

    private static void between(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }

    /** Begins a changed copy. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Changes single values. Not safe for threads. */
    public static final class Builder {
        private Duration connectTimeout;
        private Duration handshakeTimeout;
        private Duration heartbeat;
        private Duration heartbeatLimit;
        private Duration stallPing;
        private Duration stallAfter;
        private Duration idleTimeout;
        private Duration stallTimeout;
        private Duration frameTimeout;
        private Duration closingAckTimeout;
        private int maxHeaderBytes;
        private int maxBodyBytes;
        private int chunkBytes;
        private int bodyCreditBytes;
        private long maxQueuedBytes;
        private long readPauseBytes;
        private long maxReplyBytesQueued;
        private long maxRequestBytesHeld;
        private int maxInFlightPerConnection;
        private int maxConnections;
        private int maxConnectionsPerPeer;
        private boolean bodyChecksum;

        private Builder(TransportConfig from) {
            this.connectTimeout = from.connectTimeout;
            this.handshakeTimeout = from.handshakeTimeout;
            this.heartbeat = from.heartbeat;
            this.heartbeatLimit = from.heartbeatLimit;
            this.stallPing = from.stallPing;
            this.stallAfter = from.stallAfter;
            this.idleTimeout = from.idleTimeout;
            this.stallTimeout = from.stallTimeout;
            this.frameTimeout = from.frameTimeout;
            this.closingAckTimeout = from.closingAckTimeout;
            this.maxHeaderBytes = from.maxHeaderBytes;
            this.maxBodyBytes = from.maxBodyBytes;
            this.chunkBytes = from.chunkBytes;
            this.bodyCreditBytes = from.bodyCreditBytes;
            this.maxQueuedBytes = from.maxQueuedBytes;
            this.readPauseBytes = from.readPauseBytes;
            this.maxReplyBytesQueued = from.maxReplyBytesQueued;
            this.maxRequestBytesHeld = from.maxRequestBytesHeld;
            this.maxInFlightPerConnection = from.maxInFlightPerConnection;
            this.maxConnections = from.maxConnections;
            this.maxConnectionsPerPeer = from.maxConnectionsPerPeer;
            this.bodyChecksum = from.bodyChecksum;
        }

        public Builder connectTimeout(Duration value) {
            this.connectTimeout = value;
            return this;
        }

        public Builder handshakeTimeout(Duration value) {
            this.handshakeTimeout = value;
            return this;
        }

        public Builder heartbeat(Duration value) {
            this.heartbeat = value;
            return this;
        }

        public Builder heartbeatLimit(Duration value) {
            this.heartbeatLimit = value;
            return this;
        }

        public Builder stallPing(Duration value) {
            this.stallPing = value;
            return this;
        }

        public Builder stallAfter(Duration value) {
            this.stallAfter = value;
            return this;
        }

        public Builder idleTimeout(Duration value) {
            this.idleTimeout = value;
            return this;
        }

        public Builder stallTimeout(Duration value) {
            this.stallTimeout = value;
            return this;
        }

        public Builder frameTimeout(Duration value) {
            this.frameTimeout = value;
            return this;
        }

        public Builder closingAckTimeout(Duration value) {
            this.closingAckTimeout = value;
            return this;
        }

        public Builder maxHeaderBytes(int value) {
            this.maxHeaderBytes = value;
            return this;
        }

        public Builder maxBodyBytes(int value) {
            this.maxBodyBytes = value;
            return this;
        }

        public Builder chunkBytes(int value) {
            this.chunkBytes = value;
            return this;
        }

        public Builder bodyCreditBytes(int value) {
            this.bodyCreditBytes = value;
            return this;
        }

        public Builder maxQueuedBytes(long value) {
            this.maxQueuedBytes = value;
            return this;
        }

        public Builder readPauseBytes(long value) {
            this.readPauseBytes = value;
            return this;
        }

        public Builder maxReplyBytesQueued(long value) {
            this.maxReplyBytesQueued = value;
            return this;
        }

        public Builder maxRequestBytesHeld(long value) {
            this.maxRequestBytesHeld = value;
            return this;
        }

        public Builder maxInFlightPerConnection(int value) {
            this.maxInFlightPerConnection = value;
            return this;
        }

        public Builder maxConnections(int value) {
            this.maxConnections = value;
            return this;
        }

        public Builder maxConnectionsPerPeer(int value) {
            this.maxConnectionsPerPeer = value;
            return this;
        }

        public Builder bodyChecksum(boolean value) {
            this.bodyChecksum = value;
            return this;
        }

        /**
         * The finished value.
         *
         * @throws IllegalArgumentException if a value is out of its range; the message names it and the range
         */
        public TransportConfig build() {
            return new TransportConfig(
                    connectTimeout,
                    handshakeTimeout,
                    heartbeat,
                    heartbeatLimit,
                    stallPing,
                    stallAfter,
                    idleTimeout,
                    stallTimeout,
                    frameTimeout,
                    closingAckTimeout,
                    maxHeaderBytes,
                    maxBodyBytes,
                    chunkBytes,
                    bodyCreditBytes,
                    maxQueuedBytes,
                    readPauseBytes,
                    maxReplyBytesQueued,
                    maxRequestBytesHeld,
                    maxInFlightPerConnection,
                    maxConnections,
                    maxConnectionsPerPeer,
                    bodyChecksum);
        }
    }
}
