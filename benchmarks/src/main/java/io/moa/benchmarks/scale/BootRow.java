package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Clients of fifty services, from nothing to knowing them all, each in a JVM that has just started: as they are, with an archive of
 * classes as docs/operations.md has it, and beside both the floor. They take turns, so that the machine's moods hit all alike.
 */
final class BootRow {

    private static final int BOOTS = 7;
    private static final int CALLED = 50;
    private static final double LIMIT_MILLIS = 1_000;

    private final Findings findings;
    private final String url;
    private final int services;

    BootRow(Findings findings, String url, int services) {
        this.findings = findings;
        this.url = url;
        this.services = services;
    }

    void run() throws Exception {
        Path folder = Files.createTempDirectory("moa-boots-");
        Path archive = folder.resolve("classes.jsa");
        try {
            BootProcess.boot(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:disable"), url, services, CALLED);
            List<String> archived = List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable");
            List<Double> bare = new ArrayList<>();
            List<Double> plain = new ArrayList<>();
            List<Double> quick = new ArrayList<>();
            long sinceJvm = 0;
            for (int i = 0; i < BOOTS; i++) {
                bare.add(millis(BareProcess.boot(url)));
                Map<String, String> said = BootProcess.boot(List.of(), url, services, CALLED);
                plain.add(millis(said));
                sinceJvm = Math.max(sinceJvm, Long.parseLong(ChildProcess.field(said, "sinceJvmMillis")));
                quick.add(millis(BootProcess.boot(archived, url, services, CALLED)));
            }
            tell(bare, plain, sinceJvm, quick);
        } finally {
            Files.deleteIfExists(archive);
            Files.deleteIfExists(folder);
        }
    }

    private void tell(List<Double> bare, List<Double> plain, long sinceJvm, List<Double> quick) {
        findings.told(
                "the floor: a new JVM asks Redis once with Jedis and once with Netty, median of " + BOOTS,
                Math.round(median(bare)) + " ms");
        findings.wanted(
                "a client of " + CALLED + " services knows them, in a new JVM, median of " + BOOTS,
                median(plain),
                LIMIT_MILLIS,
                " ms");
        findings.told(
                "the same, beside the floor", String.format(Locale.ROOT, "%.2f times", median(plain) / median(bare)));
        findings.told("the same, worst", Math.round(plain.get(BOOTS - 1)) + " ms");
        findings.told("the same, worst, with the start of its JVM", sinceJvm + " ms");
        findings.wanted("the same, with an archive of classes, median", median(quick), LIMIT_MILLIS, " ms");
    }

    private static double millis(Map<String, String> said) {
        return Long.parseLong(ChildProcess.field(said, "micros")) / 1e3;
    }

    private static double median(List<Double> millis) {
        millis.sort(Comparator.naturalOrder());
        return millis.get(millis.size() / 2);
    }
}
