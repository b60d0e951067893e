package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.moa.discovery.Address;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class AgentSocketTest {

    @TempDir
    private Path temporary;

    private final List<ServerSocketChannel> listening = new ArrayList<>();
    private Path folder;
    private Path file;

    @BeforeEach
    void names() {
        folder = temporary.resolve("own");
        file = folder.resolve("agent.sock");
    }

    @AfterEach
    void close() throws IOException {
        for (ServerSocketChannel each : listening) {
            each.close();
        }
    }

    private AgentSocket prepared() throws IOException {
        return AgentSocket.prepare(new Address.Unix(file.toString()), false);
    }

    private ServerSocketChannel listen(Path at) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.add(channel);
        channel.bind(UnixDomainSocketAddress.of(at));
        return channel;
    }

    /** An agent that accepts. */
    private ServerSocketChannel published(AgentSocket socket) throws IOException {
        ServerSocketChannel channel = listen(Path.of(socket.binding().path()));
        socket.publish();
        return channel;
    }

    private boolean isAnswered() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException nobody) {
            return false;
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private void folder(String mode) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    }

    @Test
    void aFolderThatIsNotThereIsMadeForItsUserAlone() throws IOException {
        folder = temporary.resolve("above").resolve("own");
        file = folder.resolve("agent.sock");
        prepared();
        assertThat(mode(folder)).isEqualTo("rwx------");
    }

    @Test
    void nobodyFindsItBeforeItAccepts() throws IOException {
        AgentSocket socket = prepared();
        listen(Path.of(socket.binding().path()));
        assertThat(file).doesNotExist();
        socket.publish();
        assertThat(isAnswered()).isTrue();
        assertThat(files()).containsExactly(file);
    }

    @ParameterizedTest
    @CsvSource({"false, rw-------", "true, rw-rw-rw-"})
    void onlyItsUserMayConnectUnlessOthersAreExpected(boolean others, String mode) throws IOException {
        published(AgentSocket.prepare(new Address.Unix(file.toString()), others));
        assertThat(mode(file)).isEqualTo(mode);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx", "rwx-w----"})
    void aFolderIntoWhichOthersMayWriteIsRefused(String mode) throws IOException {
        folder(mode);
        assertThatThrownBy(this::prepared)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("Others may write into the folder " + folder + " (" + mode + ")", "chmod 700");
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwx------", "rwxr-xr-x", "rwx--x--x"})
    void aFolderThatOthersMayOnlyReadIsGoodEnough(String mode) throws IOException {
        folder(mode);
        published(prepared());
        assertThat(isAnswered()).isTrue();
        assertThat(mode(folder)).as("it stays as it is").isEqualTo(mode);
    }

    @Test
    void whereOtherUsersAreExpectedTheirGroupMayWriteButNotEverybody() throws IOException {
        folder("rwxrwx---");
        AgentSocket.prepare(new Address.Unix(file.toString()), true);
        folder("rwxrwx-w-");
        assertThatThrownBy(() -> AgentSocket.prepare(new Address.Unix(file.toString()), true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Others may write");
    }

    @Test
    void aFolderOfAnotherUserIsRefused() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give a folder away");
        folder("rwx------");
        Files.setOwner(
                folder, folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        assertThatThrownBy(this::prepared)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to nobody and not to root");
    }

    @Test
    void anAgentThatIsThereIsNotPushedAside() throws IOException {
        published(prepared());
        assertThatThrownBy(this::prepared)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Another process listens at " + file);
        assertThat(isAnswered()).isTrue();
    }

    /** Its queue is full, as when it is stopped: it is busy, and not gone. */
    @Test
    void norIsOneThatAcceptsNobodyAtTheMoment() throws IOException {
        folder("rwx------");
        ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.add(busy);
        busy.bind(UnixDomainSocketAddress.of(file), 1);
        List<SocketChannel> waiting = new ArrayList<>();
        try {
            while (isTaken(waiting)) {
                assertThat(waiting).hasSizeLessThan(100);
            }
            assertThatThrownBy(this::prepared)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("An agent may be at " + file + " that accepts nobody at the moment");
        } finally {
            for (SocketChannel each : waiting) {
                each.close();
            }
        }
    }

    private boolean isTaken(List<SocketChannel> waiting) throws IOException {
        SocketChannel one = SocketChannel.open(StandardProtocolFamily.UNIX);
        waiting.add(one);
        one.configureBlocking(false);
        try {
            return one.connect(UnixDomainSocketAddress.of(file));
        } catch (SocketException full) {
            return false;
        }
    }

    @Test
    void aLinkThatLeadsNowhereIsReplaced() throws IOException {
        folder("rwx------");
        Files.createSymbolicLink(file, temporary.resolve("nothing"));
        published(prepared());
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void aPathBesideWhichNothingCanBeBoundIsRefused() {
        int free = Address.Unix.MAX_BYTES - folder.toString().length() - 1;
        file = folder.resolve("x".repeat(free));
        assertThatThrownBy(this::prepared)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("is too long by ", "choose a shorter one");
    }

    @Test
    void theFileOfOneThatWasKilledIsReplaced() throws IOException {
        published(prepared()).close(); // which leaves the file
        assertThat(file).exists();
        AgentSocket next = prepared();
        assertThat(file).as("until the next one accepts").exists();
        published(next);
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void soIsAFileThatIsNoSocket() throws IOException {
        folder("rwx------");
        Files.writeString(file, "left by somebody");
        published(prepared());
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void whatAProcessOfTheSameNumberLeftIsInNobodysWay() throws IOException {
        listen(Path.of(prepared().binding().path())).close();
        published(prepared());
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void whoGoesTakesItsFileAway() throws IOException {
        AgentSocket socket = prepared();
        published(socket);
        socket.remove();
        assertThat(files()).isEmpty();
        socket.remove();
    }

    @Test
    void whoNeverAcceptedLeavesNothing() throws IOException {
        AgentSocket socket = prepared();
        listen(Path.of(socket.binding().path()));
        socket.remove();
        assertThat(files()).isEmpty();
    }

    @Test
    void whoGoesLeavesTheFileOfAnotherAgent() throws IOException {
        AgentSocket first = prepared();
        published(first).close();
        published(prepared());
        first.remove();
        assertThat(isAnswered()).isTrue();
    }

    @Test
    void whoHandsItsSocketOverLeavesTheFileToTheOther() throws IOException {
        AgentSocket first = prepared();
        published(first);
        AgentSocket next = AgentSocket.takenOver(new Address.Unix(file.toString()), false);
        first.handOver();
        first.remove();
        assertThat(isAnswered()).isTrue();
        next.remove();
        assertThat(file).doesNotExist();
    }

    @Test
    void aSocketWithoutAFileCannotBeTakenOver() throws IOException {
        Files.createDirectories(folder);
        Address.Unix there = new Address.Unix(file.toString());
        assertThatThrownBy(() -> AgentSocket.takenOver(there, false)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aLinkThatSomebodyPutThereIsNotFollowed() throws IOException {
        folder("rwx------");
        Path elsewhere = Files.writeString(temporary.resolve("precious"), "text");
        Files.createSymbolicLink(file, elsewhere);
        published(prepared());
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(elsewhere).hasContent("text");
        assertThat(isAnswered()).isTrue();
    }
}
