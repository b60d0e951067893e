package io.moa.benchmarks;

import io.netty.util.Version;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Stream;

/** The facts without which a measured number means nothing: command, versions, machine, load, date. */
public final class Surroundings {

    private Surroundings() {}

    /** A table of two columns, read from this process and this machine at the time of the call. */
    public static Table describe() {
        Table table = new Table("what", "value").leftAligned(2);
        table.row("command", "`" + System.getProperty("moa.benchmarks.command", "unknown") + "`");
        table.row("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        table.row("commit", System.getProperty("moa.benchmarks.commit", "unknown"));
        table.row("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        table.row("Netty", netty());
        table.row("CPU", cpuModel() + ", " + Runtime.getRuntime().availableProcessors() + " visible");
        table.row("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        table.row("load average at the start", loadAverage());
        return table;
    }

    /** Runnable tasks averaged over the last minute; above 0.5 at the start somebody else was working too. */
    public static String loadAverage() {
        return String.format(
                Locale.ROOT,
                "%.2f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String netty() {
        Version common = Version.identify().get("netty-common");
        return common == null ? "unknown" : common.artifactVersion();
    }

    private static String cpuModel() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElseGet(() -> System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
