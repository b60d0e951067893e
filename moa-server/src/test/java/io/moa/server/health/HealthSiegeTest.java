package io.moa.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.Eventually;
import io.moa.testkit.FakeTicker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are slow, silent, many or rude, over raw sockets. Time stands still unless a test moves it. */
@Timeout(120)
class HealthSiegeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LIVE = "{\"live\":true,\"reasons\":[]}\n";

    private final Health health = new Health() {
        @Override
        public Answer live() {
            return Answer.YES;
        }

        @Override
        public Answer ready() {
            return new Answer(false, List.of("x".repeat(4_000_000)));
        }

        @Override
        public Answer startup() {
            return Answer.YES;
        }
    };
    private final FakeTicker ticker = new FakeTicker();
    private final HealthEndpoint endpoint = HealthEndpoint.open(HealthConfig.at(0), health, "siege", ticker);
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        endpoint.close();
    }

    private Socket connect(HealthEndpoint to) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), to.address().getPort());
        sockets.add(socket);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    private Socket send(String text) throws IOException {
        Socket socket = connect(endpoint);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String answerOn(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private String answerTo(String text) throws IOException {
        return answerOn(send(text));
    }

    private static boolean isCut(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private void untilOpen(int expected) {
        Eventually.within(PATIENCE).value(endpoint::connections, count -> count == expected, expected + " connections");
    }

    @Test
    void bothVersionsAreAnsweredOnceAndClosed() throws IOException {
        String expected = "HTTP/1.1 200 OK\r\n"
                + "Content-Type: application/json; charset=utf-8\r\n"
                + "Content-Length: 27\r\n"
                + "Cache-Control: no-store\r\n"
                + "Connection: close\r\n"
                + "\r\n"
                + LIVE;
        assertThat(answerTo("GET /live HTTP/1.0\r\n\r\n")).isEqualTo(expected);
        assertThat(answerTo("GET /live HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"))
                .isEqualTo(expected);
        assertThat(answerTo("GET http://a:81/live?b HTTP/1.1\r\nHost: a\r\n\r\n"))
                .as("as over a proxy")
                .isEqualTo(expected);
        assertThat(answerTo("\r\n\r\nGET /live HTTP/1.1\nHost: a\n\n"))
                .as("empty lines before it, and lines that end with one byte")
                .isEqualTo(expected);
        assertThat(answerTo("HEAD /live HTTP/1.0\r\n\r\n"))
                .as("the same without its body")
                .isEqualTo(expected.substring(0, expected.length() - LIVE.length()));
    }

    @Test
    void whatIsNoRequestIsToldSo() throws IOException {
        for (String wrong : List.of(
                "GET /live\r\n\r\n",
                "GET /live HTTP/2.0\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET  HTTP/1.1\r\n\r\n",
                "GET /li ve HTTP/1.1\r\n\r\n",
                "GET /%zz HTTP/1.1\r\n\r\n",
                "GET \u0000\u00ff HTTP/1.1\r\n\r\n",
                "GET mailto:a HTTP/1.1\r\n\r\n",
                "hello\r\nGET /live HTTP/1.1\r\n\r\n")) {
            assertThat(answerTo(wrong))
                    .as(wrong)
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .endsWith("{\"error\":\"this is no request of HTTP/1.0 or HTTP/1.1\"}\n");
        }
    }

    @Test
    void aRequestMayComeByteByByte() throws IOException {
        Socket slow = connect(endpoint);
        for (byte each : "GET /live HTTP/1.1\r\nHost: somewhere\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
            slow.getOutputStream().write(each);
            ticker.advance(Duration.ofMillis(20)); // 38 bytes in 760 ms
        }
        assertThat(answerOn(slow)).endsWith(LIVE);
    }

    @Test
    void whoIsNotReadyWithinTheLimitIsCut() throws IOException {
        Socket silent = connect(endpoint);
        Socket half = send("GET /live HTTP/1.1\r\nHost: a\r\n");
        untilOpen(2);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(isCut(silent)).isTrue();
        assertThat(isCut(half)).isTrue();
        untilOpen(0);
    }

    @Test
    void whoDoesNotReadTheAnswerIsCutToo() throws IOException {
        Socket deaf = send("GET /ready HTTP/1.1\r\n\r\n"); // an answer that fits into no buffer of the system
        assertThat(deaf.getInputStream().read()).as("the answer has begun").isEqualTo('H');
        untilOpen(1);
        ticker.advance(Duration.ofSeconds(1));
        untilOpen(0);
    }

    @Test
    void whoStaysAfterTheAnswerIsCutToo() throws IOException {
        Socket stays = send("GET /live HTTP/1.1\r\n\r\n");
        assertThat(answerOn(stays)).endsWith(LIVE);
        untilOpen(1);
        ticker.advance(Duration.ofSeconds(1));
        untilOpen(0);
    }

    @Test
    void aLongAnswerArrivesAsAWhole() throws IOException {
        assertThat(answerTo("GET /ready HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                .hasSizeGreaterThan(4_000_000)
                .endsWith("x\"]}\n");
    }

    @Test
    void aHeadThatIsTooLongIsRefused() throws IOException {
        String start = "GET /live HTTP/1.1\r\nA: ";
        String longest = start + "a".repeat(HealthConnection.HEAD_BYTES - start.length() - 4) + "\r\n\r\n";
        assertThat(answerTo(longest)).endsWith(LIVE);
        assertThat(answerTo("a" + longest))
                .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n")
                .endsWith("has at most 4096 bytes here\"}\n");
        assertThat(answerTo("A".repeat(20_000))).as("without a line").contains(" 431 ");
        assertThat(answerTo("\r\n".repeat(10_000))).as("of empty lines").contains(" 431 ");
    }

    @Test
    void ofSeveralRequestsTheFirstIsAnsweredAndBodiesAreThrownAway() throws IOException {
        String one = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n";
        assertThat(answerTo(one + "GET /none HTTP/1.1\r\n\r\n" + one))
                .startsWith("HTTP/1.1 200")
                .endsWith(LIVE)
                .doesNotContain("404");
        assertThat(answerTo("POST /live HTTP/1.1\r\nContent-Length: 20000\r\n\r\n" + "b".repeat(20_000)))
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                .contains("\r\nAllow: GET, HEAD\r\n");
    }

    @Test
    void whoSendsForEverIsCut() throws IOException {
        Socket endless = send("POST /live HTTP/1.1\r\n\r\n");
        byte[] more = new byte[10_000];
        boolean cut = false;
        for (int i = 0; i < 10_000 && !cut; i++) { // far more than it and all buffers of the system take
            try {
                endless.getOutputStream().write(more);
            } catch (IOException reset) {
                cut = true;
            }
        }
        assertThat(cut).isTrue();
    }

    @Test
    void whoClosesHisHalfIsAnswered() throws IOException {
        Socket half = send("GET /live HTTP/1.1\r\n\r\n");
        half.shutdownOutput();
        assertThat(answerOn(half)).endsWith(LIVE);
        Socket early = send("GET /live HTTP/1.1\r\n");
        early.shutdownOutput();
        assertThat(answerOn(early)).isEmpty();
        untilOpen(0);
    }

    @Test
    void aThousandSilentConnectionsKeepNobodyFromHisAnswer() throws Exception {
        HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        URI live = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/live");
        for (int i = 1; i <= 1_000; i++) {
            send("G");
            if (i % 100 == 0) { // time stands still: nobody is cut for being slow
                assertThat(client.send(
                                        HttpRequest.newBuilder(live)
                                                .timeout(PATIENCE)
                                                .build(),
                                        BodyHandlers.ofString())
                                .body())
                        .isEqualTo(LIVE);
                assertThat(endpoint.connections()).isLessThanOrEqualTo(HealthEndpoint.CONNECTIONS);
            }
        }
        assertThat(isCut(sockets.get(0))).as("the oldest").isTrue();
        sockets.get(999).getOutputStream().write("ET /live HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(answerOn(sockets.get(999))).as("the last").endsWith(LIVE);
        ticker.advance(Duration.ofSeconds(1));
        untilOpen(0);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("moa-health-siege"))
                .hasSize(1);
    }

    @Test
    void withoutDescriptorsItTriesNowAndThen() throws IOException {
        AtomicInteger tries = new AtomicInteger();
        AtomicBoolean full = new AtomicBoolean(true);
        HealthEndpoint starved = HealthEndpoint.open(HealthConfig.at(0), health, "starved", ticker, listening -> () -> {
            tries.incrementAndGet();
            if (full.get()) {
                throw new IOException("Too many open files");
            }
            return listening.accept();
        });
        try {
            Socket first = connect(starved);
            Socket second = connect(starved);
            Eventually.within(PATIENCE).value(tries::get, count -> count == 1, "one try");
            for (int i = 2; i <= 4; i++) {
                int expected = i;
                ticker.advance(Duration.ofMillis(100));
                Eventually.within(PATIENCE).value(tries::get, count -> count == expected, expected + " tries");
            }
            full.set(false);
            ticker.advance(Duration.ofMillis(100));
            for (Socket each : List.of(first, second)) {
                each.getOutputStream().write("GET /live HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(answerOn(each)).endsWith(LIVE);
            }
        } finally {
            starved.close();
        }
    }

    @Test
    void whereDescriptorsAreScarceTheOldestIsCutToo() throws IOException {
        List<SocketChannel> accepted = new CopyOnWriteArrayList<>();
        HealthEndpoint scarce = HealthEndpoint.open(HealthConfig.at(0), health, "scarce", ticker, listening -> () -> {
            if (accepted.stream().filter(SocketChannel::isOpen).count() >= 3) {
                throw new IOException("Too many open files");
            }
            SocketChannel next = listening.accept();
            if (next != null) {
                accepted.add(next);
            }
            return next;
        });
        try {
            for (int i = 0; i < 100; i++) {
                connect(scarce);
            }
            Socket asks = connect(scarce);
            asks.getOutputStream().write("GET /live HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(answerOn(asks)).as("while time stands still").endsWith(LIVE);
        } finally {
            scarce.close();
        }
    }
}
