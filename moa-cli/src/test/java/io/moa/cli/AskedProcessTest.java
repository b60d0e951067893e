package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.node.quickstart.Greeter;
import io.moa.node.quickstart.SampleProvider;
import io.moa.operations.Operations;
import io.moa.server.MoaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --process}: a process that runs is asked about its own calls. */
class AskedProcessTest {

    private final SampleProvider provider = SampleProvider.start("sample", null, "127.0.0.1", 0);
    private final Moa moa = Moa.builder("web").eventLoops(1).build();
    private final MoaClient client = MoaClient.builder(moa)
            .addresses(new Address.Tcp("127.0.0.1", provider.port()))
            .build();

    @TempDir
    private Path folder;

    private MoaServer server;
    private Greeter greeter; // a stub lives as long as somebody holds it
    private String address;

    @BeforeEach
    void start() {
        server = MoaServer.builder(moa)
                .host("127.0.0.1")
                .port(0)
                .export(Operations.class, client.operations())
                .closeOnShutdown(false)
                .start();
        address = "127.0.0.1:" + server.port();
        greeter = client.stub(Greeter.class);
        for (int i = 0; i < 5; i++) {
            client.with(greeter, CallOptions.NONE.withTimeout(Duration.ofSeconds(30)))
                    .greet("Ada");
        }
    }

    @AfterEach
    void end() {
        server.close();
        client.close();
        moa.close();
        provider.close();
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("rule.json"), text).toString();
    }

    @Test
    void aRuleIsTriedOnTheCallsOfAProcess() throws IOException {
        String closed = file("{\"kind\": \"route\", \"service\": \"" + Greeter.NAME + "\", \"deny\": \"closed\"}");
        CommandRun run = CommandRun.of("rules", "dry-run", "closed", closed, "--process", address);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("closed: it would be in force here")
                .contains("5 of 5 sampled calls would fare otherwise")
                .contains("5 x " + Greeter.NAME
                        + " greet, caller web: route: to 1 instance -> denied by rule closed: closed");
    }

    @Test
    void aProcessExplainsItsOwnCalls() {
        CommandRun run = CommandRun.of("explain", Greeter.NAME, "greet", "--process", address, "--key", "a=b");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("As seen by web@")
                .contains("declared by a stub of this process")
                .contains("key.a=b")
                .contains("Picked now, by p2c: ")
                .doesNotContain("This is the view of a client made for the question");
    }

    @Test
    void mistakesAreTold() throws IOException {
        String closed = file("{\"kind\": \"route\", \"service\": \"x\", \"deny\": \"closed\"}");
        CommandRun without = CommandRun.of("rules", "dry-run", "closed", "--without", "--process", address);
        assertThat(without.exitCode()).isEqualTo(1);
        assertThat(without.err())
                .contains("There is no rule closed in this process")
                .doesNotContain("Exception");
        CommandRun silent =
                CommandRun.of("rules", "dry-run", "closed", closed, "--process", "127.0.0.1:" + provider.port());
        assertThat(silent.exitCode()).isEqualTo(1);
        assertThat(silent.err()).contains("export io.moa.operations.Operations? No process does so by itself");
        CommandRun bad = CommandRun.of("rules", "dry-run", "Closed", closed, "--process", address);
        assertThat(bad.exitCode()).isEqualTo(1);
        assertThat(bad.err()).contains("The id of a rule");
        for (CommandRun wrong : new CommandRun[] {
            CommandRun.of("rules", "dry-run", "closed", closed, "--process", "nowhere"),
            CommandRun.of("rules", "dry-run", "closed", closed),
            CommandRun.of("rules", "dry-run", "closed", "--process", address),
            CommandRun.of("explain", Greeter.NAME, "greet", "--process", address, "--label", "zone=east")
        }) {
            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
        }
    }
}
