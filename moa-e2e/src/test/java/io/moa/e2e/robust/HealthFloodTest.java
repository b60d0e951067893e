package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.MoaClient;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Silent connections where health is told, more than the process has descriptors: neither probes nor calls notice. */
@Timeout(120)
class HealthFloodTest {

    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final int OPEN_FILES = 512;
    private static final int FLOOD = 1_000;

    @Test
    void silentConnectionsTakeNeitherTheAnswerNorTheDescriptors() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(PRLIMIT), PRLIMIT + " limits the open files of a process; it is absent");
        List<Socket> flood = new ArrayList<>();
        try (ChildProvider child = new ChildProvider(
                        "child-uuid", 0, PRLIMIT.toString(), "--nofile=" + OPEN_FILES + ":" + OPEN_FILES);
                Town town = new Town()) {
            town.announce("child-uuid", child.port(), 100);
            HttpClient http =
                    HttpClient.newBuilder().connectTimeout(Town.PATIENCE).build();
            HttpRequest live = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + child.healthPort() + "/live"))
                    .timeout(Town.PATIENCE)
                    .build();
            for (int i = 1; i <= FLOOD; i++) {
                flood.add(new Socket(InetAddress.getLoopbackAddress(), child.healthPort()));
                if (i % 200 == 0) {
                    assertThat(http.send(live, BodyHandlers.ofString()).statusCode())
                            .isEqualTo(200);
                    try (MoaClient fresh = town.consumer(Town.PATIENT)) {
                        assertThat(fresh.stub(Work.class).who()).isEqualTo("child");
                    }
                }
            }
        } finally {
            for (Socket socket : flood) {
                socket.close();
            }
        }
    }
}
