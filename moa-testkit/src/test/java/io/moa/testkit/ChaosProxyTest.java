package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The proxy between plain sockets. Only lower bounds of time are asserted: a slow machine is no failure. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ChaosProxyTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(20));

    private ServerSocket listener;
    private ChaosProxy proxy;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(20_000);
        proxy = ChaosProxy.to("127.0.0.1", listener.getLocalPort(), 42);
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        listener.close();
    }

    // ---- without faults

    @Test
    void forwardsBothWaysInOrder() throws Exception {
        Pair pair = connect();
        byte[] up = random(3_000_000, 1);
        byte[] down = random(2_000_000, 2);
        try (var threads = threads()) {
            CompletableFuture<Void> sendUp =
                    threads.run(() -> pair.client.getOutputStream().write(up));
            CompletableFuture<Void> sendDown =
                    threads.run(() -> pair.server.getOutputStream().write(down));
            CompletableFuture<byte[]> gotUp = threads.call(() -> read(pair.server, up.length));
            assertThat(read(pair.client, down.length)).isEqualTo(down);
            assertThat(gotUp.join()).isEqualTo(up);
            sendUp.join();
            sendDown.join();
        }
        SOON.value(proxy.clientToServer()::forwarded, n -> n == up.length, "all bytes counted");
        SOON.value(proxy.serverToClient()::forwarded, n -> n == down.length, "all bytes counted");
        assertThat(proxy.clientToServer().received()).isEqualTo(up.length);
        assertThat(proxy.clientToServer().dropped()).isZero();
        assertThat(proxy.clientToServer().flipped()).isZero();
    }

    @Test
    void passesAHalfClosedStream() throws Exception {
        Pair pair = connect();
        pair.client.getOutputStream().write("question".getBytes("US-ASCII"));
        pair.client.shutdownOutput();
        assertThat(new String(pair.server.getInputStream().readAllBytes(), "US-ASCII"))
                .isEqualTo("question");
        pair.server.getOutputStream().write("answer".getBytes("US-ASCII"));
        pair.server.close();
        assertThat(new String(pair.client.getInputStream().readAllBytes(), "US-ASCII"))
                .isEqualTo("answer");
        SOON.value(proxy::open, n -> n == 0, "no connection open");
    }

    @Test
    void passesAReset() throws Exception {
        Pair pair = connect();
        pair.server.setSoLinger(true, 0);
        pair.server.close();
        assertReset(pair.client);

        Pair other = connect();
        other.client.setSoLinger(true, 0);
        other.client.close();
        assertReset(other.server);
        SOON.value(proxy::open, n -> n == 0, "no connection open");
    }

    @Test
    void aReceiverThatDoesNotReadStopsTheSenderAndLittleIsHeld() throws Exception {
        Pair pair = connect();
        Sender sender = new Sender(pair.client);
        sender.sendUntilFull();
        long held = proxy.clientToServer().received() - proxy.clientToServer().forwarded();
        assertThat(held).isLessThanOrEqualTo(ChaosPump.LIMIT_BYTES + 64 * 1024);
        assertThat(read(pair.server, (int) sender.sent)).isEqualTo(sender.pattern());
    }

    @Test
    void countsConnections() throws Exception {
        assertThat(proxy.accepted()).isZero();
        Pair first = connect();
        connect();
        assertThat(proxy.accepted()).isEqualTo(2);
        assertThat(proxy.open()).isEqualTo(2);
        first.client.close();
        first.server.close();
        SOON.value(proxy::open, n -> n == 1, "one connection open");
        assertThat(proxy.accepted()).isEqualTo(2);
    }

    @Test
    void aServerThatIsNotThereIsAResetForTheClient() throws Exception {
        listener.close();
        assertReset(track(new Socket(proxy.address().getAddress(), proxy.port())));
        SOON.value(proxy::open, n -> n == 0, "no connection open");
    }

    // ---- time

    @Test
    void delaysOneDirectionByAtLeastTheDelay() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().delay(Duration.ofMillis(80));
        long start = System.nanoTime();
        pair.client.getOutputStream().write(1);
        assertThat(read(pair.server, 1)).containsExactly(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
    }

    @Test
    void healingReleasesAtOnceWhatWasHeldBack() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().delay(Duration.ofHours(1));
        pair.client.getOutputStream().write(new byte[] {1, 2, 3});
        SOON.value(proxy.clientToServer()::received, n -> n == 3, "three bytes received");
        assertThat(proxy.clientToServer().forwarded()).isZero();
        pair.server.getOutputStream().write(9); // the other direction is not delayed
        assertThat(read(pair.client, 1)).containsExactly(9);

        proxy.heal();
        assertThat(read(pair.server, 3)).containsExactly(1, 2, 3);
    }

    @Test
    void theEndOfTheStreamWaitsForTheBytesBeforeIt() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().delay(Duration.ofMillis(50));
        pair.client.getOutputStream().write(new byte[] {1, 2, 3});
        pair.client.close();
        assertThat(pair.server.getInputStream().readAllBytes()).containsExactly(1, 2, 3);
    }

    @Test
    void jitterKeepsTheOrder() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().jitter(Duration.ofMillis(3)).slice(500);
        byte[] bytes = random(100_000, 3);
        try (var threads = threads()) {
            threads.run(() -> pair.client.getOutputStream().write(bytes));
            assertThat(read(pair.server, bytes.length)).isEqualTo(bytes);
        }
    }

    @Test
    void limitsTheBandwidth() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().bandwidth(100_000);
        byte[] bytes = random(20_000, 4);
        long start = System.nanoTime();
        pair.client.getOutputStream().write(bytes);
        assertThat(read(pair.server, bytes.length)).isEqualTo(bytes);
        // 20,000 bytes need 200 ms, of which the last hundredth of a second may be sent ahead.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(180));
    }

    // ---- pieces

    @Test
    void slicesAndLosesNothing() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().slice(1);
        byte[] bytes = random(20_000, 5);
        pair.client.getOutputStream().write(bytes);
        assertThat(read(pair.server, bytes.length)).isEqualTo(bytes);
    }

    @Test
    void slicesArriveApart() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().slice(1).bandwidth(200); // so that the receiver can keep up and see the pieces
        pair.client.getOutputStream().write(random(20, 6));
        int reads = 0;
        int got = 0;
        byte[] buffer = new byte[100];
        for (; got < 20; reads++) {
            got += pair.server.getInputStream().read(buffer);
        }
        assertThat(reads).isGreaterThan(5);
    }

    @Test
    void flipsOneBitInEveryNthByteByTheSeed() throws Exception {
        byte[] bytes = random(40_000, 7);
        proxy.clientToServer().corrupt(100);
        Pair pair = connect();
        pair.client.getOutputStream().write(bytes);
        byte[] corrupt = read(pair.server, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int differing = Integer.bitCount((bytes[i] ^ corrupt[i]) & 0xFF);
            assertThat(differing).as("byte %d", i).isEqualTo(i % 100 == 99 ? 1 : 0);
        }
        assertThat(proxy.clientToServer().flipped()).isEqualTo(400);

        assertThat(throughNewProxy(bytes, 42)).isEqualTo(corrupt);
        assertThat(throughNewProxy(bytes, 43)).isNotEqualTo(corrupt);
    }

    private byte[] throughNewProxy(byte[] bytes, long seed) throws IOException {
        try (ChaosProxy other = ChaosProxy.to("127.0.0.1", listener.getLocalPort(), seed)) {
            other.clientToServer().corrupt(100);
            Pair pair = connect(other);
            pair.client.getOutputStream().write(bytes);
            return read(pair.server, bytes.length);
        }
    }

    // ---- no flow

    @Test
    void aStallReachesTheSenderAndLosesNothing() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().stall();
        Sender sender = new Sender(pair.client);
        sender.sendUntilFull();
        assertThat(proxy.clientToServer().forwarded()).isZero();
        assertThat(proxy.clientToServer().received()).isLessThanOrEqualTo(16 * 1024);
        pair.server.getOutputStream().write(9); // one way only
        assertThat(read(pair.client, 1)).containsExactly(9);

        proxy.clientToServer().flow();
        assertThat(read(pair.server, (int) sender.sent)).isEqualTo(sender.pattern());
        assertThat(proxy.clientToServer().dropped()).isZero();
    }

    @Test
    void theServersWayStallsToo() throws Exception {
        Pair pair = connect();
        proxy.serverToClient().stall();
        pair.server.getOutputStream().write(1);
        pair.server.close();
        pair.client.setSoTimeout(30);
        assertThatThrownBy(() -> pair.client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        pair.client.setSoTimeout(20_000);
        proxy.heal();
        assertThat(pair.client.getInputStream().readAllBytes()).containsExactly(1);
    }

    @Test
    void swallowedBytesAreGoneAndTheSenderNoticesNothing() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().swallow();
        pair.client.getOutputStream().write(random(5_000_000, 8)); // far more than the kernels hold: this returns
        SOON.value(proxy.clientToServer()::dropped, n -> n == 5_000_000, "all dropped");
        assertThat(proxy.clientToServer().forwarded()).isZero();

        proxy.clientToServer().flow();
        pair.client.getOutputStream().write(7);
        assertThat(read(pair.server, 1)).containsExactly(7);
    }

    @Test
    void whatWaitsForItsTimeIsSwallowedToo() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().delay(Duration.ofHours(1));
        pair.client.getOutputStream().write(new byte[3]);
        SOON.value(proxy.clientToServer()::received, n -> n == 3, "three bytes received");
        proxy.clientToServer().swallow();
        assertThat(proxy.clientToServer().dropped()).isEqualTo(3);
    }

    @Test
    void anEndThatCameWhileSwallowingIsPassedOnAfterwards() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().swallow();
        pair.client.getOutputStream().write(1);
        pair.client.shutdownOutput();
        SOON.value(proxy.clientToServer()::dropped, n -> n == 1, "one byte dropped");
        pair.server.setSoTimeout(30);
        assertThatThrownBy(() -> pair.server.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        pair.server.setSoTimeout(20_000);
        proxy.heal();
        assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
    }

    // ---- whole connections

    @Test
    void resetsBothSidesAndAcceptsNewConnections() throws Exception {
        Pair one = connect();
        Pair two = connect();
        proxy.clientToServer().delay(Duration.ofHours(1));
        one.client.getOutputStream().write(new byte[1000]); // held, and to be let go of
        SOON.value(proxy.clientToServer()::received, n -> n == 1000, "held");
        proxy.reset();
        for (Socket socket : List.of(one.client, one.server, two.client, two.server)) {
            assertReset(socket);
        }
        assertThat(proxy.clientToServer().dropped()).isEqualTo(1000);
        SOON.value(proxy::open, n -> n == 0, "no connection open");

        proxy.heal();
        Pair three = connect();
        three.client.getOutputStream().write(3);
        assertThat(read(three.server, 1)).containsExactly(3);
    }

    @Test
    void disconnectsInTheOrderlyWayThoughTheSendersGoOn() throws Exception {
        Pair pair = connect();
        proxy.clientToServer().stall();
        pair.client.getOutputStream().write(new byte[100_000]); // unread bytes would turn a plain close into a reset
        proxy.disconnect();
        assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
        assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
        pair.client.getOutputStream().write(new byte[100_000]);
        pair.client.close();
        pair.server.close();
        SOON.value(proxy::open, n -> n == 0, "no connection open");
        assertThat(proxy.clientToServer().dropped()).isEqualTo(200_000);
    }

    @Test
    void refusesNewConnectionsAndKeepsTheOldOnes() throws Exception {
        Pair pair = connect();
        InetSocketAddress address = proxy.address();
        proxy.refuse();
        proxy.refuse();
        assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()))
                .isInstanceOf(ConnectException.class);
        pair.client.getOutputStream().write(1);
        assertThat(read(pair.server, 1)).containsExactly(1);

        proxy.accept();
        proxy.accept();
        assertThat(proxy.address()).isEqualTo(address);
        Pair later = connect();
        later.client.getOutputStream().write(2);
        assertThat(read(later.server, 1)).containsExactly(2);
    }

    @Test
    void closingEndsEverything() throws Exception {
        Pair pair = connect();
        proxy.close();
        proxy.close();
        assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
        assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
        assertThatThrownBy(() -> new Socket(proxy.address().getAddress(), proxy.port()))
                .isInstanceOf(ConnectException.class);
        assertThatThrownBy(proxy::accept).isInstanceOf(IllegalStateException.class);
        proxy.clientToServer().stall(); // and does not hang
        proxy.reset();
    }

    @Test
    void manyConnectionsUnderChangingFaultsLoseNoByteThatWasNotMeantToBeLost() throws Exception {
        int connections = 20;
        byte[] bytes = random(50_000, 9);
        try (var threads = threads()) {
            List<CompletableFuture<byte[]>> got = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Pair pair = connect();
                threads.run(() -> pair.client.getOutputStream().write(bytes));
                threads.run(() -> pair.server.getOutputStream().write(read(pair.server, bytes.length)));
                got.add(threads.call(() -> read(pair.client, bytes.length)));
            }
            Random random = new Random(10);
            CompletableFuture<Void> all = CompletableFuture.allOf(got.toArray(CompletableFuture[]::new));
            for (int i = 0; i < 300 && !all.isDone(); i++) {
                ChaosDirection direction = random.nextBoolean() ? proxy.clientToServer() : proxy.serverToClient();
                switch (random.nextInt(6)) {
                    case 0 -> direction.delay(Duration.ofMillis(random.nextInt(3)));
                    case 1 -> direction.jitter(Duration.ofMillis(random.nextInt(3)));
                    case 2 -> direction.slice(random.nextInt(200));
                    case 3 -> direction.stall();
                    case 4 -> direction.bandwidth(random.nextInt(2) * 10_000_000L);
                    default -> direction.flow();
                }
            }
            proxy.heal();
            for (CompletableFuture<byte[]> one : got) {
                assertThat(one.join()).isEqualTo(bytes);
            }
        }
        assertThat(proxy.open()).isEqualTo(connections);
        assertThat(proxy.clientToServer().dropped()).isZero();
    }

    @Test
    void refusesSettingsThatMeanNothing() {
        ChaosDirection direction = proxy.clientToServer();
        assertThatThrownBy(() -> direction.delay(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> direction.jitter(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> direction.slice(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> direction.bandwidth(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> direction.corrupt(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- sockets

    private record Pair(Socket client, Socket server) {}

    private Pair connect() throws IOException {
        return connect(proxy);
    }

    private Pair connect(ChaosProxy through) throws IOException {
        int open = through.open();
        Socket client = track(SocketChannel.open(through.address()).socket());
        Socket server = track(listener.accept());
        SOON.value(through::open, n -> n == open + 1, "the connection stands");
        return new Pair(client, server);
    }

    private Socket track(Socket socket) throws SocketException {
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private static byte[] read(Socket socket, int count) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] bytes = in.readNBytes(count);
        assertThat(bytes).as("bytes before the end of the stream").hasSize(count);
        return bytes;
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static byte[] random(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Sends bytes that tell their place, until the connection takes no more. */
    private static final class Sender {

        private static final int MOST = 100_000_000;
        private static final int FULL = 50; // so many attempts in a row, the later ones milliseconds apart

        private final SocketChannel channel;
        private long sent;
        private int refused;

        Sender(Socket socket) {
            this.channel = socket.getChannel();
        }

        void sendUntilFull() throws IOException {
            channel.configureBlocking(false);
            SOON.until(this::isFull, () -> "the connection still took bytes after " + sent);
            channel.configureBlocking(true);
            assertThat(sent).as("the sender was not stopped").isLessThan(MOST);
        }

        private boolean isFull() {
            try {
                ByteBuffer block = ByteBuffer.wrap(pattern(sent, 10_000));
                int taken = channel.write(block);
                sent += taken;
                refused = taken == 0 ? refused + 1 : 0;
                return refused >= FULL || sent >= MOST;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] pattern() {
            return pattern(0, (int) sent);
        }

        private static byte[] pattern(long from, int count) {
            byte[] bytes = new byte[count];
            for (int i = 0; i < count; i++) {
                bytes[i] = (byte) ((from + i) * 31 >> 3);
            }
            return bytes;
        }
    }

    @FunctionalInterface
    private interface IoAction {
        void run() throws Exception;
    }

    private static Threads threads() {
        return new Threads();
    }

    /** Threads of one test, for sockets that block. */
    private static final class Threads implements AutoCloseable {

        private final ExecutorService executor = Executors.newCachedThreadPool();

        CompletableFuture<Void> run(IoAction action) {
            return call(() -> {
                action.run();
                return null;
            });
        }

        <T> CompletableFuture<T> call(Callable<T> action) {
            CompletableFuture<T> result = new CompletableFuture<>();
            executor.execute(() -> {
                try {
                    result.complete(action.call());
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
            return result;
        }

        @Override
        public void close() {
            executor.shutdown();
        }
    }
}
