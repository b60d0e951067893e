package io.moa.benchmarks.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * How often each call of a method that must not run twice has run: a byte for each id, in a file mapped into memory, so that
 * a process that is killed takes none of its counts with it. Safe for many threads as long as each id runs once at a time.
 */
final class Executions {

    private final ByteBuffer counts;

    private Executions(ByteBuffer counts) {
        this.counts = counts;
    }

    /** The counts of one server. */
    static Executions open(Path file, int ids) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Executions(channel.map(FileChannel.MapMode.READ_WRITE, 0, ids));
        }
    }

    /** Counts a run. */
    void ran(long id) {
        int at = Math.toIntExact(id);
        counts.put(at, (byte) (counts.get(at) + 1));
    }

    /** How many ids ran more than once, in all servers together. */
    static long twice(Path folder) throws IOException {
        List<byte[]> all;
        try (Stream<Path> files = Files.list(folder)) {
            all = files.map(Executions::read).toList();
        }
        long twice = 0;
        for (int id = 0; !all.isEmpty() && id < all.get(0).length; id++) {
            int runs = 0;
            for (byte[] one : all) {
                runs += one[id];
            }
            twice += runs > 1 ? 1 : 0;
        }
        return twice;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
