package io.moa.agent;

import io.moa.discovery.Address;
import io.moa.mesh.AgentAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Where an agent stands ready to be replaced: a folder that nobody else may enter, beside its socket, with the socket of its offer and what has to be
 * said there. Used by one thread at a time.
 */
final class UpgradeFolder {

    static final int NONCE_BYTES = 32;

    private final Path folder;

    UpgradeFolder(Path folder) {
        this.folder = folder;
    }

    /** That of an agent: beside its first Unix socket, or where that would be. */
    static UpgradeFolder of(AgentConfig config) {
        Address.Unix beside = config.outbound().stream()
                .filter(Address.Unix.class::isInstance)
                .map(Address.Unix.class::cast)
                .findFirst()
                .orElseGet(() -> AgentAddress.defaultOf(config.application(), System::getProperty, System::getenv));
        return new UpgradeFolder(Path.of(beside.path() + ".up"));
    }

    Path folder() {
        return folder;
    }

    Path offer() {
        return folder.resolve("o");
    }

    /** Makes the folder if need be, and what has to be said from now on. */
    byte[] renew(RandomGenerator chance) throws IOException {
        Path above = folder.getParent();
        if (above != null) {
            Files.createDirectories(above);
        }
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            check();
        }
        byte[] nonce = new byte[NONCE_BYTES];
        chance.nextBytes(nonce);
        Path coming = Files.createTempFile(
                folder, "n", null, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(coming, HexFormat.of().formatHex(nonce));
        Files.move(
                coming, folder.resolve("nonce"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return nonce;
    }

    /**
     * What has to be said to the agent that stands ready there.
     *
     * @throws IOException if there is none; the message says so
     */
    byte[] nonce() throws IOException {
        try {
            check();
            return HexFormat.of()
                    .parseHex(Files.readString(folder.resolve("nonce"), StandardCharsets.US_ASCII)
                            .strip());
        } catch (NoSuchFileException e) {
            throw new IOException("No agent stands ready to be replaced at " + folder, e);
        } catch (IllegalArgumentException e) {
            throw new IOException(folder.resolve("nonce") + " holds no hex digits", e);
        }
    }

    private void check() throws IOException {
        PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String self = Files.getOwner(Path.of("/proc/self")).getName();
        if (!found.isDirectory()
                || !found.owner().getName().equals(self)
                || !PosixFilePermissions.toString(found.permissions()).equals("rwx------")) {
            throw new IOException(folder + " is no folder of " + self + " alone ("
                    + PosixFilePermissions.toString(found.permissions()) + ", of "
                    + found.owner().getName() + "): remove it");
        }
    }

    /** Takes it away, if nobody else stands ready there by now. */
    void remove() throws IOException {
        Files.deleteIfExists(folder.resolve("nonce"));
        Files.deleteIfExists(offer());
        Files.deleteIfExists(folder);
    }
}
