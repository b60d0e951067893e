package io.moa.client.disk;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Snapshot;
import io.moa.fuzz.SeedFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A list as it is written, whole and without its head. */
public final class DiskSeeds {

    private static final String TEST = "io.moa.client.disk.DiskFuzzTest";
    private static final int HEAD = 20;

    private DiskSeeds() {}

    /** Writes them. */
    public static void write() {
        Instance instance = SeedFiles.instance(DiskFuzzTest.SERVICE);
        Snapshot.Entry entry = new Snapshot.Entry(instance, Liveness.SUSPECT, new OperatorState(true, 3, "t"));
        Snapshot snapshot =
                new Snapshot(DiskFuzzTest.SERVICE, 9, List.of(entry), 0, "redis", Set.of(), Map.of("4f1c", 1));
        Snapshot empty = new Snapshot(DiskFuzzTest.SERVICE, 1, List.of(), 0, "redis");
        try {
            byte[] file = SnapshotFile.write(snapshot, 1_700_000_000_000L);
            seed("whole", 0, file);
            seed("content", 1, Arrays.copyOfRange(file, HEAD, file.length));
            byte[] none = SnapshotFile.write(empty, 1_700_000_000_000L);
            seed("empty", 1, Arrays.copyOfRange(none, HEAD, none.length));
            seed("cut", 0, Arrays.copyOf(file, file.length - 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void seed(String name, int sealed, byte[] bytes) {
        SeedFiles.write(TEST, "disk", name, SeedFiles.bytes(sealed), bytes);
    }
}
