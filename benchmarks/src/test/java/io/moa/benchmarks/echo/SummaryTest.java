package io.moa.benchmarks.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {

    private static final long SECOND = 1_000_000_000;

    /** A round of one second with 100 000 calls, in which each process used these microseconds per call. */
    private static Round round(double clientMicros, double serverMicros) {
        Calls calls = new Calls(100_000, 100_000, 0, 1, 2, 3, 4, 0);
        return new Round(calls, usage(SECOND, clientMicros), usage(SECOND, serverMicros));
    }

    private static Usage usage(long windowNanos, double microsPerCall) {
        double seconds = (double) windowNanos / SECOND;
        return new Usage(windowNanos, Math.round(microsPerCall * 1e8 * seconds), 0, true, 0, 0, 0);
    }

    @Test
    void comparesWithTheFloorOfTheSameRound() {
        // twice the cost in two rounds of three, while the machine drifts; the ratio of the medians would say 1.5
        Map<String, List<Round>> rounds = new LinkedHashMap<>();
        rounds.put("floor", List.of(round(5, 5), round(10, 10), round(15, 15)));
        rounds.put("other", List.of(round(10, 10), round(20, 20), round(15, 15)));

        String row = rowOf("other", new Summary(rounds, "floor"));

        assertThat(row).contains("15.00 (10.00..20.00)").contains("2.00 (1.00..2.00)");
    }

    @Test
    void countsCpuPerCallByRatesWhenTheWindowsDiffer() {
        Usage longer = usage(2 * SECOND, 7);

        assertThat(longer.cpuMicrosPerCall(100_000)).isEqualTo(7);
    }

    @Test
    void takesTheMiddleOfTwoRounds() {
        assertThat(Summary.median(new double[] {3, 1})).isEqualTo(2);
    }

    private static String rowOf(String contender, Summary summary) {
        return summary.cpu()
                .toString()
                .lines()
                .filter(line -> line.contains(contender))
                .findFirst()
                .orElseThrow();
    }
}
