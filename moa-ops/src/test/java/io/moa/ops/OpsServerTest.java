package io.moa.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.testkit.Eventually;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The door, over real sockets. */
@Timeout(60)
class OpsServerTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path folder;

    private Path tokenFile;
    private OpsProcess process;

    @BeforeEach
    void open() throws IOException {
        tokenFile = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        Files.setPosixFilePermissions(tokenFile, PosixFilePermissions.fromString("rw-------"));
        process = start("unix:" + folder.resolve("ops.sock"));
    }

    @AfterEach
    void close() throws IOException {
        process.close();
    }

    private OpsConfig config(Path dir, String listen) {
        return new OpsConfig(
                dir,
                OpsAddress.parse(listen),
                TokenFile.read(tokenFile),
                List.of("java"),
                List.of(),
                OpsConfig.START_LIMIT,
                OpsConfig.END_LIMIT,
                OpsConfig.LOG_BYTES);
    }

    private OpsProcess start(String listen) throws IOException {
        return OpsProcess.start(config(folder.resolve("ops"), listen), line -> {});
    }

    private OpsClient client() {
        return new OpsClient(process.address(), TokenFile.read(tokenFile));
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("ops.sock")));
    }

    private String raw(String request) throws IOException {
        try (SocketChannel open = connect()) {
            open.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            open.shutdownOutput();
            return new String(Channels.newInputStream(open).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String get(String path, String more) {
        return "GET " + path + " HTTP/1.1\r\nAuthorization: Bearer " + TOKEN + "\r\n" + more + "\r\n";
    }

    @Test
    void answersWhoSaysTheToken() throws Exception {
        assertThat(client().status().path("agent").path("alive").asBoolean()).isFalse();
        assertThat(client().history().path("changes").size()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("ops.sock"))))
                .isEqualTo("rw-------");
    }

    @Test
    void overTcpTooAndOnLoopbackAlone() throws Exception {
        process.close();
        process = start("127.0.0.1:0");
        assertThat(client().status().has("agent")).isTrue();
        assertThat(process.address().toString()).startsWith("http://127.0.0.1:");
        assertThatThrownBy(() -> OpsProcess.start(config(folder.resolve("other"), "0.0.0.0:0"), line -> {}))
                .hasMessageContaining("a loopback address or a Unix socket");
    }

    @Test
    void refusesWhoDoesNot() throws Exception {
        assertThat(raw("GET /v1/status HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 401");
        assertThat(raw("GET /v1/status HTTP/1.1\r\nAuthorization: Bearer " + TOKEN + "x\r\n\r\n"))
                .startsWith("HTTP/1.1 401");
        assertThat(raw("GET /v1/status HTTP/1.1\r\nAuthorization: Basic " + TOKEN + "\r\n\r\n"))
                .startsWith("HTTP/1.1 401");
        assertThat(raw(get("/v1/status", ""))).startsWith("HTTP/1.1 200");
    }

    @Test
    void whatIsTooLargeOrNoneIsRefused() throws Exception {
        assertThat(raw(get("/v1/status", "X: " + "x".repeat(5_000) + "\r\n"))).startsWith("HTTP/1.1 431");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            many.append("X-").append(i).append(": 1\r\n");
        }
        assertThat(raw(get("/v1/status", many.toString()))).startsWith("HTTP/1.1 431");
        assertThat(raw(get("/v1/status", "Content-Length: 99999999\r\n"))).startsWith("HTTP/1.1 413");
        assertThat(raw(get("/v1/status", "Content-Length: -1\r\n"))).startsWith("HTTP/1.1 400");
        assertThat(raw(get("/v1/status", "Transfer-Encoding: chunked\r\n"))).startsWith("HTTP/1.1 411");
        assertThat(raw(get("/v1/nothing", ""))).startsWith("HTTP/1.1 404");
        assertThat(raw(get("/v1/upgrade", ""))).startsWith("HTTP/1.1 404");
    }

    @Test
    void thoseWhoAreSilentDoNotKeepOthersOutForLong() throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < OpsServer.CONNECTIONS; i++) {
                silent.add(connect());
            }
            Eventually.within(Duration.ofSeconds(50)) // they are cut after 10 s
                    .until(
                            () -> {
                                try {
                                    return client().status().has("agent");
                                } catch (OpsException full) {
                                    return false;
                                }
                            },
                            () -> "nobody is let in");
        } finally {
            for (SocketChannel each : silent) {
                each.close();
            }
        }
    }

    @Test
    void whatIsAskedWronglyIsToldSo() {
        OpsClient client = client();
        assertThatThrownBy(() -> client.upgrade("1", false, "me")).hasMessageContaining("1 is not installed");
        assertThatThrownBy(() -> client.upgrade("../1", false, "me")).hasMessageContaining("The name of a version");
        assertThatThrownBy(() -> client.rollback("me")).hasMessageContaining("No version ran before");
        assertThatThrownBy(() -> client.install("1", "file:///x", "12", "me")).hasMessageContaining("64 hex digits");
        assertThatThrownBy(() -> client.install("1", "file:///x", "0".repeat(64), "a b"))
                .hasMessageContaining("without blanks");
        assertThatThrownBy(() -> client.install("1", "file:///x", "0".repeat(64), "me"))
                .hasMessageContaining("There is no file /x");
    }

    @Test
    void aFolderHasOneOperationsAgent() {
        assertThatThrownBy(() -> start("127.0.0.1:0")).hasMessageContaining("Another operations agent has the folder");
    }

    @Test
    void aTokenIsLongAndItsOwnersAlone() throws Exception {
        Files.setPosixFilePermissions(tokenFile, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> TokenFile.read(tokenFile))
                .hasMessageContaining("chmod 600")
                .hasMessageNotContaining(TOKEN);
        Files.setPosixFilePermissions(tokenFile, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(tokenFile, TOKEN.substring(1));
        assertThatThrownBy(() -> TokenFile.read(tokenFile))
                .hasMessageContaining("32 to 1024")
                .hasMessageNotContaining(TOKEN.substring(1));
        assertThatThrownBy(() -> TokenFile.read(folder.resolve("none"))).hasMessageContaining("cannot be read");
    }

    @Test
    void theLogIsEmptiedWhenItIsFullAndThreeAreKept() throws Exception {
        AgentLog log = new AgentLog(folder.resolve("l"), 10);
        for (int i = 0; i < 5; i++) {
            Files.writeString(log.file(), "line number " + i);
            log.rotate();
            assertThat(log.file()).isEmptyFile();
        }
        assertThat(log.file().resolveSibling("agent.log.1")).hasContent("line number 4");
        assertThat(log.file().resolveSibling("agent.log.3")).hasContent("line number 2");
        assertThat(log.file().resolveSibling("agent.log.4")).doesNotExist();
    }
}
