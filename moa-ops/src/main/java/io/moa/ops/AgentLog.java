package io.moa.ops;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * What agents write. They hold the file open and append, so it is copied and emptied when it is full; a line that is written in between is lost. Used by one thread.
 */
final class AgentLog {

    private static final int KEPT = 3;

    private final Path file;
    private final long maxBytes;

    AgentLog(Path folder, long maxBytes) throws IOException {
        this.file = Files.createDirectories(folder.resolve("log")).toRealPath().resolve("agent.log");
        this.maxBytes = maxBytes;
    }

    Path file() {
        return file;
    }

    private Path kept(int number) {
        return file.resolveSibling("agent.log." + number);
    }

    /** Makes room if it is full. */
    void rotate() throws IOException {
        if (!Files.exists(file) || Files.size(file) <= maxBytes) {
            return;
        }
        for (int i = KEPT - 1; i >= 1; i--) {
            if (Files.exists(kept(i))) {
                Files.move(kept(i), kept(i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.copy(file, kept(1), StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            open.truncate(0);
        }
    }
}
