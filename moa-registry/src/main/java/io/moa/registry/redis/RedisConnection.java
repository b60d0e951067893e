package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection to one Redis or Sentinel. Every method may wait for the network, up to the socket timeout, and belongs to
 * one thread, except {@link #write} and {@link #cut}, which another one may call. After an {@link IOException} it is of no
 * more use.
 */
final class RedisConnection implements AutoCloseable {

    private static final String CLIENT_NAME = "moa-registry";

    /**
     * So many bytes are sent before the answers to them are read. They fit into the socket's own buffer, so that a Redis that
     * takes nothing more, or a network that swallows everything, is noticed by the missing answer, after the socket timeout;
     * a write that waits knows no timeout.
     */
    private static final int SENT_AT_ONCE = 48 * 1024;

    private static final int SEND_BUFFER = 2 * SENT_AT_ONCE;

    private final Address.Tcp address;
    private final BoundedConnection connection;
    private final @Nullable AskedNode asked;
    private final Socket wire; // under TLS, if there is TLS

    private RedisConnection(Address.Tcp address, BoundedConnection connection, Socket wire, @Nullable AskedNode asked) {
        this.address = address;
        this.connection = connection;
        this.wire = wire;
        this.asked = asked;
    }

    /** Connects and logs in to a Redis. */
    static RedisConnection open(RedisConfig config, Address.Tcp address) throws IOException {
        AskedNode asked = config.mode() == RedisMode.CLUSTER ? new AskedNode(config, address) : null;
        return open(config, address, config.user(), config.password(), config.socketTimeout(), asked);
    }

    /** Connects and logs in to a node of a Cluster that another one has named; where it points on, nobody follows. */
    static RedisConnection openAsked(RedisConfig config, Address.Tcp address) throws IOException {
        return open(config, address, config.user(), config.password(), config.socketTimeout(), null);
    }

    /**
     * Connects and logs in.
     *
     * @param readTimeout how long an answer may take
     * @throws IOException if that fails; the message says why
     * @throws RedisError if Redis refuses the login
     */
    static RedisConnection open(
            RedisConfig config, Address.Tcp address, String user, String password, Duration readTimeout)
            throws IOException {
        return open(config, address, user, password, readTimeout, null);
    }

    private static RedisConnection open(
            RedisConfig config,
            Address.Tcp address,
            String user,
            String password,
            Duration readTimeout,
            @Nullable AskedNode asked)
            throws IOException {
        DefaultJedisClientConfig.Builder login = DefaultJedisClientConfig.builder()
                .autoNegotiateProtocol(false) // version 2 is spoken where nothing else was asked for
                .clientName(CLIENT_NAME)
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .socketTimeoutMillis((int) readTimeout.toMillis());
        if (!password.isEmpty()) {
            login.user(user.isEmpty() ? null : user).password(password);
        }
        // Jedis connects anew by itself, and without a login, when a command meets a closed connection. Not here:
        // whoever lost one must find out where the master is now.
        AtomicBoolean opened = new AtomicBoolean();
        Socket wire = new Socket();
        JedisSocketFactory once = () -> {
            if (opened.getAndSet(true)) {
                throw new JedisConnectionException("it was closed");
            }
            return connect(wire, config, address, readTimeout);
        };
        try {
            return new RedisConnection(address, new BoundedConnection(once, login.build()), wire, asked);
        } catch (JedisDataException e) {
            throw new RedisError(String.valueOf(e.getMessage()));
        } catch (JedisException e) {
            throw broken(address, e);
        }
    }

    /** Connects a socket; it, or the one over it that speaks TLS. */
    private static Socket connect(Socket wire, RedisConfig config, Address.Tcp address, Duration readTimeout) {
        int timeout = (int) config.socketTimeout().toMillis();
        Socket socket = wire;
        try {
            socket.setTcpNoDelay(true);
            socket.setSendBufferSize(SEND_BUFFER);
            socket.setKeepAlive(true);
            socket.setSoTimeout(timeout);
            // Resolved now: a name may have moved since the last time.
            socket.connect(new InetSocketAddress(address.host(), address.port()), timeout);
            SSLSocketFactory tls = config.tls();
            if (tls != null) {
                SSLSocket secured = (SSLSocket) tls.createSocket(socket, address.host(), address.port(), true);
                SSLParameters parameters = secured.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate must name the host
                secured.setSSLParameters(parameters);
                shakeHands(secured);
                socket = secured;
            }
            socket.setSoTimeout((int) readTimeout.toMillis());
            return socket;
        } catch (IOException | RuntimeException e) {
            try {
                socket.close();
            } catch (IOException ignored) {
                // it never was open
            }
            throw new JedisConnectionException(e);
        }
    }

    private static void shakeHands(SSLSocket secured) throws IOException {
        try {
            secured.startHandshake();
        } catch (SocketTimeoutException e) { // a Redis that speaks plain waits for the end of what is no line to it
            throw new IOException(
                    "no answer to a TLS handshake within " + secured.getSoTimeout()
                            + " ms; perhaps no TLS is spoken there, and redis:// is without",
                    e);
        }
    }

    private static IOException broken(Address.Tcp address, JedisException e) {
        Throwable root = e;
        while (root.getCause() != null
                && !(root.getCause() instanceof SocketTimeoutException && root instanceof IOException)) {
            root = root.getCause();
        }
        String why = root instanceof UnknownHostException
                ? "no host of the name " + address.host() + " is known here"
                : root.getMessage();
        return new IOException(
                "The connection to Redis at " + address + " broke: "
                        + (why == null ? root.getClass().getSimpleName() : why),
                e);
    }

    Address.Tcp address() {
        return address;
    }

    /**
     * Sends commands together and reads all answers; a refused one stands among them as a {@link RedisError}. The answers have one
     * bound together: what others can make long is asked for alone, or behind what must not be crowded out.
     *
     * @return an answer for each command: null, {@code byte[]}, {@code Long}, a list of these, {@link
     *     BoundedConnection#OVERSIZED} or a {@link RedisError}
     */
    List<@Nullable Object> pipeline(List<RedisCommand> commands) throws IOException {
        List<@Nullable Object> replies = exchange(commands);
        return asked == null ? replies : asked.followEach(commands, replies);
    }

    /**
     * As {@link #pipeline(List)}, but each answer has a bound of its own: what somebody has made long takes no room of the others.
     *
     * @param share how many bytes an answer keeps of names, and again of longer values; all answers together keep a multiple of it
     */
    List<@Nullable Object> pipeline(List<RedisCommand> commands, int share) throws IOException {
        List<@Nullable Object> replies = exchange(commands, share);
        return asked == null ? replies : asked.followEach(commands, replies);
    }

    /** Sends commands together and reads all answers, as this node gives them. */
    List<@Nullable Object> exchange(List<RedisCommand> commands) throws IOException {
        return exchange(commands, 0);
    }

    private List<@Nullable Object> exchange(List<RedisCommand> commands, int share) throws IOException {
        if (share > 0) {
            connection.shared(share);
        } else {
            connection.together();
        }
        try {
            List<@Nullable Object> replies = new ArrayList<>(commands.size());
            int waiting = 0;
            int bytes = 0;
            for (RedisCommand command : commands) {
                if (waiting > 0 && bytes + command.bytes() > SENT_AT_ONCE) {
                    read(waiting, replies);
                    waiting = 0;
                    bytes = 0;
                }
                connection.sendCommand(command.arguments());
                waiting++;
                bytes += command.bytes();
            }
            read(waiting, replies);
            nameKeys(commands, replies);
            return replies;
        } catch (JedisException e) {
            throw broken(address, e);
        } finally {
            connection.apart();
        }
    }

    /** Redis names no key in that answer, and who has to mend it needs one. */
    private static void nameKeys(List<RedisCommand> commands, List<@Nullable Object> replies) {
        for (int i = 0; i < Math.min(commands.size(), replies.size()); i++) {
            if (replies.get(i) instanceof RedisError error && error.isWrongType()) {
                byte[] key = commands.get(i).onlyKey();
                replies.set(i, key == null ? error : error.at(key));
            }
        }
    }

    private void read(int count, List<@Nullable Object> into) {
        for (Object reply : connection.getMany(count)) {
            into.add(ours(reply));
        }
    }

    /**
     * Sends one command.
     *
     * @throws RedisError if Redis refuses it
     */
    @Nullable
    Object call(String name, Object... parts) throws IOException {
        Object reply = pipeline(List.of(RedisCommand.of(name, parts))).get(0);
        if (reply instanceof RedisError error) {
            throw error;
        }
        return reply;
    }

    /**
     * Runs commands as one, so that nobody sees some of them.
     *
     * @return their answers, or null if a watched key has changed
     * @throws RedisError if one is refused: none ran if that was known before the end, and all others if it failed when it ran,
     *     such as on a key of another type
     */
    @Nullable
    List<@Nullable Object> transaction(List<RedisCommand> commands) throws IOException {
        List<@Nullable Object> results = together(commands);
        if (results != null) {
            for (Object result : results) {
                if (result instanceof RedisError error) {
                    throw error;
                }
            }
        }
        return results;
    }

    /**
     * As {@link #transaction}, and what failed when it ran, such as a key of another type, stands in its place: Redis has run all
     * the others.
     *
     * @throws RedisError if none ran
     */
    @Nullable
    List<@Nullable Object> together(List<RedisCommand> commands) throws IOException {
        List<RedisCommand> all = new ArrayList<>(commands.size() + 2);
        all.add(RedisCommand.of("MULTI"));
        all.addAll(commands);
        all.add(RedisCommand.of("EXEC"));
        List<@Nullable Object> replies = exchange(all);
        if (asked != null) {
            replies = asked.followTogether(all, replies);
        }
        for (Object reply : replies) {
            if (reply instanceof RedisError error) {
                throw error;
            }
        }
        Object done = replies.get(replies.size() - 1);
        if (done == null) {
            return null;
        }
        List<@Nullable Object> results = new ArrayList<>(Replies.list(done));
        nameKeys(commands, results);
        return results;
    }

    /** Sends commands whose answers another thread reads. At most one thread at a time writes. */
    void write(List<RedisCommand> commands) throws IOException {
        try {
            for (RedisCommand command : commands) {
                connection.sendCommand(command.arguments());
            }
            connection.send();
        } catch (JedisException e) {
            throw broken(address, e);
        }
    }

    /** Waits for the next message. */
    @Nullable
    Object next() throws IOException {
        try {
            return ours(connection.getUnflushedObject());
        } catch (JedisDataException e) {
            throw new RedisError(String.valueOf(e.getMessage()));
        } catch (JedisException e) {
            throw broken(address, e);
        }
    }

    /** Whether the next message is here already. */
    boolean hasNext() throws IOException {
        return connection.hasMore() || wire.getInputStream().available() > 0;
    }

    private static @Nullable Object ours(@Nullable Object reply) {
        if (reply instanceof JedisDataException error) {
            return new RedisError(String.valueOf(error.getMessage()));
        }
        if (reply instanceof List<?> list) {
            List<@Nullable Object> ours = new ArrayList<>(list.size());
            for (Object element : list) {
                ours.add(ours(element));
            }
            return ours;
        }
        return reply;
    }

    /** Ends the connection from any thread; one that waits for an answer wakes with an {@link IOException}. */
    void cut() {
        try {
            connection.forceDisconnect();
        } catch (IOException | RuntimeException e) {
            // it is gone either way
        }
    }

    @Override
    public void close() {
        cut();
        if (asked != null) {
            asked.close();
        }
    }
}
