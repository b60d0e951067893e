package io.moa.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {

    @TempDir
    Path folder;

    private HttpServer server;
    private String url;
    private final CountDownLatch never = new CountDownLatch(1);

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool());
        url = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/small", exchange -> answer(exchange, 200, "small"));
        server.createContext("/large", exchange -> answer(exchange, 200, "x".repeat(2_000)));
        server.createContext("/gone", exchange -> answer(exchange, 404, "gone"));
        server.createContext("/there", exchange -> to(exchange, "/small"));
        server.createContext("/loop", exchange -> to(exchange, "/loop"));
        server.createContext("/file", exchange -> to(exchange, "file:///etc/passwd"));
        server.createContext("/slow", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void close() {
        never.countDown();
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.sendResponseHeaders(status, body.length());
        exchange.getResponseBody().write(body.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        exchange.close();
    }

    private static void to(HttpExchange exchange, String where) throws IOException {
        exchange.getResponseHeaders().add("Location", where);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void bring(String from, Duration limit) throws Exception {
        new Download(1_000, limit).into(folder.resolve("it"), from);
    }

    private void bring(String from) throws Exception {
        bring(from, Duration.ofSeconds(60));
    }

    @Test
    void filesAndUrlsAreBroughtAndRedirectsFollowed() throws Exception {
        bring(url + "/small");
        assertThat(folder.resolve("it")).hasContent("small");
        bring(url + "/there");
        assertThat(folder.resolve("it")).hasContent("small");
        Path local = Files.writeString(folder.resolve("a file"), "local");
        bring(local.toUri().toString());
        assertThat(folder.resolve("it")).hasContent("local");
    }

    @Test
    void whatIsTooLargeIsGivenUp() {
        assertThatThrownBy(() -> bring(url + "/large")).hasMessageContaining("more than 1000 bytes");
    }

    @Test
    void whoSendsSlowlyIsGivenUp() {
        assertThatThrownBy(() -> bring(url + "/slow", Duration.ofMillis(300)))
                .hasMessageContaining("did not arrive within");
    }

    @Test
    void otherAnswersAndRedirectsElsewhereAreErrors() {
        assertThatThrownBy(() -> bring(url + "/gone")).hasMessageContaining("answers 404");
        assertThatThrownBy(() -> bring(url + "/loop")).hasMessageContaining("More than 5 redirects");
        assertThatThrownBy(() -> bring(url + "/file")).hasMessageContaining("redirects to what is no https:// URL");
        assertThatThrownBy(() -> bring("ftp://x/y")).hasMessageContaining("comes from https://");
        assertThatThrownBy(() -> bring("file:///no/such/file")).hasMessageContaining("There is no file");
    }
}
