package io.moa.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Wall clocks of processes that can be set while they run, by libfaketime; their monotonic clocks stay right. */
final class Clocks {

    private static final String LIBRARY = "moa.benchmarks.faketime";

    private final String library;
    private final Path folder;

    private Clocks(String library, Path folder) {
        this.library = library;
        this.folder = folder;
    }

    /** Clocks whose files stand in this folder; null if there is no library. */
    static @Nullable Clocks open(Path folder) {
        String library = System.getProperty(LIBRARY, "");
        return library.isEmpty() ? null : new Clocks(library, folder);
    }

    /** The variables that give a process a clock of its own. */
    Map<String, String> of(String name) throws IOException {
        set(name, "+0");
        return Map.of(
                "LD_PRELOAD",
                library,
                "FAKETIME_TIMESTAMP_FILE",
                file(name).toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                // Otherwise it takes a JVM's monotonic waits for wall-clock ones, and they end at once.
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }

    /** Sets a clock, such as to {@code +1h}; it holds within about a second. */
    void set(String name, String offset) throws IOException {
        Path next = folder.resolve("clock-" + name + ".next");
        Files.writeString(next, offset + "\n");
        Files.move(next, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path file(String name) {
        return folder.resolve("clock-" + name);
    }
}
