package io.moa.server.network;

import io.moa.discovery.Address;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file of a server's Unix socket, in a folder of the user's own (mode 0700), itself 0600.
 *
 * <p>The socket is bound under a name that nobody looks for, and renamed when it accepts. So a file ending in {@code .sock} that
 * refuses a connection is what a process left behind that was killed, and whoever comes next removes it.
 *
 * <p>Used by one thread.
 */
public final class UnixSocketFile {

    private static final String READY = ".sock";
    private static final String COMING = ".tmp";
    private static final int MAX_NAME = 24;
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> SOCKET = PosixFilePermissions.fromString("rw-------");

    private final Path coming;
    private final Path ready;

    private UnixSocketFile(Path coming, Path ready) {
        this.coming = coming;
        this.ready = ready;
    }

    /**
     * Makes the folder if need be, checks it, removes what others left there, and chooses the name.
     *
     * @param application whose socket it is, for people who look into the folder
     * @param uuid of the process, which makes the name its own
     * @throws IOException if the folder cannot be used; the message says why and what to do
     */
    public static UnixSocketFile prepare(
            UnixSocketConfig config,
            String application,
            String uuid,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable)
            throws IOException {
        Path folder = config.folderOr(property, variable);
        CRC32C hash = new CRC32C();
        hash.update(uuid.getBytes(StandardCharsets.UTF_8));
        String readable = application.replaceAll("[^A-Za-z0-9_-]", "_");
        String name =
                readable.substring(0, Math.min(MAX_NAME, readable.length())) + String.format("-%08x", hash.getValue());
        Path ready = folder.resolve(name + READY);
        int bytes = ready.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Address.Unix.MAX_BYTES) {
            throw new IOException("The path of a Unix socket has at most " + Address.Unix.MAX_BYTES + " bytes, and "
                    + ready + " has " + bytes + ": choose a folder with a shorter path (moa.server.unix)");
        }
        open(folder);
        sweep(folder);
        Files.deleteIfExists(ready); // of this very uuid: whoever left it is not alive, for we are
        return new UnixSocketFile(folder.resolve(name + COMING), ready);
    }

    private static void open(Path folder) throws IOException {
        try {
            Path parent = folder.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER));
        } catch (FileAlreadyExistsException e) {
            // it is checked below, whoever made it
        }
        PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory()) {
            throw new IOException(folder + " is no folder: Unix sockets are kept in a folder of the user's own");
        }
        String self = Files.getOwner(Path.of("/proc/self")).getName();
        if (!found.owner().getName().equals(self)) {
            throw new IOException(folder + " belongs to " + found.owner().getName() + " and not to " + self
                    + ", who runs this process: remove it, or choose another folder (moa.server.unix)");
        }
        Set<PosixFilePermission> others = EnumSet.copyOf(Set.of(PosixFilePermission.values()));
        others.removeAll(FOLDER);
        others.retainAll(found.permissions());
        if (!others.isEmpty()) {
            throw new IOException(folder + " is open to others (" + PosixFilePermissions.toString(found.permissions())
                    + "): chmod 700 it, or choose another folder (moa.server.unix)");
        }
    }

    private static void sweep(Path folder) throws IOException {
        Instant abandoned = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                try {
                    boolean left = (name.endsWith(READY) && isLeft(file))
                            || (name.endsWith(COMING)
                                    && Files.getLastModifiedTime(file)
                                            .toInstant()
                                            .isBefore(abandoned));
                    if (left) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException e) {
                    // somebody else has just removed it
                }
            }
        }
    }

    /** Whether nobody listens behind this file. Anything but a clear refusal counts as somebody. */
    private static boolean isLeft(Path file) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // a full queue of a busy server must not hold this one
            channel.connect(UnixDomainSocketAddress.of(file));
            return false;
        } catch (ConnectException refused) {
            return String.valueOf(refused.getMessage()).contains("refused");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Where to bind. */
    public Address.Unix binding() {
        return new Address.Unix(coming.toString());
    }

    /** Where others find it, from {@link #publish} on. */
    public Address.Unix address() {
        return new Address.Unix(ready.toString());
    }

    /** Lets others in, now that it accepts. */
    public void publish() throws IOException {
        Files.setPosixFilePermissions(coming, SOCKET);
        Files.move(coming, ready, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes the file away. Idempotent. */
    public void remove() throws IOException {
        Files.deleteIfExists(ready);
        Files.deleteIfExists(coming);
    }
}
