package io.moa.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file that a process keeps for a later one of its user: whole or not there at all, and of nobody else. Safe for many threads. */
public final class KeptFile {

    private static final Logger LOG = LoggerFactory.getLogger(KeptFile.class);
    private static final String TEMPORARY = ".new";
    private static final long OLD_MILLIS = Duration.ofHours(1).toMillis();

    /** Where processes keep files if nobody says otherwise. */
    public static final Path DEFAULT_FOLDER = Path.of(System.getProperty("user.home", "."), ".moa", "snapshots");

    private KeptFile() {}

    /** The folder of an application, of which several processes may use it at once. */
    public static Path folderOf(Path folder, String application) {
        return folder.resolve(nameOf(application));
    }

    /** A name for a text that each file system takes, and another one for each other text. */
    public static String nameOf(String text) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        String plain = text.replaceAll("[^A-Za-z0-9_-]", ".").replaceAll("^\\.+|\\.{2,}", ".");
        return (plain.length() > 80 ? plain.substring(plain.length() - 80) : plain) + "-"
                + Long.toHexString(sum.getValue());
    }

    /**
     * Reads a file.
     *
     * @throws NoSuchFileException if there is none
     * @throws IOException if it belongs to somebody else, is longer, or cannot be read; the message says which
     */
    public static byte[] read(Path file, int maxBytes) throws IOException {
        checkOwner(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException("it has more than " + maxBytes + " bytes");
            }
            return bytes;
        }
    }

    /** What another user wrote may lead calls to him. A user who has no name here cannot be compared with anybody. */
    private static void checkOwner(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("owner")) {
            return;
        }
        UserPrincipal self;
        try {
            self = file.getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(System.getProperty("user.name", ""));
        } catch (IOException | UnsupportedOperationException nameless) {
            return;
        }
        UserPrincipal owner = Files.getOwner(file);
        if (!owner.equals(self)) {
            throw new IOException(
                    "it belongs to user " + owner.getName() + ", and this process runs as " + self.getName());
        }
    }

    /** Deletes what processes that were killed while they wrote have left; those of other processes that write just now are young. */
    public static void sweep(Path folder, long nowMillis) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, TEMPORARY + "*.tmp")) {
            for (Path each : left) {
                if (nowMillis - Files.getLastModifiedTime(each).toMillis() > OLD_MILLIS) {
                    Files.deleteIfExists(each);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("what others have left in {} cannot be swept", folder, e);
        }
    }

    /** Puts these bytes into a file, readable for its user alone; a reader sees the former content or the new one. */
    public static void replace(Path file, byte[] bytes) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(file.toAbsolutePath().getParent(), only(posix, "rwx------"));
        Path fresh =
                Files.createTempFile(file.toAbsolutePath().getParent(), TEMPORARY, ".tmp", only(posix, "rw-------"));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true); // else a crash of the host may leave the name without the content
            }
            move(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void move(Path fresh, Path file) throws IOException {
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException plainFileSystem) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING); // a torn file fails its checksum
        }
    }

    private static FileAttribute<?>[] only(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
