package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.server.MoaServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file of settings says holds, and what it says in vain is told. */
class ReleaseFileTest {

    private static final String CONFIG = "moa.config";

    @MoaService(name = "file.Stock")
    interface Stock {
        String where(String item);
    }

    @TempDir
    private Path folder;

    private ReleaseSettings of(String... lines) throws IOException {
        Path file = Files.write(folder.resolve("release.properties"), List.of(lines));
        String before = System.getProperty(CONFIG);
        System.setProperty(CONFIG, file.toString());
        try {
            return ReleaseSettings.ofProcess();
        } finally {
            if (before == null) {
                System.clearProperty(CONFIG);
            } else {
                System.setProperty(CONFIG, before);
            }
        }
    }

    /** What a process with a server and two stubs says of its policies, and behind it what it logs. */
    private static String told(ReleaseSettings release) {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(heard, true, StandardCharsets.UTF_8));
        try (Moa moa = Moa.builder("web").eventLoops(1).release(release).build();
                MoaServer server = MoaServer.builder(moa)
                        .address(new Address.Tcp("127.0.0.1", 0))
                        .export(Stock.class, item -> item)
                        .closeOnShutdown(false)
                        .start();
                MoaClient client =
                        MoaClient.builder(moa).addresses(server.address()).build()) {
            String described = client.describe(client.stub(Stock.class));
            client.stub(Stock.class);
            return described + heard.toString(StandardCharsets.UTF_8);
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void aFileSaysPoliciesWithAndWithoutThePrefix() throws IOException {
        assertThat(told(of("timeout@file.Stock=66ms", "moa.policy.attempts=2", "datasource.url=jdbc:x")))
                .containsPattern("timeout +66ms +at the caller +release configuration: file .*, timeout@file.Stock")
                .containsPattern("attempts +2 +at the caller +release configuration: file .*, moa.policy.attempts")
                .doesNotContain("datasource");
    }

    @Test
    void whatNobodyReadsInAFileIsToldOnce() throws IOException {
        assertThat(told(of("moa.polices.timeout=5ms")))
                .containsOnlyOnce("moa.polices.timeout has no effect")
                .contains("did you mean moa.policy.timeout?");
    }

    @Test
    void aFileThatSaysOneThingTwiceIsAnError() throws IOException {
        ReleaseSettings twice = of("timeout=5ms", "moa.policy.timeout=6ms");
        assertThatThrownBy(() -> told(twice))
                .hasMessageContaining("release.properties, timeout: it says the same as moa.policy.timeout");
    }
}
