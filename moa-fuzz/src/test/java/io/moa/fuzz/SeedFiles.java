package io.moa.fuzz;

import io.moa.client.disk.DiskSeeds;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.RegistrySeeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes the inputs with which every run begins, and which every build replays. {@code moa-fuzz/run seeds} calls it. */
public final class SeedFiles {

    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final Path GOLDEN = Path.of("../moa-protocol/src/test/resources/golden");

    private SeedFiles() {}

    /** Writes them all. */
    public static void main(String[] none) {
        FrameSeeds.write();
        HeaderSeeds.write();
        BodySeeds.write();
        ServerSeeds.write();
        RegistrySeeds.write();
        DiskSeeds.write();
        HealthSeeds.write();
        RespSeeds.write();
    }

    /** The bytes of a golden vector. */
    static byte[] golden(String name) {
        try {
            return HexFormat.of()
                    .parseHex(Files.readAllLines(GOLDEN.resolve(name + ".hex")).stream()
                            .map(line -> line.replaceFirst("#.*", "").replaceAll("\\s", ""))
                            .collect(Collectors.joining()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes one seed.
     *
     * @param test the class of the target, by its full name
     * @param target its method
     * @param name of the seed, which says what it is
     */
    public static void write(String test, String target, String name, byte[]... parts) {
        Path file = RESOURCES
                .resolve(test.replace('.', '/') + "Inputs")
                .resolve(target)
                .resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, join(parts));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process that says everything of itself that one can say. */
    public static Instance instance(ServiceId offered) {
        return Instance.builder("4f1c", "shop")
                .host("node-7")
                .addresses(List.of(
                        new Address.Tcp("10.0.0.7", 9000),
                        new Address.Tcp("fe80::1", 9000),
                        new Address.Unix("/run/s")))
                .protocol("moa/1")
                .exports(List.of(new ServiceExport(offered, Set.of("json", "hessian"), "c0ffee")))
                .weight(50)
                .startedAtEpochMillis(1_700_000_000_000L)
                .warmUp(Duration.ofSeconds(30))
                .label("zone", "north")
                .metadata("jdk", "17")
                .build();
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** Numbers as bytes. */
    public static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
