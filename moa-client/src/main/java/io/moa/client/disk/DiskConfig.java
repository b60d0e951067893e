package io.moa.client.disk;

import io.moa.disk.KeptFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether and where a client keeps what it knows. Immutable.
 *
 * <p>The system property {@value #PROPERTY}, else the environment variable {@value #VARIABLE}, stands above the code: a
 * folder, or {@code off}.
 *
 * @param folder where, with a folder for each application in it; null to keep nothing. Default {@code .moa/snapshots} in
 *     the user's home
 * @param interval a service's file is written at most so often; 100 ms to 1 h, default 3 s
 * @param maxAge what is older is not believed; 1 min to 1 year, default 7 days
 * @param maxFileBytes a service's list that needs more is not kept, and no larger file is read; 1 KiB to 256 MiB, default
 *     16 MiB
 */
public record DiskConfig(@Nullable Path folder, Duration interval, Duration maxAge, int maxFileBytes) {

    /** Names a folder, or {@code off}. */
    public static final String PROPERTY = "moa.client.snapshots";

    /** Names a folder, or {@code off}, if the system property does not. */
    public static final String VARIABLE = "MOA_CLIENT_SNAPSHOTS";

    /** Every value its default. */
    public static final DiskConfig DEFAULT = in(KeptFile.DEFAULT_FOLDER);

    /** Nothing is kept. */
    public static final DiskConfig OFF = new DiskConfig(null, Duration.ofSeconds(3), Duration.ofDays(7), 16 << 20);

    public DiskConfig {
        range("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
        range("maxAge", maxAge, Duration.ofMinutes(1), Duration.ofDays(366));
        if (maxFileBytes < 1 << 10 || maxFileBytes > 256 << 20) {
            throw new IllegalArgumentException("maxFileBytes is 1024 to 268435456, not " + maxFileBytes);
        }
    }

    /** In this folder, with every other value its default. */
    public static DiskConfig in(Path folder) {
        return new DiskConfig(folder, Duration.ofSeconds(3), Duration.ofDays(7), 16 << 20);
    }

    public DiskConfig withInterval(Duration value) {
        return new DiskConfig(folder, value, maxAge, maxFileBytes);
    }

    public DiskConfig withMaxAge(Duration value) {
        return new DiskConfig(folder, interval, value, maxFileBytes);
    }

    public DiskConfig withMaxFileBytes(int value) {
        return new DiskConfig(folder, interval, maxAge, value);
    }

    /** This, with what the system property or the environment says above it. */
    public DiskConfig over(UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        String said = property.apply(PROPERTY);
        if (said == null || said.isBlank()) {
            said = variable.apply(VARIABLE);
        }
        if (said == null || said.isBlank()) {
            return this;
        }
        boolean off = said.strip().toLowerCase(Locale.ROOT).equals("off");
        return new DiskConfig(off ? null : Path.of(said.strip()), interval, maxAge, maxFileBytes);
    }

    private static void range(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }
}
