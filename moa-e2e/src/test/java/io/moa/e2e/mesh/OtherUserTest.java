package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.transport.TransportConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** S24: a process of another user at the socket of an agent. Needs to be root, to become somebody else; skipped otherwise. */
@Timeout(120)
class OtherUserTest {

    private static final int NOBODY = 65_534;
    private static final int SOMEBODY = 4_711;

    @TempDir
    Path folder;

    private Path socket;
    private Process process;
    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());

    @BeforeEach
    void open() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can become somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv of util-linux is needed");
        // Everybody may walk through, and only root may write: what two containers share.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        socket = folder.resolve("agent.sock");
    }

    @AfterEach
    void close() throws Exception {
        registry.close();
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private AgentProcess agent(Integer... users) {
        return AgentProcess.start(
                AgentConfig.at("web", new Address.Unix(socket.toString()))
                        .withUsers(Set.of(users))
                        .withWarmUp(Duration.ZERO),
                registry,
                null,
                runtime -> runtime.transportConfig(TransportConfig.DEFAULT.toBuilder()
                        .handshakeTimeout(Duration.ofMinutes(1))
                        .build()),
                any -> any);
    }

    /** What a process of another user says when it has tried to connect, and what after it. */
    private BufferedReader asNobody(String... says) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx32m",
                "-cp",
                ownClasses(),
                ConnectingProcess.class.getName(),
                socket.toString()));
        command.addAll(List.of(says));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The class and nothing else, where another user can read it. */
    private String ownClasses() throws IOException {
        Path classes = Files.createTempDirectory(folder, "classes");
        Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxr-xr-x"));
        String file = ConnectingProcess.class.getName().replace('.', '/') + ".class";
        Path copy = classes.resolve(file);
        Files.createDirectories(copy.getParent());
        try (var bytes = ConnectingProcess.class.getClassLoader().getResourceAsStream(file)) {
            Files.copy(bytes, copy);
        }
        return classes.toString();
    }

    @Test
    void theFileLetsNobodyElseIn() throws Exception {
        try (AgentProcess agent = agent()) {
            assertThat(agent.outbound()).hasSize(1);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(asNobody().readLine()).isEqualTo("denied");
        }
    }

    @Test
    void whereOtherUsersAreExpectedOnlyTheseAreLetIn() throws Exception {
        try (AgentProcess agent = agent(SOMEBODY)) {
            BufferedReader thrownOut = asNobody();
            assertThat(thrownOut.readLine()).isEqualTo("connected");
            assertThat(thrownOut.readLine()).isEqualTo("closed");
            assertThat(agent.describe()).singleElement().asString().contains(": 0 connections");
        }
    }

    @Test
    void whoIsExpectedIsLetIn() throws Exception {
        try (AgentProcess agent = agent(SOMEBODY, NOBODY)) {
            assertThat(asNobody().readLine()).isEqualTo("connected");
            MeshStage.soon()
                    .until(() -> agent.describe().get(0).contains(": 1 connections"), () -> "" + agent.describe());
        }
    }

    @Test
    void clientsOfRedisAreToldApartToo() throws Exception {
        try (AgentProcess agent = agent(SOMEBODY)) {
            BufferedReader thrownOut = asNobody("*1\r\n$4\r\nPING");
            assertThat(thrownOut.readLine()).isEqualTo("connected");
            assertThat(thrownOut.readLine()).isEqualTo("closed");
            assertThat(agent.describe()).singleElement().asString().contains(": 0 connections");
        }
        try (AgentProcess agent = agent(SOMEBODY, NOBODY)) {
            BufferedReader letIn = asNobody("*1\r\n$4\r\nPING");
            assertThat(letIn.readLine()).isEqualTo("connected");
            assertThat(letIn.readLine()).isEqualTo("+PONG");
            assertThat(agent.describe()).singleElement().asString().contains(": 1 connections");
        }
    }
}
