package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.moa.node.quickstart.Greeter;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.testkit.Eventually;
import io.moa.transport.netty.NettyTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartCommandTest {

    /** What a process that was ended by SIGTERM says of its end: 128 + 15. */
    private static final int ENDED_BY_SIGTERM = 143;

    private static final Pattern SERVED = Pattern.compile(Greeter.NAME + " is served at tcp://127.0.0.1:(\\d+)\\..*");

    @Test
    void theQuickstartKeepsItsPromises() {
        CommandRun quickstart = CommandRun.of("quickstart");
        assertThat(quickstart.out().replaceAll("\\s+", " ")) // its lines break wherever a port number makes them
                .contains("A answered ", "B answered ", "C answered ")
                .contains("client queue", "server queue", "together")
                .contains("went to execute")
                .containsPattern("Of 50 calls, one after another, [0-9]+ were served and [0-9]+ refused")
                .contains("is limited to 20 calls in a second, 5 at once")
                .contains("as promised: the limiter let pass what it allows")
                .contains("The breaker of moa.quickstart.Greeter ponder is open since")
                .contains("as promised: the breaker opened.", "Before it is routed, in this process")
                .containsPattern("the breaker closed [0-9]+ ms after it had opened")
                .contains("Asynchronous: ", "the one-way call arrived", "Generic: ")
                .containsPattern("In all A answered [0-9]+, B answered [0-9]+, C answered [0-9]+\\.")
                .containsPattern("as promised: calls [0-9]+, failed 0\\.")
                .containsPattern("as promised: idempotent calls [0-9]+, failed 0\\.")
                .contains("Everything went as promised", "./moa quickstart --serve --port 9000")
                .doesNotContain("NOT AS PROMISED")
                .doesNotContain("\u001B");
        assertThat(quickstart.exitCode()).isZero();
        if (RealRedis.isPromised()) {
            itsWatcherTakesTheDeadOneOff(quickstart.out().replaceAll("\\s+", " "));
        }
    }

    /** Agents are processes that share a Redis, and hand their connections over with Netty's native epoll. */
    @Test
    void theQuickstartOfMeshModeKeepsItsPromises() {
        assumeTrue(RealRedis.isPromised() && NettyTransport.nativeObstacle() == null);
        CommandRun quickstart = CommandRun.of("quickstart", "--mesh");
        assertThat(quickstart.out().replaceAll("\\s+", " "))
                .contains("1. Agents start", "calls go directly until somebody says otherwise")
                .contains("./moa mesh on", "the same calls go through two agents")
                .contains("The agent of the consumer is replaced", "The agent of the two instances is replaced")
                .containsPattern("[0-9]+ calls in flight; lost 0\\.")
                .contains("nobody noticed: no call was lost, and the consumer kept its connection")
                .contains("The consumer's agent was killed with calls on it")
                .contains("./moa mesh off", "as promised: everything is as it was")
                .containsPattern("as promised: calls [0-9]+, lost 0\\.")
                .doesNotContain("NOT AS PROMISED")
                .doesNotContain("\u001B");
        assertThat(quickstart.exitCode()).isZero();
        CommandRun mistake = CommandRun.of("quickstart", "--mesh", "--serve");
        assertThat(mistake.exitCode()).isEqualTo(2);
        assertThat(mistake.err()).contains("--mesh goes without --serve");
    }

    /** An instance that ends in order withdraws itself: then no watcher would find it dead, with its lease lapsed. */
    private static void itsWatcherTakesTheDeadOneOff(String account) {
        assertThat(account)
                .containsPattern("The stage: Redis [0-9.]+ on 127\\.0\\.0\\.1:[0-9]+ \\([^)]+\\), a watcher"
                        + " \\(process [0-9]+\\), and a process for each instance\\.")
                .containsPattern("instance B, process [0-9]+, at tcp://127\\.0\\.0\\.1:[0-9]+")
                .contains("Instance B was killed and said nothing to anybody")
                .containsPattern("removed from the online list by watcher quickstart-watcher \\(part [0-9]+, fence"
                        + " [0-9]+\\): its lease has lapsed and [0-9]+ probes in a row failed")
                .containsPattern(
                        "probe: [0-9]+ ms before, Could not connect to tcp://127\\.0\\.0\\.1:[0-9]+: connection"
                                + " refused; no process listens there")
                .contains("as promised: the watcher took the dead instance off the online list, with evidence.");
    }

    @Test
    void servesUntilTheProcessIsAskedToEnd() throws Exception {
        Process process = moa("quickstart", "--serve", "--port", "0");
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        try {
            Thread reader = readInto(lines, process);
            Eventually eventually = Eventually.within(Duration.ofSeconds(60));
            String first = eventually.value(
                    () -> lines.stream()
                            .filter(line -> SERVED.matcher(line).matches())
                            .findFirst()
                            .orElse(""),
                    line -> !line.isEmpty(),
                    "the line with the port");
            Matcher served = SERVED.matcher(first);
            assertThat(served.matches()).isTrue();

            CommandRun call = CommandRun.of(
                    "call", "127.0.0.1:" + served.group(1), Greeter.NAME, "greet(java.lang.String)", "[\"Ada\"]");
            assertThat(call.err()).isEmpty();
            assertThat(call.out()).contains("Hello, Ada");

            process.toHandle().destroy(); // SIGTERM; Process.destroy() would also close the streams we read
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            reader.join();
            assertThat(process.exitValue()).isEqualTo(ENDED_BY_SIGTERM);
            assertThat(lines)
                    .anyMatch(line -> line.contains("./moa call 127.0.0.1:" + served.group(1)))
                    .last()
                    .isEqualTo("Ended after 1 calls.");
        } finally {
            process.destroyForcibly();
        }
    }

    /** As a newcomer does: in one terminal it serves, and in another one somebody asks. */
    @Test
    void itsConsumerIsAskedAndARuleIsTriedOnItsCalls(@TempDir Path folder) throws Exception {
        String rule = Files.writeString(
                        folder.resolve("few.json"),
                        "{\"kind\": \"policy\", \"service\": \"" + Greeter.NAME
                                + "\", \"set\": {\"concurrency-limit\": 1, \"concurrency-limit-at\": \"caller\"}}")
                .toString();
        EmbeddedRegistry embedded = EmbeddedRegistry.start();
        String url = RealRedis.of(embedded).url() + "?prefix=quickstart";
        Process process = moa("quickstart", "--serve", "--port", "0", "--consumer-port", "0", "--registry", url);
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        try (embedded) {
            readInto(lines, process);
            Eventually eventually = Eventually.within(Duration.ofSeconds(60));
            Pattern asking = Pattern.compile(".* dry-run few - --process (127\\.0\\.0\\.1:\\d+)");
            String line = eventually.value(
                    () -> lines.stream()
                            .filter(each -> asking.matcher(each).matches())
                            .findFirst()
                            .orElse(""),
                    each -> !each.isEmpty(),
                    "the line that says how to ask");
            Matcher asked = asking.matcher(line);
            assertThat(asked.matches()).isTrue();
            CommandRun explained =
                    CommandRun.of("explain", Greeter.NAME, "greet", "--key", "name=Ada", "--process", asked.group(1));
            assertThat(explained.err()).isEmpty();
            assertThat(explained.out()).contains("As seen by quickstart-consumer@");
            eventually.value(
                    () -> CommandRun.of("rules", "dry-run", "few", rule, "--process", asked.group(1))
                            .out(),
                    out -> out.contains(
                            " x " + Greeter.NAME + " greet, caller quickstart-consumer: concurrency-limit: 0 -> 1\n"),
                    "a rule that was tried on calls");
            eventually.value(
                    () -> CommandRun.of("top", asked.group(1)).out(),
                    out -> out.contains(" calls/s of 1 method")
                            && out.lastIndexOf(Greeter.NAME + " greet ") > out.indexOf("serves "),
                    "what it sees of the calls that it makes and serves");
            assertThat(CommandRun.of("ls", "--registry", url).out())
                    .contains(Greeter.NAME)
                    .as("who asks it, finds it by its address alone")
                    .doesNotContain("moa.Operations");
        } finally {
            process.destroyForcibly();
        }
    }

    /** The variable is heeded as by every other command; what it says here is no registry. */
    @Test
    void itIsAnnouncedWhereTheEnvironmentSays() throws Exception {
        ProcessBuilder command = command("quickstart", "--serve", "--port", "0");
        command.environment().put("MOA_REGISTRY", "redis://nowhere:notaport");
        Process process = command.start();
        try {
            Queue<String> lines = new ConcurrentLinkedQueue<>();
            readInto(lines, process).join();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(2);
            assertThat(lines).anyMatch(line -> line.startsWith("moa: MOA_REGISTRY: "));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aPortInUseIsSaid() throws Exception {
        try (java.net.ServerSocket taken = new java.net.ServerSocket(0)) {
            CommandRun serve = CommandRun.of(
                    "quickstart", "--serve", "--host", "0.0.0.0", "--port", String.valueOf(taken.getLocalPort()));
            assertThat(serve.exitCode()).isEqualTo(1);
            assertThat(serve.err()).contains("Cannot listen on tcp://0.0.0.0:" + taken.getLocalPort());
        }
    }

    private static Process moa(String... args) throws IOException {
        return command(args).start();
    }

    private static ProcessBuilder command(String... args) {
        ProcessBuilder command = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                MoaCommand.class.getName());
        command.command().addAll(java.util.List.of(args));
        return command.redirectErrorStream(true);
    }

    private static Thread readInto(Queue<String> lines, Process process) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader text = new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                        text.lines().forEach(lines::add);
                    } catch (IOException e) {
                        lines.add("could not read on: " + e);
                    }
                },
                "reads the output of the child");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }
}
