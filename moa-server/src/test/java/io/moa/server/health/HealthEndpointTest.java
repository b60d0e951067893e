package io.moa.server.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.moa.testkit.Eventually;
import io.moa.testkit.FakeTicker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HealthEndpointTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private volatile @Nullable List<String> reasons = List.of();

    private final Health health = new Health() {
        @Override
        public Answer live() {
            return Answer.YES;
        }

        @Override
        public Answer ready() {
            return Answer.unless(Objects.requireNonNull(reasons));
        }

        @Override
        public Answer startup() {
            return Answer.unless(Objects.requireNonNull(reasons));
        }
    };
    private final HealthEndpoint endpoint = HealthEndpoint.open(HealthConfig.at(0), health, "shop", new FakeTicker());
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    @AfterEach
    void close() {
        endpoint.close();
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + endpoint.address().getPort() + path))
                        .timeout(PATIENCE)
                        .method(method, BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersYesAndNoWithReasons() throws Exception {
        assertThat(endpoint.address().getAddress().isLoopbackAddress()).isTrue();
        HttpResponse<String> yes = ask("GET", "/ready");
        assertThat(yes.statusCode()).isEqualTo(200);
        assertThat(yes.body()).isEqualTo("{\"ready\":true,\"reasons\":[]}\n");
        assertThat(yes.headers().firstValue("content-type")).hasValue("application/json; charset=utf-8");
        reasons = List.of("it said \"no\" \\ twice", "line\nbreak\u009b\u202e");
        HttpResponse<String> no = ask("GET", "/ready?verbose");
        assertThat(no.statusCode()).isEqualTo(503);
        assertThat(no.body())
                .isEqualTo(
                        "{\"ready\":false,\"reasons\":[\"it said \\\"no\\\" \\\\ twice\",\"line\\u000abreak\\u009b\\u202e\"]}\n");
        assertThat(ask("GET", "/live").statusCode()).isEqualTo(200);
        assertThat(ask("GET", "/startup").statusCode()).isEqualTo(503);
        HttpResponse<String> head = ask("HEAD", "/ready");
        assertThat(head.statusCode()).isEqualTo(503);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void otherMethodsAndPathsAreRefused() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            HttpResponse<String> refused = ask(method, "/live");
            assertThat(refused.statusCode()).as(method).isEqualTo(405);
            assertThat(refused.headers().firstValue("allow")).hasValue("GET, HEAD");
        }
        for (String path : List.of("/", "/liveness", "/ready/now", "/%2e%2e/live")) {
            HttpResponse<String> unknown = ask("GET", path);
            assertThat(unknown.statusCode()).as(path).isEqualTo(404);
            assertThat(unknown.body()).contains("/live, /ready and /startup");
        }
    }

    @Test
    void whatCannotBeToldIsNoAnswerAboutTheProcess() throws Exception {
        reasons = null;
        HttpResponse<String> failed = ask("GET", "/ready");
        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body()).contains("the log of the process says why");
        assertThat(ask("GET", "/live").statusCode()).as("the others are told").isEqualTo(200);
    }

    @Test
    void thePortIsFreeOnceItIsClosed() {
        int port = endpoint.address().getPort();
        endpoint.close();
        HealthEndpoint.open(HealthConfig.at(port), health, "next", new FakeTicker())
                .close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("moa-health-shop", "moa-health-next");
    }

    @Test
    void thePortIsFreeAlsoWhileAnAnswerTakesLong() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Health slow = new Health() {
            @Override
            public Answer live() {
                asked.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return Answer.YES;
            }

            @Override
            public Answer ready() {
                return Answer.YES;
            }

            @Override
            public Answer startup() {
                return Answer.YES;
            }
        };
        HealthEndpoint stuck = HealthEndpoint.open(HealthConfig.at(0), slow, "stuck", new FakeTicker());
        int port = stuck.address().getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("GET /live HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            stuck.close();
            HealthEndpoint.open(HealthConfig.at(port), health, "after", new FakeTicker())
                    .close();
        } finally {
            goOn.countDown();
        }
        Eventually.within(PATIENCE)
                .until(
                        () -> Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().equals("moa-health-stuck")),
                        () -> "the thread lives on");
    }

    @Test
    void aFailureIsLoggedOnceAMinuteHoweverOftenItIsAskedFor() {
        FakeTicker ticker = new FakeTicker();
        HealthReplies replies = new HealthReplies(health, ticker);
        reasons = null;
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (int i = 0; i < 100; i++) {
                assertThat(new String(replies.to("GET /ready HTTP/1.1\r\n\r\n"), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 500");
            }
            assertThat(log.toString(StandardCharsets.UTF_8)).containsOnlyOnce("cannot be told at /ready");
            ticker.advance(Duration.ofMinutes(1));
            replies.to("GET /startup HTTP/1.1\r\n\r\n");
            assertThat(log.toString(StandardCharsets.UTF_8)).containsOnlyOnce("cannot be told at /startup");
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void aPlaceThatIsTakenIsSaid() {
        assertThatIllegalStateException()
                .isThrownBy(() -> HealthEndpoint.open(
                        HealthConfig.at(endpoint.address().getPort()), health, "second", new FakeTicker()))
                .withMessageContaining("Health cannot be told at 127.0.0.1:")
                .withMessageContaining("moa.server.health");
    }

    @Test
    void settingsStandAboveTheCode() {
        HealthConfig code = HealthConfig.at(1).withStuckAfter(Duration.ofSeconds(3));
        assertThat(HealthConfig.over(null, name -> null, name -> null)).isNull();
        assertThat(HealthConfig.over(code, name -> null, name -> null)).isEqualTo(code);
        assertThat(HealthConfig.over(code, Map.of("moa.server.health", "off")::get, name -> null))
                .isNull();
        assertThat(HealthConfig.over(code, name -> null, Map.of("MOA_SERVER_HEALTH", "[::]:81")::get))
                .isEqualTo(HealthConfig.at("::", 81).withStuckAfter(Duration.ofSeconds(3)));
        assertThat(HealthConfig.over(
                        null, Map.of("moa.server.health", "8081")::get, Map.of("MOA_SERVER_HEALTH", "0.0.0.0:1")::get))
                .isEqualTo(HealthConfig.at(8081));
        for (String wrong : List.of("yes", "host:", ":80", "1:2:3", "80 80")) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> HealthConfig.over(null, Map.of("moa.server.health", wrong)::get, name -> null))
                    .withMessageContaining("\"" + wrong + "\"");
        }
    }

    @Test
    void aLoopThatOwesItsAnswerForTooLongIsStuck() {
        FakeTicker ticker = new FakeTicker();
        Queue<Runnable> loop = new ArrayDeque<>();
        LoopPulse pulse = new LoopPulse(List.of(Runnable::run, loop::add), ticker, Duration.ofSeconds(10));
        assertThat(pulse.complaint()).isNull();
        ticker.advance(Duration.ofSeconds(9));
        assertThat(pulse.complaint()).isNull();
        assertThat(loop).as("one task at a time").hasSize(1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(pulse.complaint()).startsWith("1 of 2 event loops have not turned for 10000 ms");
        loop.remove().run();
        assertThat(pulse.complaint()).isNull();
        LoopPulse ended = new LoopPulse(
                List.of(task -> {
                    throw new RejectedExecutionException();
                }),
                ticker,
                Duration.ofSeconds(10));
        assertThat(ended.complaint()).isEqualTo("its event loops have ended");
    }
}
