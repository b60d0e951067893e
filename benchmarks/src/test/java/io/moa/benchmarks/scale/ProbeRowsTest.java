package io.moa.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeRowsTest {

    private static final int INSTANCES = 20_000;

    /** What a watcher says that does all it should. */
    private static Map<String, String> seen() {
        return new HashMap<>(Map.of(
                "cores",
                "0.400",
                "probes",
                "3961.2",
                "failed",
                "0",
                "late",
                "0",
                "marked",
                "0",
                "descriptors",
                "400",
                "threads",
                "9",
                "heap",
                "80",
                "live",
                "30"));
    }

    private static boolean met(Map<String, String> seen) {
        Findings findings = new Findings();
        ProbeRows.judge(findings, "probes: ", seen, INSTANCES, true);
        return findings.met();
    }

    private static boolean metWith(String field, String value) {
        Map<String, String> seen = seen();
        seen.put(field, value);
        return met(seen);
    }

    @Test
    void aWatcherThatProbesAllInTimeIsMet() {
        assertThat(met(seen())).isTrue();
        assertThat(metWith("probes", "3920.0"))
                .as("20,000 / 5 s, less two of a hundred")
                .isTrue();
    }

    @Test
    void tooFewProbesAreNotEveryFiveSeconds() {
        assertThat(metWith("probes", "3919.9")).isFalse();
        assertThat(metWith("probes", "0.0")).isFalse();
    }

    @Test
    void lateProbesAndMarksOfLivingInstancesAreNotMet() {
        assertThat(metWith("late", "1")).isFalse();
        assertThat(metWith("marked", "1")).isFalse();
        assertThat(metWith("failed", "1")).isFalse();
        assertThat(metWith("cores", "1.010")).isFalse();
    }

    @Test
    void ofAKindToCompareWithNothingIsWanted() {
        Map<String, String> seen = seen();
        seen.put("late", "7");
        Findings findings = new Findings();
        ProbeRows.judge(findings, "probes: ", seen, INSTANCES, false);
        assertThat(findings.met()).isTrue();
    }
}
