package io.moa.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes the archive of a version out of jars. The same jars make the same bytes. */
public final class VersionPackage {

    /** Local, so that the zone of whoever makes it is not seen. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(2001, 1, 1, 0, 0);

    private VersionPackage() {}

    /**
     * Makes one.
     *
     * @param classPath jars, as Java is given them; what is no jar is an error, as it would not be there later
     * @param into which must not be there
     * @return its SHA-256
     * @throws IllegalArgumentException if something in the class path is no jar; the message says what
     */
    public static String make(List<Path> classPath, Path into) throws IOException {
        List<Path> jars = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Path each : classPath) {
            String name = String.valueOf(each.getFileName());
            if (!Files.isRegularFile(each) || !name.endsWith(".jar")) {
                throw new IllegalArgumentException(
                        "A version is made of jars, and " + each + " is none: use ./moa, which builds them");
            }
            if (!names.add(name)) {
                throw new IllegalArgumentException("Two jars of the class path are called " + name);
            }
            jars.add(each);
        }
        if (Files.exists(into)) {
            throw new IllegalArgumentException(into + " is there already");
        }
        jars.sort((a, b) -> String.valueOf(a.getFileName()).compareTo(String.valueOf(b.getFileName())));
        Path coming = into.resolveSibling(into.getFileName() + ".part");
        try (OutputStream file = Files.newOutputStream(coming);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.setLevel(Deflater.BEST_SPEED); // jars are packed already
            for (Path each : jars) {
                ZipEntry entry = new ZipEntry("lib/" + each.getFileName());
                entry.setTimeLocal(NO_TIME);
                zip.putNextEntry(entry);
                Files.copy(each, zip);
                zip.closeEntry();
            }
        }
        Files.move(coming, into, StandardCopyOption.ATOMIC_MOVE);
        return Sha256.of(into);
    }
}
