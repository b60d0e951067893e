package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.CallAccount.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of the README: it is compiled, it runs, and the README shows just this. */
class ReadmeExampleTest {

    // README: begin
    @ExtendWith(LeakCheck.class)
    static class CutConnectionTest {

        @Test
        void aCallCutOffOnItsWayIsUnknownAndExecutedOnceAtMost() throws IOException {
            CallAccount account = new CallAccount();
            try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                    ChaosProxy proxy = ChaosProxy.to("127.0.0.1", server.getLocalPort());
                    Socket client = new Socket(proxy.address().getAddress(), proxy.port());
                    Socket accepted = server.accept()) {
                proxy.serverToClient().stall(); // requests arrive, answers do not

                long id = account.sent(false);
                client.getOutputStream().write((int) id);
                account.executed(accepted.getInputStream().read());
                accepted.getOutputStream().write((int) id);

                Eventually.within(Duration.ofSeconds(10))
                        .value(proxy.clientToServer()::forwarded, bytes -> bytes == 1, "one byte forwarded");
                proxy.reset();
                try {
                    account.ok(id, client.getInputStream().read());
                } catch (IOException cut) {
                    account.outcome(id, Outcome.UNKNOWN);
                }
            }
            account.verify(); // prints: calls: sent 1 = ok 0 + business 0 + rejected 0 + unknown 1 ...
        }
    }
    // README: end

    @Test
    void theExampleRuns() throws IOException {
        new CutConnectionTest().aCallCutOffOnItsWayIsUnknownAndExecutedOnceAtMost();
    }

    @Test
    void theReadmeShowsTheExampleAsItIs() throws IOException {
        String source = Files.readString(
                Path.of("src/test/java/io/moa/testkit/ReadmeExampleTest.java"), StandardCharsets.UTF_8);
        String example = source.substring(
                        source.indexOf("// README: begin\n") + "// README: begin\n".length(),
                        source.indexOf("\n    // README: end\n"))
                .stripIndent();
        assertThat(Files.readString(Path.of("README.md"), StandardCharsets.UTF_8))
                .contains("```java\n" + example + "\n```");
    }
}
