package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The versions of a folder: {@code versions/NAME/lib/*.jar}, and beside these {@code version.json}. A version is there as a whole or not at all, because its
 * folder gets its name last. One change at a time.
 */
final class VersionStore {

    /** So many are kept; of those that nobody runs the oldest goes when one more comes. */
    static final int MOST = 10;

    private static final JsonMapper JSON = new JsonMapper();

    private final Path versions;
    private final Path incoming;
    private final VersionArchive.Limits limits;

    VersionStore(Path folder, VersionArchive.Limits limits) throws IOException {
        this.versions = Files.createDirectories(folder.resolve("versions"));
        this.incoming = folder.resolve("incoming");
        this.limits = limits;
        remove(incoming); // of a process that was killed
        Files.createDirectory(
                incoming, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    VersionArchive.Limits limits() {
        return limits;
    }

    /** Where archives come to lie before they are looked at. */
    Path incoming() {
        return incoming;
    }

    /** Null if it is not installed. */
    @Nullable
    Version find(String name) throws IOException {
        Path file = versions.resolve(name).resolve("version.json");
        if (!Files.isRegularFile(file)) {
            return null;
        }
        JsonNode said = JSON.readTree(Files.readString(file));
        return new Version(
                name,
                said.path("sha256").asText(),
                Instant.parse(said.path("installed").asText()));
    }

    /** Those that are installed, the newest first. */
    List<Version> all() throws IOException {
        List<Version> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(versions)) {
            for (Path each : folders.toList()) {
                Version found = find(String.valueOf(each.getFileName()));
                if (found != null) {
                    all.add(found);
                }
            }
        }
        all.sort(Comparator.comparing(Version::installed)
                .thenComparing(Version::name)
                .reversed());
        return all;
    }

    /** What Java is given as the class path of a version. */
    String classPath(String name) {
        return versions.resolve(name).resolve("lib") + "/*";
    }

    /**
     * Installs an archive.
     *
     * @param sha256 which it must have; it is looked at before anything is unpacked
     * @param inUse which versions must stay
     * @return what was done, for people
     * @throws OpsException if it has another checksum, is no such archive, or the name is that of another one
     */
    String install(String name, Path archive, String sha256, Set<String> inUse) throws OpsException, IOException {
        String is = Sha256.of(archive);
        if (!is.equals(sha256)) {
            throw new OpsException(
                    422, "The archive has the SHA-256 " + is + ", and not " + sha256 + ": it was not unpacked");
        }
        Version known = find(name);
        if (known != null) {
            if (known.sha256().equals(sha256)) {
                return name + " is installed already";
            }
            throw new OpsException(
                    409,
                    name + " is installed with other bytes, of the SHA-256 " + known.sha256() + ": take another name");
        }
        Path coming = Files.createTempDirectory(incoming, "unpacked");
        try {
            new VersionArchive(archive, limits).unpack(coming);
            Files.writeString(
                    coming.resolve("version.json"),
                    JSON.createObjectNode()
                            .put("sha256", sha256)
                            .put("installed", Instant.now().toString())
                            .toString());
            sync(coming);
            Files.move(coming, versions.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            syncFolder(versions);
        } finally {
            remove(coming);
        }
        return name + " is installed" + makeRoom(name, inUse);
    }

    private String makeRoom(String newest, Set<String> inUse) throws IOException {
        List<Version> all = all();
        StringBuilder gone = new StringBuilder();
        for (int i = all.size() - 1; i >= 0 && all.size() > MOST; i--) {
            Version each = all.get(i);
            if (!each.name().equals(newest) && !inUse.contains(each.name())) {
                Path away = incoming.resolve("old-" + each.name());
                Files.move(versions.resolve(each.name()), away, StandardCopyOption.ATOMIC_MOVE);
                remove(away);
                all.remove(i);
                gone.append(gone.isEmpty() ? "; removed, as the oldest that nobody runs: " : ", ")
                        .append(each.name());
            }
        }
        return gone.toString();
    }

    private static void sync(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                try (FileChannel file = FileChannel.open(each, StandardOpenOption.WRITE)) {
                    file.force(true);
                }
            }
        }
        syncFolder(folder.resolve("lib"));
        syncFolder(folder);
    }

    static void syncFolder(Path folder) throws IOException {
        try (FileChannel open = FileChannel.open(folder, StandardOpenOption.READ)) {
            open.force(true);
        }
    }

    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
