package io.moa.registry.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import redis.embedded.core.ExecutableProvider;

/**
 * A {@code redis-server} that can be started.
 *
 * @param file the program
 * @param origin where it comes from, for people
 */
record RedisBinary(Path file, String origin) {

    private static final String NAME = "redis-server";

    /** The first on the path, else the one out of the artifact, written into the folder. */
    static RedisBinary find(String path, Path folder) throws IOException {
        for (String directory : path.split(File.pathSeparator)) {
            if (directory.isEmpty()) {
                continue; // the current folder is no place to take programs from
            }
            Path file = Path.of(directory, NAME);
            if (Files.isExecutable(file) && Files.isRegularFile(file)) {
                return new RedisBinary(file, file.toString());
            }
        }
        return brought(folder, "");
    }

    /**
     * The one out of the artifact, written into the folder.
     *
     * @param because why it is not the one on the path, for people; empty if there is none
     */
    static RedisBinary brought(Path folder, String because) throws IOException {
        try {
            File file =
                    ExecutableProvider.newJarResourceProvider(folder.toFile()).get();
            return new RedisBinary(file.toPath(), "the one that MOA brings along" + because);
        } catch (RuntimeException e) {
            // An operating system or processor for which the artifact has none.
            throw new IOException(
                    "No " + NAME + " is on the path that could be used, and none is brought along for this machine", e);
        }
    }
}
