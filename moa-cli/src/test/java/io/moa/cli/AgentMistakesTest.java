package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.testkit.Eventually;
import io.moa.testkit.RefusingPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What somebody reads who starts an agent and does it wrong. */
@Timeout(180)
class AgentMistakesTest {

    @AutoClose
    private static final EmbeddedRegistry embedded = EmbeddedRegistry.start();

    @TempDir
    private Path folder;

    private static String mistake(String... arguments) {
        return said(2, CommandRun.at("redis://127.0.0.1:1", "agent", arguments));
    }

    private static String failure(String... arguments) {
        return said(1, CommandRun.at(RealRedis.of(embedded).url(), "agent", arguments));
    }

    private static String said(int exitCode, CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(run.out()).isEmpty();
        String said = run.err().replace("\r\n", "\n").strip();
        assertThat(said.lines()).allMatch(line -> line.startsWith("moa: "));
        assertThat(said).doesNotContain("\tat ", "Exception", "java.util", "null:", ": null");
        return said;
    }

    private String token(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "token", ""), text)
                .toString();
    }

    @Test
    void anApplicationIsWanted() {
        assertThat(mistake())
                .isEqualTo("moa: Missing required option: '--application=NAME'\nmoa: try ./moa agent --help");
    }

    @Test
    void anAddressThatIsNone() {
        for (String wrong : new String[] {"agent.sock", "127.0.0.1:7070", "", "tcp://127.0.0.1"}) {
            assertThat(mistake("--application", "web", "--at", wrong)).contains("unix:/path");
        }
        assertThat(mistake("--application", "web", "--at", "unix:agent.sock"))
                .contains("the address of an agent needs an absolute path, not agent.sock");
        assertThat(mistake("--application", "web", "--at", "unix:/" + "x".repeat(200)))
                .contains("1 to 107 bytes");
        assertThat(mistake("--application", "web", "--at", "tcp://127.0.0.1:abc"))
                .contains("is not a number");
    }

    @Test
    void anAddressInsideAnotherProcess() {
        assertThat(failure("--application", "web", "--at", "inproc:x"))
                .isEqualTo(
                        "moa: Cannot listen on inproc:x: This transport cannot use inproc:x; it carries tcp:// and unix:"
                                + " addresses");
    }

    @Test
    void anAddressOfAnotherHost() throws IOException {
        assertThat(mistake("--application", "web", "--at", "tcp://10.0.0.7:7070", "--token-file", token("secret")))
                .contains("the address of an agent is unix:/path, or tcp://127.0.0.1:port")
                .contains("not tcp://10.0.0.7:7070");
    }

    @Test
    void overTcpWithoutAToken() throws IOException {
        assertThat(mistake("--application", "web", "--at", "tcp://127.0.0.1:0"))
                .contains("anybody could call in the name of web: say a token");
        assertThat(mistake("--application", "web", "--remote", "127.0.0.1:0")).contains("say a token");
        String empty = token(" \n");
        assertThat(mistake("--application", "web", "--at", "tcp://127.0.0.1:0", "--token-file", empty))
                .contains("--token-file: " + empty + " is empty");
        assertThat(mistake("--application", "web", "--token-file", folder + "/none"))
                .contains("--token-file: there is no file " + folder + "/none, which is to hold a token");
    }

    @Test
    void aDoorForOtherHostsThatIsNone() throws IOException {
        String token = token("secret");
        for (String wrong : new String[] {"10.0.0.7", "", ":7070", "10.0.0.7:", "tcp://10.0.0.7:7070"}) {
            assertThat(mistake("--application", "web", "--remote", wrong, "--token-file", token))
                    .as(wrong)
                    .contains("--remote is HOST:PORT, such as 10.0.0.7:7070, not " + wrong);
        }
        assertThat(mistake("--application", "web", "--remote", "10.0.0.7:70000", "--token-file", token))
                .contains("0 to 65535, not 70000");
        assertThat(mistake("--application", "web", "--remote", "0.0.0.0:7070", "--token-file", token))
                .contains("advertise a host");
        assertThat(mistake("--application", "web", "--advertise", "10.0.0.7"))
                .contains("--advertise and --for go with --remote");
        assertThat(mistake("--application", "web", "--for", "shop")).contains("--advertise and --for go with --remote");
    }

    @Test
    void numbersThatAreNone() {
        for (String user : new String[] {"-1", "ada", "1.5", "99999999999"}) {
            assertThat(mistake("--application", "web", "--user", user))
                    .contains("--user")
                    .contains("'" + user + "' is not a whole number from 0 to 2147483647");
        }
        for (String option : new String[] {"--drain-millis", "--status-millis", "--warm-up-millis"}) {
            assertThat(mistake("--application", "web", option, "soon"))
                    .contains(option)
                    .contains("'soon' is not a whole number from ");
        }
        assertThat(mistake("--application", "web", "--drain-millis", "600001")).contains("0 to 10 min");
        assertThat(mistake("--application", "web", "--warm-up-millis", "300001"))
                .contains("0 to 5 min");
    }

    @Test
    void anApplicationWhoseSocketWouldHaveTooLongAPath() {
        assertThat(mistake("--application", "x".repeat(150))).contains("1 to 107 bytes");
    }

    @Test
    void aRegistryThatIsNotThere() {
        try (RefusingPort nobody = RefusingPort.open()) {
            CommandRun run = CommandRun.at(
                    "redis://127.0.0.1:" + nobody.port(),
                    "agent",
                    "--application",
                    "web",
                    "--at",
                    "unix:" + folder.resolve("own/agent.sock"),
                    "--for-millis",
                    "300");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).contains("Calls of web are taken at unix:" + folder.resolve("own/agent.sock"));
        }
    }

    @Test
    void aFolderThatIsOpenToOthers() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(failure("--application", "web", "--at", "unix:" + open.resolve("agent.sock")))
                .isEqualTo("moa: Cannot listen on unix:" + open.resolve("agent.sock")
                        + ": Others may write into the folder " + open
                        + " (rwxrwxrwx), and so put a socket of their own there: chmod 700 it, or choose another one");
    }

    @Test
    void aPortInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String at = "tcp://127.0.0.1:" + taken.getLocalPort();
            assertThat(failure("--application", "web", "--at", at, "--token-file", token("secret")))
                    .startsWith("moa: Cannot listen on " + at + ": the address is in use by another process");
        }
    }

    @Test
    void nobodyToBeReplaced() {
        Path socket = folder.resolve("own/agent.sock");
        assertThat(failure("--application", "web", "--at", "unix:" + socket, "--replace"))
                .isEqualTo("moa: The agent of web was not replaced: No agent stands ready to be replaced at " + socket
                        + ".up");
    }

    @Test
    void anAgentThatIsThereAlready() throws Exception {
        String at = "unix:" + folder.resolve("own/agent.sock");
        try (RunningCommand first = RunningCommand.start(
                "agent", "--registry", RealRedis.of(embedded).url(), "--application", "web", "--at", at)) {
            Eventually.within(Duration.ofSeconds(60))
                    .until(() -> first.out().contains("are taken at"), () -> first.out() + first.err());
            assertThat(failure("--application", "web", "--at", at))
                    .startsWith("moa: Cannot listen on " + at + ": Another process listens at ")
                    .endsWith("an agent is there already; stop it, or give this one another address");
            first.end();
        }
    }

    @Test
    void theHelpSaysWhatIsToBeSaid() {
        String help = CommandRun.of("agent", "--help").out();
        assertThat(help.lines()).allMatch(line -> line.length() <= 80);
        assertThat(help.replaceAll("\\s+", " "))
                .contains("./moa agent --application shop-web", "-Dmoa.mesh=on", "docs/mesh-mode.md")
                .contains("--at", "--user", "--label", "--token-file", "--remote", "--advertise", "--for", "--replace")
                .contains("default 10000", "default 60000", "default 3000");
    }
}
