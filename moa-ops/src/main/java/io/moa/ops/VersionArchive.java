package io.moa.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What a version comes in: a zip of jars in a folder {@code lib}, and of nothing else. So no entry can name a place elsewhere, nor be anything but a file: a
 * link in a zip is unpacked as a file that holds its target, which is no jar.
 */
final class VersionArchive {

    /**
     * How much of it is taken.
     *
     * @param packedBytes of the archive
     * @param unpackedBytes of all entries together
     * @param entries how many
     */
    record Limits(long packedBytes, long unpackedBytes, int entries) {
        static final Limits DEFAULT = new Limits(512L << 20, 1L << 30, 1_000);
    }

    private static final Pattern JAR = Pattern.compile("lib/[A-Za-z0-9][A-Za-z0-9._+-]{0,150}\\.jar");
    private static final byte[] MAGIC = {'P', 'K', 3, 4};

    private final Path archive;
    private final Limits limits;

    VersionArchive(Path archive, Limits limits) {
        this.archive = archive;
        this.limits = limits;
    }

    /**
     * Unpacks it.
     *
     * @param folder which is there and empty
     * @throws OpsException if it is no such archive, or too large; what was unpacked until then is left there
     */
    void unpack(Path folder) throws OpsException, IOException {
        if (Files.size(archive) > limits.packedBytes()) {
            throw refused("it has more than " + limits.packedBytes() + " bytes");
        }
        Files.createDirectory(folder.resolve("lib"));
        Set<String> names = new HashSet<>();
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            if (zip.size() > limits.entries()) {
                throw refused("it has more than " + limits.entries() + " entries");
            }
            long left = limits.unpackedBytes();
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (name.equals("lib/")) {
                    continue;
                }
                if (!JAR.matcher(name).matches()) {
                    throw refused("it has an entry that is not lib/NAME.jar: " + shown(name));
                }
                if (!names.add(name.toLowerCase(Locale.ROOT))) {
                    throw refused("it has two entries of the name " + name);
                }
                left -= copy(zip, entry, folder.resolve(name), left);
            }
        } catch (java.util.zip.ZipException e) {
            throw new OpsException(400, "The archive is refused: it is no zip that can be read: " + e.getMessage(), e);
        }
        if (names.isEmpty()) {
            throw refused("it has no lib/NAME.jar");
        }
    }

    /** What an entry says of its size is not believed: it is counted. */
    private long copy(ZipFile zip, ZipEntry entry, Path into, long most) throws OpsException, IOException {
        long copied = 0;
        byte[] piece = new byte[64 * 1024];
        try (InputStream in = zip.getInputStream(entry);
                OutputStream out =
                        Files.newOutputStream(into, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] first = in.readNBytes(MAGIC.length);
            if (!java.util.Arrays.equals(first, MAGIC)) {
                throw refused(entry.getName() + " is no jar");
            }
            out.write(first);
            copied = first.length;
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                copied += read;
                if (copied > most) {
                    throw refused("it unpacks to more than " + limits.unpackedBytes() + " bytes");
                }
                out.write(piece, 0, read);
            }
        }
        return copied;
    }

    private static OpsException refused(String why) {
        return new OpsException(400, "The archive is refused: " + why);
    }

    private static String shown(String name) {
        String safe = name.replaceAll("[^\\x20-\\x7e]", "?");
        return safe.length() > 100 ? safe.substring(0, 100) + "..." : safe;
    }
}
