package io.moa.e2e.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.server.network.UnixSocketConfig;
import io.moa.testkit.CallAccount;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Which address a caller uses of a server that has two. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class UnixSocketTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .connectTimeout(PATIENCE)
            .heartbeatLimit(PATIENCE)
            .build();
    private static final ServiceId SERVICE = ServiceId.of(Ledgered.class.getName());

    @TempDir
    private Path temporary;

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final CallAccount account = new CallAccount();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    @BeforeEach
    void needsEpoll() {
        assumeUnixSockets(runtime("looks", "here"));
    }

    private static void assumeUnixSockets(Moa moa) {
        Assumptions.assumeTrue(moa.transport().supports(new Address.Unix("/x")), "Unix sockets need epoll");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        registry.close();
    }

    private Moa runtime(String application, String host) {
        Moa moa = Moa.builder(application)
                .transportConfig(PATIENT)
                .registry(registry)
                .hostId(host)
                .eventLoops(1)
                .build();
        opened.push(moa);
        return moa;
    }

    private Path folder() {
        return temporary.resolve("sockets");
    }

    private MoaServer server(String host, UnixSocketConfig unix) {
        MoaServer server = MoaServer.builder(runtime("counting", host))
                .unixSocket(unix)
                .closeOnShutdown(false)
                .export(Ledgered.class, new Counting("it", account))
                .start();
        opened.push(server);
        return server;
    }

    private MoaClient client(String host) {
        MoaClient client = MoaClient.builder(runtime("caller", host)).build();
        opened.push(client);
        return client;
    }

    private static Path socketOf(MoaServer server) {
        return Path.of(((Address.Unix) server.instance().addresses().get(1)).path());
    }

    private static String callAndExplain(MoaClient client) {
        assertThat(client.stub(Ledgered.class).who()).isEqualTo("it");
        return client.explain(SERVICE);
    }

    @Test
    void aCallerOnTheSameHostUsesTheUnixSocket() throws IOException {
        MoaServer server = server("here", UnixSocketConfig.in(folder()));
        assertThat(server.instance().host()).isEqualTo("here");
        assertThat(server.instance().addresses().get(0))
                .as("TCP stays first: operators' decisions are kept by it")
                .isEqualTo(server.address());
        Path socket = socketOf(server);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
                .isEqualTo("rwx------");
        MoaClient client = client("here");
        client.stub(Ledgered.class);
        assertThat(client.explain(SERVICE))
                .contains("not connected; would try unix:" + socket + " (its Unix socket on this host)");
        assertThat(callAndExplain(client)).contains("connected to unix:" + socket + " (its Unix socket on this host)");
        assertThat(server.connections()).isEqualTo(1);
        server.close();
        assertThat(folder()).isEmptyDirectory();
    }

    @Test
    void aCallerElsewhereUsesTcp() {
        MoaServer server = server("here", UnixSocketConfig.in(folder()));
        for (String other : List.of("there", "")) {
            assertThat(callAndExplain(client(other)))
                    .as("a caller on host \"%s\"", other)
                    .contains("connected to " + server.address() + " (its Unix socket is on another host)");
        }
    }

    @Test
    void aCallerFallsBackToTcpAtOnceIfTheFileIsGone() throws IOException {
        MoaServer server = server("here", UnixSocketConfig.in(folder()));
        Files.delete(socketOf(server));
        assertThat(callAndExplain(client("here")))
                .contains("connected to " + server.address())
                .contains("there is no such file or directory");
    }

    @Test
    void aCallerFallsBackToTcpAtOnceIfNobodyListensAtTheFile() throws IOException {
        MoaServer server = server("here", UnixSocketConfig.in(folder()));
        Files.delete(socketOf(server));
        leaveBehind(socketOf(server));
        assertThat(callAndExplain(client("here")))
                .contains("connected to " + server.address())
                .contains("connection refused");
    }

    /** Root may open what is closed to everybody, so this says something only for other users. */
    @Test
    void aCallerFallsBackToTcpAtOnceIfTheFolderIsClosedToIt() throws IOException {
        MoaServer server = server("here", UnixSocketConfig.in(folder()));
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("---------"));
        try {
            boolean closed = !Files.isReadable(socketOf(server));
            Assumptions.assumeTrue(closed, "this user may open everything");
            assertThat(callAndExplain(client("here")))
                    .contains("connected to " + server.address())
                    .contains("does not allow it");
        } finally {
            Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Two containers that were taken for one: the handshake tells who is there. */
    @Test
    void aStrangerBehindTheFileIsRecognisedAndTcpIsUsed() {
        Moa other = runtime("stranger", "here");
        Address.Unix door = new Address.Unix(temporary.resolve("other.sock").toString());
        MoaServer stranger = MoaServer.builder(other)
                .address(door)
                .closeOnShutdown(false)
                .export(Ledgered.class, new Counting("stranger", account))
                .start();
        MoaServer server = server("elsewhere", UnixSocketConfig.OFF);
        Instance claimed = server.instance().toBuilder()
                .host("here")
                .addresses(List.of(server.address(), door))
                .build();
        registry.register(claimed);
        stranger.offline();
        MoaClient client = client("here");
        assertThat(callAndExplain(client)).contains("connected to " + server.address());
        stranger.close();
    }

    /** A poisoned record could lead all clients to any local socket. */
    @Test
    void aUnixSocketOfWhichNoHostIsSaidIsNotDialled() {
        MoaServer server = server("here", UnixSocketConfig.in(folder()));
        registry.register(server.instance().toBuilder()
                .host("")
                .addresses(List.of(new Address.Unix(socketOf(server).toString()), server.address()))
                .build());
        for (String host : List.of("here", "")) {
            assertThat(callAndExplain(client(host))).contains("connected to " + server.address());
        }
    }

    @Test
    void whatAKilledServerLeftBehindIsRemovedAndALivingOneIsNot() throws IOException {
        MoaServer living = server("here", UnixSocketConfig.in(folder()));
        Path left = folder().resolve("counting-00000000.sock");
        leaveBehind(left);
        Files.writeString(folder().resolve("notes.txt"), "not ours");
        MoaServer second = server("here", UnixSocketConfig.in(folder()));
        assertThat(left).doesNotExist();
        try (Stream<Path> files = Files.list(folder())) {
            assertThat(files)
                    .containsExactlyInAnyOrder(socketOf(living), socketOf(second), folder().resolve("notes.txt"));
        }
        assertThat(callAndExplain(client("here")).lines().filter(line -> line.contains("connected to unix:")))
                .isNotEmpty();
    }

    /**
     * What a socket's file is after its process was killed: there, and nobody behind it. It never listened: a process that
     * another thread is just starting may hold what is open here for a moment, and a listener would go on to accept.
     */
    private static void leaveBehind(Path file) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
    }

    @Test
    void aFolderThatCannotBeUsedIsSaid() throws IOException {
        Path deep = temporary.resolve("d".repeat(100));
        assertThatIllegalStateException()
                .isThrownBy(() -> server("here", UnixSocketConfig.in(deep)))
                .withMessageContaining("at most 107 bytes")
                .withMessageContaining("moa.server.unix");
        Path open = Files.createDirectory(
                temporary.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatIllegalStateException()
                .isThrownBy(() -> server("here", UnixSocketConfig.in(open)))
                .withMessageContaining("is open to others (rwxr-x---): chmod 700 it");
        Path link = Files.createSymbolicLink(temporary.resolve("link"), open);
        assertThatIllegalStateException()
                .isThrownBy(() -> server("here", UnixSocketConfig.in(link)))
                .withMessageContaining("is no folder");
        assertThatIllegalStateException()
                .isThrownBy(() -> server("", UnixSocketConfig.in(folder())))
                .withMessageContaining("this host cannot be told from others");
        MoaServer without = server("", UnixSocketConfig.AUTO);
        assertThat(without.instance().addresses()).containsExactly(without.address());
        assertThat(without.instance().host()).isEmpty();
    }
}
