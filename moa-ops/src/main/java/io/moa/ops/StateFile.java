package io.moa.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The state on disk: the old one or the new one, whenever the power goes. */
final class StateFile {

    private final Path folder;
    private final Path file;

    /** That of a folder. */
    StateFile(Path folder) {
        this.folder = folder;
        this.file = folder.resolve("state.json");
    }

    /**
     * What was written last; empty if nothing was.
     *
     * @throws IllegalStateException if it cannot be read; the message says what to do
     */
    OpsState read() {
        try {
            return Files.exists(file) ? OpsState.read(Json.MAPPER.readTree(Files.readString(file))) : OpsState.EMPTY;
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    file + " cannot be read: " + e.getMessage()
                            + ". Move it away to begin anew; an agent that runs is found all the same",
                    e);
        }
    }

    void write(OpsState state) {
        Path coming = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (FileChannel out = FileChannel.open(
                    coming,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(state.json().toPrettyString().getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(coming, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            VersionStore.syncFolder(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }
}
