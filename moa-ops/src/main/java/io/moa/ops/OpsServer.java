package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of the operations agent: HTTP on a loopback address or a Unix socket, one request for each connection, which lasts a bounded time. When more come than
 * are served at once they are cut: nobody waits behind those who are silent for long.
 */
final class OpsServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpsServer.class);
    static final int CONNECTIONS = 16;
    private static final int MAX_BODY = 16 * 1024;

    private final ServerSocketChannel door;
    private final OpsAddress address;
    private final TokenFile token;
    private final OpsApi api;
    private final long limitMillis;
    private final ThreadPoolExecutor handlers;
    private final ScheduledExecutorService cutter;

    private OpsServer(ServerSocketChannel door, OpsAddress address, TokenFile token, OpsApi api, long limitMillis) {
        this.door = door;
        this.address = address;
        this.token = token;
        this.api = api;
        this.limitMillis = limitMillis;
        this.handlers = new ThreadPoolExecutor(
                0, CONNECTIONS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> daemon(task, "moa-ops-api"));
        this.cutter = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "moa-ops-cutter"));
        daemon(this::accept, "moa-ops-door").start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Listens.
     *
     * @param limitMillis how long a connection lasts at most
     */
    static OpsServer open(OpsAddress at, TokenFile token, OpsApi api, long limitMillis) throws IOException {
        if (!at.isLocal()) {
            throw new IllegalArgumentException(
                    "An operations agent listens on a loopback address or a Unix socket, and not at " + at
                            + ": there is no TLS. From elsewhere it is reached by ssh -L or kubectl port-forward");
        }
        ServerSocketChannel door;
        OpsAddress bound = at;
        if (at.isUnix()) {
            door = unix(at.path());
        } else {
            door = ServerSocketChannel.open();
            door.bind(at.resolved(), CONNECTIONS);
            if (door.getLocalAddress() instanceof InetSocketAddress tcp) {
                bound = OpsAddress.of(tcp.getAddress().getHostAddress(), tcp.getPort());
            }
        }
        return new OpsServer(door, bound, token, api, limitMillis);
    }

    /** Bound in a folder of its own and moved, so that it is never there for others. */
    private static ServerSocketChannel unix(Path path) throws IOException {
        Path folder = path.getParent();
        if (folder == null) {
            throw new IOException("A socket needs a folder: " + path);
        }
        Files.createDirectories(folder);
        try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new IOException("Somebody listens at " + path + " already: " + other);
        } catch (java.net.SocketException nobody) {
            LOG.debug("Nobody listens at {}", path, nobody);
        }
        Path own = Files.createTempDirectory(folder, ".o");
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Path coming = own.resolve("s");
            door.bind(UnixDomainSocketAddress.of(coming), CONNECTIONS);
            Files.setPosixFilePermissions(coming, PosixFilePermissions.fromString("rw-------"));
            Files.move(coming, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return door;
        } catch (IOException | RuntimeException e) {
            door.close();
            throw e;
        } finally {
            VersionStore.remove(own);
        }
    }

    /** With the port that was chosen. */
    OpsAddress address() {
        return address;
    }

    private void accept() {
        while (door.isOpen()) {
            try {
                SocketChannel one = door.accept();
                ScheduledFuture<?> end = null;
                try {
                    end = cutter.schedule(() -> cut(one), limitMillis, TimeUnit.MILLISECONDS);
                    ScheduledFuture<?> its = end;
                    handlers.execute(() -> {
                        handle(one);
                        its.cancel(false);
                    });
                } catch (RejectedExecutionException tooMany) {
                    cut(one);
                    if (end != null) {
                        end.cancel(false);
                    }
                }
            } catch (IOException e) {
                if (door.isOpen()) {
                    LOG.warn("A connection could not be accepted: {}", "" + e);
                    rest();
                }
            }
        }
    }

    /** If there is no descriptor left, the next one fails at once as well. */
    private void rest() {
        try {
            cutter.schedule(() -> {}, 100, TimeUnit.MILLISECONDS).get();
        } catch (InterruptedException | java.util.concurrent.ExecutionException | RejectedExecutionException e) {
            LOG.debug("The operations agent ends", e);
        }
    }

    private static void cut(SocketChannel one) {
        try {
            one.close();
        } catch (IOException e) {
            LOG.debug("A connection could not be closed", e);
        }
    }

    private void handle(SocketChannel one) {
        try (SocketChannel open = one) {
            int status;
            JsonNode answer;
            try {
                HttpMessage request =
                        HttpMessage.read(new BufferedInputStream(Channels.newInputStream(open)), MAX_BODY);
                status = 200;
                answer = answer(request);
            } catch (OpsException e) {
                status = e.status();
                answer = Json.MAPPER.createObjectNode().put("error", e.getMessage());
            } catch (UncheckedIOException | IllegalStateException e) {
                LOG.warn("A request failed", e);
                status = 500;
                answer = Json.MAPPER.createObjectNode().put("error", String.valueOf(e.getMessage()));
            }
            byte[] body = (answer.toString() + "\n").getBytes(StandardCharsets.UTF_8);
            String head =
                    "HTTP/1.1 " + status + " -\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                            + (status == 401 ? "\r\nWWW-Authenticate: Bearer" : "") + "\r\nConnection: close\r\n\r\n";
            write(open, head.getBytes(StandardCharsets.US_ASCII));
            write(open, body);
        } catch (IOException gone) {
            LOG.debug("A connection ended", gone);
        }
    }

    private static void write(SocketChannel open, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            open.write(left);
        }
    }

    private JsonNode answer(HttpMessage request) throws OpsException, IOException {
        String said = request.headers().getOrDefault("authorization", "");
        if (!said.regionMatches(true, 0, "Bearer ", 0, 7)
                || !token.matches(said.substring(7).strip())) {
            throw new OpsException(401, "Say the token: Authorization: Bearer ...");
        }
        if (request.first().size() != 3 || !request.first().get(2).startsWith("HTTP/1.")) {
            throw new OpsException(400, "That is no request of HTTP/1.1");
        }
        @Nullable JsonNode body = null;
        if (!request.body().isEmpty()) {
            try {
                body = Json.MAPPER.readTree(request.body());
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new OpsException(400, "The body is no JSON", e);
            }
        }
        return api.answer(
                request.first().get(0),
                request.first().get(1),
                body == null || !body.isObject() ? Json.MAPPER.createObjectNode() : body);
    }

    @Override
    public void close() throws IOException {
        door.close();
        cutter.shutdownNow();
        handlers.shutdownNow();
        if (address.isUnix()) {
            Files.deleteIfExists(address.path());
        }
    }
}
