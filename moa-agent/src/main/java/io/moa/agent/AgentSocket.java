package io.moa.agent;

import io.moa.discovery.Address;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of an agent's Unix socket. It is bound under another name, and renamed when it accepts: who finds it finds an agent, or one that was
 * killed. Used by one thread.
 */
final class AgentSocket {

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("rw-rw-rw-");

    private final Path ready;
    private final Path coming;
    private final boolean others;
    private @Nullable Object key;

    private AgentSocket(Path ready, boolean others) {
        this.ready = ready;
        this.coming = ready.resolveSibling("." + Objects.requireNonNull(ready.getFileName()) + "."
                + ProcessHandle.current().pid());
        this.others = others;
    }

    /**
     * Chooses the names. A folder that is not there is made, for its user alone.
     *
     * @param others whether processes of other users may connect; they are told apart when they do
     * @throws IOException if the folder cannot be used, or an agent listens there; the message says why and what to do
     */
    static AgentSocket prepare(Address.Unix address, boolean others) throws IOException {
        Path ready = Path.of(address.path());
        Path folder = ready.getParent();
        if (folder == null) {
            throw new IOException("The socket of an agent needs a folder: " + ready);
        }
        if (!Files.isDirectory(folder)) {
            Path above = folder.getParent();
            if (above != null) {
                Files.createDirectories(above);
            }
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER));
        }
        checkFolder(folder, others);
        AgentSocket socket = new AgentSocket(ready, others);
        int bytes = socket.coming.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Address.Unix.MAX_BYTES) {
            throw new IOException("The path " + ready + " is too long by " + (bytes - Address.Unix.MAX_BYTES)
                    + " bytes, as the socket is bound beside it first: choose a shorter one");
        }
        if (isAnswered(ready)) {
            throw new IOException("Another process listens at " + ready
                    + ": an agent is there already; stop it, or give this one another address");
        }
        Files.deleteIfExists(socket.coming);
        return socket;
    }

    /** The file of a socket that this process has taken over from another agent. */
    static AgentSocket takenOver(Address.Unix address, boolean others) throws IOException {
        Path ready = Path.of(address.path());
        AgentSocket socket = new AgentSocket(ready, others);
        socket.key = keyOf(ready);
        return socket;
    }

    /** The socket is another process's from now on: its file stays. */
    void handOver() {
        key = null;
    }

    /** Whoever may write there could put a socket of his own in its place. */
    private static void checkFolder(Path folder, boolean others) throws IOException {
        PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class);
        String self = Files.getOwner(Path.of("/proc/self")).getName();
        String owner = found.owner().getName();
        if (!owner.equals(self) && !owner.equals("root")) {
            throw new IOException("The folder " + folder + " belongs to " + owner + " and not to " + self
                    + ", who runs this agent: choose another one");
        }
        Set<PosixFilePermission> open = found.permissions();
        boolean writable = open.contains(PosixFilePermission.OTHERS_WRITE)
                || (!others && open.contains(PosixFilePermission.GROUP_WRITE));
        if (writable) {
            throw new IOException("Others may write into the folder " + folder + " ("
                    + PosixFilePermissions.toString(open)
                    + "), and so put a socket of their own there: chmod 700 it, or choose another one");
        }
    }

    private static boolean isAnswered(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false; // nor what a link leads to
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // a full queue must not hold this process
            channel.connect(UnixDomainSocketAddress.of(file));
            return true;
        } catch (ConnectException nobody) {
            return false;
        } catch (IOException e) {
            throw new IOException(
                    "An agent may be at " + file + " that accepts nobody at the moment (" + e.getMessage()
                            + "): stop it, or remove the file if there is none",
                    e);
        }
    }

    /** Where to bind. */
    Address.Unix binding() {
        return new Address.Unix(coming.toString());
    }

    /** Lets processes find it, now that it accepts. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(coming, others ? OTHERS : OWN);
        Files.move(coming, ready, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        key = keyOf(ready);
    }

    private static @Nullable Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Takes the file away, unless it is another agent's by now. Idempotent. */
    void remove() throws IOException {
        Files.deleteIfExists(coming);
        try {
            if (key != null && key.equals(keyOf(ready))) {
                Files.deleteIfExists(ready);
            }
        } catch (NoSuchFileException gone) {
            // somebody else has removed it
        }
    }
}
