package io.moa.governance.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Balancing;
import io.moa.governance.simulation.SimulatedServer.Condition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The outages of {@link ScriptedOutagesTest} under every balancing, each seen through one window. The report is {@code
 * simulation-balancings.md}, which is written anew if the environment says {@code MOA_SIMULATION_UPDATE=true}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutagesByBalancingTest {

    private static final Condition HEALTHY = Condition.taking(5);
    private static final LongFunction<Condition> STEADY = now -> HEALTHY;
    private static final LongFunction<Condition> GONE = during(2, 12, HEALTHY.down());

    /** What happens to some of four servers, and the seconds that are looked at. */
    private enum Outage {
        NONE("Nothing fails, 10 s", 0, STEADY, 2_000, 10, 0, 10),
        A1(
                "A1: one of four is gone from 2 s to 6 s; seen from then on to 6 s",
                1,
                during(2, 6, HEALTHY.down()),
                2_000,
                12,
                2,
                6),
        A1_AFTER(
                "A1: one of four was gone from 2 s to 6 s; seen from 10 s to 12 s",
                1,
                during(2, 6, HEALTHY.down()),
                2_000,
                12,
                10,
                12),
        A3(
                "A3: one of four takes 200 ms longer from 2 s to 20 s; seen from 4 s to 20 s",
                1,
                during(2, 20, Condition.taking(205)),
                2_000,
                30,
                4,
                20),
        A4(
                "A4: one of four fails every call after 0.1 ms; seen from 1 s later",
                1,
                during(2, 12, HEALTHY.failing(1, 0.1)),
                2_000,
                12,
                3,
                12),
        A5(
                "One of four fails six of ten calls; seen from 1 s later",
                1,
                during(2, 12, HEALTHY.failing(0.6, 5)),
                2_000,
                12,
                3,
                12),
        A6("All four fail six of ten calls, 10 s", 4, now -> HEALTHY.failing(0.6, 5), 2_000, 10, 0, 10),
        A8(
                "A8: one of four is up for 2 s and down for 2 s, 500 calls a second, five minutes",
                1,
                now -> now / 2_000_000_000L % 2 == 0 ? HEALTHY : HEALTHY.down(),
                500,
                300,
                0,
                300),
        A9_ALL("A9: all four were gone from 2 s to 12 s; seen from 1 s later", 4, GONE, 2_000, 16, 13, 16),
        A9_THREE("A9: three of four are gone, 500 calls a second; seen from 1 s later", 3, GONE, 500, 12, 3, 12);

        private final String title;
        private final int stricken;
        private final LongFunction<Condition> script;
        private final int callsPerSecond;
        private final Duration time;
        private final Duration from;
        private final Duration to;

        Outage(
                String title,
                int stricken,
                LongFunction<Condition> script,
                int callsPerSecond,
                int seconds,
                int from,
                int to) {
            this.title = title;
            this.stricken = stricken;
            this.script = script;
            this.callsPerSecond = callsPerSecond;
            this.time = Duration.ofSeconds(seconds);
            this.from = Duration.ofSeconds(from);
            this.to = Duration.ofSeconds(to);
        }

        Simulation play(Balancing balancing) {
            List<String> names = List.of("a", "b", "c", "d");
            Simulation run = new Simulation(100 + ordinal(), balancing);
            for (int i = 0; i < names.size(); i++) {
                run.server(names.get(i), i >= names.size() - stricken ? script : STEADY);
            }
            return run.play(callsPerSecond, time);
        }
    }

    private final TreeMap<Outage, List<String>> rows = new TreeMap<>();

    private static LongFunction<Condition> during(double from, double to, Condition then) {
        return now -> now >= from * 1e9 && now < to * 1e9 ? then : HEALTHY;
    }

    @ParameterizedTest
    @EnumSource(Outage.class)
    void playedUnderEveryBalancing(Outage outage) {
        for (Balancing balancing : Balancing.values()) {
            Simulation run = outage.play(balancing);
            String name = balancing.name().toLowerCase(Locale.ROOT).replace('_', '-');
            rows.computeIfAbsent(outage, any -> new ArrayList<>()).add(run.row(name, outage.from, outage.to));
            check(outage, balancing, run);
        }
    }

    private static void check(Outage outage, Balancing balancing, Simulation run) {
        long failed = run.failed(outage.from, outage.to);
        double last = run.share("d", outage.from, outage.to);
        switch (outage) {
            case NONE, A1_AFTER -> {
                assertThat(failed).isZero();
                assertThat(last).as("%s", balancing).isBetween(0.2, 0.3);
            }
            case A1 -> {
                assertThat(failed).as("%s", balancing).isZero();
                assertThat(last).as("%s", balancing).isLessThan(0.001);
            }
            case A3 -> assertThat(run.log()).as("slow is no reason to eject").isEmpty();
            case A4, A5 -> {
                assertThat(failed).as("%s", balancing).isLessThan(18);
                assertThat(last).as("%s", balancing).isLessThan(0.05);
            }
            case A6 ->
                assertThat(failed).as("%s: 0.6 cubed of 20,000", balancing).isBetween(4_000L, 4_700L);
            case A8 -> {
                assertThat(failed).as("%s", balancing).isZero();
                assertThat(last).as("%s", balancing).isLessThan(0.05);
            }
            case A9_ALL, A9_THREE -> assertThat(failed).as("%s", balancing).isLessThan(5);
        }
    }

    @AfterAll
    void report() throws IOException {
        if (rows.size() < Outage.values().length) {
            return; // some were played alone
        }
        List<String> text = new ArrayList<>(List.of(
                "# Scripted outages under every balancing\n",
                "By `OutagesByBalancingTest`, which compares it; 2000 calls a second unless said otherwise, servers of 16 workers that take 5 ms"
                        + " on average, one client, calls that fail are sent again up to twice. Consistent hashing goes by one of a thousand"
                        + " keys. What p2c does in each second stands in [the other report](simulation-report.md).\n"));
        rows.forEach((outage, lines) -> {
            text.add("## " + outage.title + "\n");
            text.add("| balancing | calls | failed | sent again | p50 / p99 ms | shares a / b / c / d |");
            text.add("| --- | --: | --: | --: | --: | --- |");
            text.addAll(lines);
            text.add("");
        });
        String seen = String.join("\n", text).strip() + "\n";
        Path file = Path.of("src", "test", "resources", "simulation-balancings.md");
        if ("true".equals(System.getenv("MOA_SIMULATION_UPDATE"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, seen);
        }
        assertThat(seen)
                .as("what is seen now; written anew with MOA_SIMULATION_UPDATE=true")
                .isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
    }
}
