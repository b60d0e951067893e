package io.moa.benchmarks.faults;

import java.io.Closeable;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Packets to and from some ports that vanish in the kernel, as on a broken network, by nftables. It works in a network of its own
 * alone, where loopback is all there is. Used by one thread.
 */
final class PacketFilter implements Closeable {

    private static final String PACKAGES = "moa.benchmarks.nftables";
    private static final String CHAIN = "inet moa_faults arriving";

    private final Path folder;

    private PacketFilter(Path folder) {
        this.folder = folder;
    }

    /** Why none can be opened; null if one can. */
    static @Nullable String unavailable() throws IOException {
        if (System.getProperty(PACKAGES, "").isEmpty()) {
            return "run benchmarks/nftables first, which fetches nftables";
        }
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (!each.isLoopback() && each.isUp()) {
                return "packets are dropped only where loopback is all there is: say MOA_BENCHMARKS_NETWORK=own";
            }
        }
        return null;
    }

    /** One through which everything passes. */
    static PacketFilter open() throws IOException {
        PacketFilter filter = new PacketFilter(Path.of(System.getProperty(PACKAGES, "")));
        filter.load("add table inet moa_faults", "add chain " + CHAIN + " { type filter hook input priority 0; }");
        return filter;
    }

    /** Nothing arrives any more from or at these ports. */
    void drop(int... ports) throws IOException {
        load(rule("tcp dport", ports, "drop"), rule("tcp sport", ports, "drop"));
    }

    /** Of the packets from these ports so many of a hundred vanish. */
    void lose(int percent, int... ports) throws IOException {
        load(rule("tcp sport", ports, "numgen random mod 100 < " + percent + " drop"));
    }

    /** Whatever arrives from or at these ports ends its connection, at both sides. */
    void reset(int... ports) throws IOException {
        // All but the resets themselves, which would be rejected on their own way.
        String then = "tcp flags & rst == 0 reject with tcp reset";
        load(rule("tcp dport", ports, then), rule("tcp sport", ports, then));
    }

    /** Everything passes again. */
    void heal() throws IOException {
        load("flush chain " + CHAIN);
    }

    private static String rule(String what, int[] ports, String then) {
        List<String> numbers = new ArrayList<>();
        for (int port : ports) {
            numbers.add(Integer.toString(port));
        }
        return "add rule " + CHAIN + " " + what + " { " + String.join(", ", numbers) + " } " + then;
    }

    private void load(String... lines) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(folder.resolve("usr/sbin/nft").toString(), "-f", "-").redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", libraries());
        Process nft = builder.start();
        nft.getOutputStream().write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        nft.getOutputStream().close();
        String said = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!nft.waitFor(10, TimeUnit.SECONDS) || nft.exitValue() != 0) {
                throw new IOException("nft did not take " + String.join("; ", lines) + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while nft ran", e);
        } finally {
            nft.destroyForcibly();
        }
    }

    /** Where the packages may have their libraries. */
    private String libraries() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isDirectory).map(Path::toString).collect(Collectors.joining(":"));
        }
    }

    @Override
    public void close() throws IOException {
        load("delete table inet moa_faults");
    }
}
