package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The files in {@code deploy} say what the command takes, and the same thing everywhere. */
class DeployFilesTest {

    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final String MAIN = "io.moa.cli.MoaCommand";

    /** What is parsed, and the options of its last command. */
    private static ParseResult read(List<String> arguments) {
        ParseResult last = MoaCommand.reader().parseArgs(arguments.toArray(String[]::new));
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last;
    }

    // ---- systemd

    private static List<String> unit(String name) throws IOException {
        return Arrays.stream(Files.readString(DEPLOY.resolve("systemd").resolve(name))
                        .replace("\\\n", " ")
                        .split("\n"))
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private static String value(List<String> unit, String name) {
        return unit.stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    private static List<String> started(List<String> unit) {
        List<String> words = new ArrayList<>(List.of(value(unit, "ExecStart").split("\\s+")));
        assertThat(words).contains("-cp", MAIN);
        List<String> arguments = new ArrayList<>(words.subList(words.indexOf(MAIN) + 1, words.size()));
        arguments.replaceAll(each -> each.equals("${MOA_APPLICATION}") ? "shop-web" : each);
        arguments.removeIf(each -> each.equals("$MOA_AGENT_OPTIONS"));
        assertThat(arguments).noneMatch(each -> each.contains("$"));
        return arguments;
    }

    @Test
    void theUnitOfTheAgentStartsOne() throws Exception {
        List<String> unit = unit("moa-agent.service");
        ParseResult agent = read(started(unit));
        assertThat(agent.commandSpec().name()).isEqualTo("agent");
        List<String> at = agent.matchedOptionValue("--at", List.of());
        assertThat(at).containsExactly("unix:/run/" + value(unit, "RuntimeDirectory") + "/agent.sock");
        assertThat(seconds(unit, "TimeoutStopSec") * 1_000L)
                .as("it may finish its calls")
                .isGreaterThan(agent.<Long>matchedOptionValue("--drain-millis", 0L) + 10_000);
        isHardened(unit);
    }

    @Test
    void theUnitOfTheOperationsAgentStartsOneThatLeavesTheAgentAlone() throws Exception {
        List<String> unit = unit("moa-ops.service");
        ParseResult serve = read(started(unit));
        assertThat(serve.commandSpec().name()).isEqualTo("serve");
        List<String> options = serve.matchedPositionalValue(0, List.of());
        CommandLine agent = new CommandLine(new AgentCommand());
        ParseResult its = agent.parseArgs(options.toArray(String[]::new));
        assertThat(its.<List<String>>matchedOptionValue("--at", List.of())).containsExactly("unix:/run/moa/agent.sock");
        assertThat(value(unit, "KillMode")).isEqualTo("process");
        assertThat(value(unit, "RuntimeDirectoryPreserve")).isEqualTo("yes");
        assertThat(serve.<Path>matchedOptionValue("--dir", Path.of("")).toString())
                .startsWith("/var/lib/" + value(unit, "StateDirectory") + "/");
        long end = serve.<Long>matchedOptionValue("--end-millis", 0L);
        assertThat(end).isGreaterThan(its.<Long>matchedOptionValue("--drain-millis", 0L) + 10_000);
        assertThat(seconds(unit, "TimeoutStopSec") * 1_000L).isGreaterThan(end);
        isHardened(unit);
    }

    private static int seconds(List<String> unit, String name) {
        return Integer.parseInt(value(unit, name));
    }

    private static void isHardened(List<String> unit) {
        assertThat(value(unit, "User")).isNotIn("", "root");
        assertThat(value(unit, "NoNewPrivileges")).isEqualTo("yes");
        assertThat(value(unit, "ProtectSystem")).isEqualTo("strict");
        assertThat(value(unit, "RestrictAddressFamilies")).contains("AF_UNIX", "AF_INET ", "AF_INET6");
        assertThat(unit)
                .as("Java writes code, and who connects has a number")
                .noneMatch(line -> line.startsWith("MemoryDenyWriteExecute") || line.startsWith("PrivateUsers"));
        assertThat(value(unit, "Restart")).isEqualTo("always");
        assertThat(value(unit, "SuccessExitStatus")).isEqualTo("143");
    }

    // ---- Kubernetes

    /** A place in the tree, such as {@code spec.initContainers.0.args}. */
    private static Object at(Object tree, String path) {
        Object here = tree;
        for (String step : path.split("\\.")) {
            here = here instanceof List<?> list
                    ? list.get(Integer.parseInt(step))
                    : here instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return here;
    }

    private static Object pod() throws IOException {
        return new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(DEPLOY.resolve("kubernetes/pod.yaml")));
    }

    private static List<String> texts(Object list) {
        return ((List<?>) list).stream().map(Object::toString).toList();
    }

    private static String environment(Object container, String name) {
        for (Object each : (List<?>) at(container, "env")) {
            if (name.equals(at(each, "name"))) {
                return String.valueOf(at(each, "value"));
            }
        }
        return "";
    }

    private static String mountOf(Object container, String volume) {
        for (Object each : (List<?>) at(container, "volumeMounts")) {
            if (volume.equals(at(each, "name"))) {
                return String.valueOf(at(each, "mountPath"));
            }
        }
        return "";
    }

    @Test
    void thePodHasTheAgentAsANativeSidecar() throws Exception {
        Object pod = pod();
        Object sidecar = at(pod, "spec.initContainers.0");
        Object application = at(pod, "spec.containers.0");
        assertThat(at(sidecar, "restartPolicy")).isEqualTo("Always");
        ParseResult agent = read(texts(at(sidecar, "args")));
        assertThat(agent.commandSpec().name()).isEqualTo("agent");
        List<String> at = agent.matchedOptionValue("--at", List.of());
        assertThat(at).hasSize(1);
        assertThat(environment(application, "MOA_MESH_AGENT")).isEqualTo(at.get(0));
        assertThat(environment(application, "MOA_MESH")).isEqualTo("on");
        Path socket = Path.of(at.get(0).substring("unix:".length()));
        assertThat(texts(at(sidecar, "startupProbe.exec.command"))).containsExactly("test", "-S", socket.toString());

        String mounted = mountOf(sidecar, "moa");
        assertThat(mountOf(application, "moa")).isEqualTo(mounted);
        assertThat(socket.getParent().getParent())
                .as("in a folder that the agent makes, as that of the volume may be written by others")
                .isEqualTo(Path.of(mounted));
        assertThat(mountOf(sidecar, "agent-tmp")).isEqualTo("/tmp");
        assertThat(at(pod, "spec.volumes.0.name")).isEqualTo("moa");
        assertThat(at(pod, "spec.volumes.0.emptyDir")).isNotNull();

        assertThat(at(pod, "spec.securityContext.runAsUser")).isEqualTo(10001);
        assertThat(at(pod, "spec.securityContext.runAsNonRoot")).isEqualTo(true);
        assertThat(at(sidecar, "securityContext.runAsUser"))
                .as("one user for both")
                .isNull();
        assertThat(at(application, "securityContext.runAsUser")).isNull();
        assertThat(at(sidecar, "securityContext.readOnlyRootFilesystem")).isEqualTo(true);
        assertThat(at(sidecar, "lifecycle")).as("it ends after the application").isNull();
        assertThat(at(application, "lifecycle.preStop.exec.command")).isNotNull();
        assertThat((Integer) at(pod, "spec.terminationGracePeriodSeconds") * 1_000L)
                .isGreaterThan(agent.<Long>matchedOptionValue("--drain-millis", 0L) + 15_000);
    }

    // ---- container

    private static List<String> instructions() throws IOException {
        return Files.readAllLines(DEPLOY.resolve("container/Containerfile")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static List<String> form(String instruction) throws IOException {
        String line = instructions().stream()
                .filter(each -> each.startsWith(instruction + " "))
                .reduce((first, last) -> last)
                .orElseThrow();
        return texts(new ObjectMapper().readValue(line.substring(instruction.length()), List.class)); // no shell's form
    }

    @Test
    void theImageStartsTheCommandItselfAndIsNotRoot() throws Exception {
        List<String> entry = form("ENTRYPOINT");
        assertThat(entry).startsWith("java").endsWith("-cp", "/opt/moa/lib/*", MAIN);
        assertThat(CommandRun.of(form("CMD").toArray(String[]::new)).exitCode()).isZero();
        assertThat(instructions()).anyMatch(line -> line.equals("USER 10001:10001"));
        assertThat(instructions().stream().filter(line -> line.startsWith("FROM ")))
                .hasSize(2);
        assertThat(instructions())
                .anyMatch(line -> line.startsWith("COPY --from=build") && line.endsWith(" /opt/moa/lib"));
    }

    @Test
    void theImageIsBuiltAsTheCommandIs() throws Exception {
        String built =
                String.join(" ", form("RUN")).replace("mvn ", "").replace("-Dmaven.test.skip", "-Dmaven.test.skip");
        String script = Files.readString(Path.of("..", "moa")).replaceAll("\\s*\\\\\\n\\s*", " ");
        assertThat(script).contains(built);
    }

    // ---- that this can fail

    @ParameterizedTest
    @ValueSource(strings = {"--drain-seconds=10", "--socket", "--registry-url"})
    void whatNoAgentTakesIsFound(String option) {
        assertThatThrownBy(() -> read(List.of("agent", "--application", "web", option)))
                .isInstanceOf(CommandLine.ParameterException.class);
    }
}
