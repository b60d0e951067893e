package io.moa.governance.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.simulation.SimulatedServer.Condition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What callers see when servers fail in all the ways that there are, by the kernel's own balancer and ejection on virtual time. What was
 * seen stands in {@code simulation-report.md}; a change of behaviour is a change of that file. It is written anew if the environment says {@code
 * MOA_SIMULATION_UPDATE=true}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScriptedOutagesTest {

    private static final int RATE = 2_000;
    private static final Condition HEALTHY = Condition.taking(5);
    private static final LongFunction<Condition> STEADY = now -> HEALTHY;

    private final List<String> report = new ArrayList<>();

    private static Duration s(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private static LongFunction<Condition> during(double from, double to, Condition then) {
        return now -> now >= from * 1e9 && now < to * 1e9 ? then : HEALTHY;
    }

    private Simulation four(long seed, LongFunction<Condition> last) {
        return new Simulation(seed)
                .server("a", STEADY)
                .server("b", STEADY)
                .server("c", STEADY)
                .server("d", last);
    }

    private void tell(String title, Simulation run, String... rows) {
        report.add("## " + title + "\n");
        report.add("| when | calls | failed | sent again | p50 / p99 ms | shares a / b / c / d |");
        report.add("| --- | --: | --: | --: | --: | --- |");
        report.addAll(List.of(rows));
        report.add("");
        List<String> log = run.log();
        log.stream().limit(12).forEach(line -> report.add("- " + line));
        if (log.size() > 12) {
            report.add("- and " + (log.size() - 12) + " more");
        }
        report.add("");
    }

    @Test
    void a0EqualServersShareEqually() {
        Simulation run = four(1, STEADY).play(RATE, s(10));
        tell("Nothing fails", run, run.row("10 s", s(0), s(10)));
        for (String uuid : List.of("a", "b", "c", "d")) {
            assertThat(run.share(uuid, s(0), s(10))).as(uuid).isBetween(0.23, 0.27);
        }
        assertThat(run.log()).isEmpty();
    }

    @Test
    void a1OneThatIsGoneIsLeftAtOnce() {
        Simulation run = four(2, during(2, 6, HEALTHY.down())).play(RATE, s(12));
        tell(
                "A1: one of four is killed after 2 s, and is back after 6 s",
                run,
                run.row("before", s(0), s(2)),
                run.row("the second after", s(2), s(3)),
                run.row("until it is back", s(3), s(6)),
                run.row("from 4 s later", s(10), s(12)));
        assertThat(run.failed(s(0), s(12))).isZero();
        assertThat(run.share("d", s(2.2), s(6))).as("200 ms after it died").isZero();
        assertThat(run.percentile(99, s(2), s(3))).isLessThan(3 * run.percentile(99, s(0), s(2)));
        assertThat(run.share("d", s(10), s(12))).isBetween(0.2, 0.3);
    }

    @Test
    void a3ASlowOneGetsLittleAndIsNotEjected() {
        Simulation run = four(3, during(2, 20, Condition.taking(205))).play(RATE, s(30));
        tell(
                "A3: one of four takes 200 ms longer from 2 s to 20 s",
                run,
                run.row("before", s(0), s(2)),
                run.row("the first 2 s", s(2), s(4)),
                run.row("from then on", s(4), s(20)),
                run.row("when it is fast again", s(27), s(30)));
        assertThat(run.share("d", s(4), s(20))).isLessThan(0.05);
        assertThat(run.percentile(99, s(4), s(20))).isLessThan(2 * run.percentile(99, s(0), s(2)));
        assertThat(run.log()).as("slow is no reason to eject").isEmpty();
        assertThat(run.share("d", s(27), s(30))).isBetween(0.2, 0.3);
    }

    @Test
    void a4WhoFailsFastDoesNotAttractCalls() {
        Simulation run = four(4, during(2, 12, HEALTHY.failing(1, 0.1))).play(RATE, s(26));
        tell(
                "A4: one of four fails every call after 0.1 ms, from 2 s to 12 s",
                run,
                run.row("before", s(0), s(2)),
                run.row("the first second", s(2), s(3)),
                run.row("from then on", s(3), s(12)),
                run.row("from 10 s after it works again", s(22), s(26)));
        assertThat(run.failed(s(0), s(26))).as("idempotent calls").isZero();
        assertThat(run.share("d", s(3), s(12))).isLessThan(0.02);
        assertThat(run.share("d", s(22), s(26))).isBetween(0.2, 0.3);
    }

    @Test
    void a5OneThatFailsHalfOfItsCallsIsEjectedToo() {
        Simulation run = four(5, during(2, 12, HEALTHY.failing(0.6, 5))).play(RATE, s(12));
        tell(
                "One of four fails six of ten calls",
                run,
                run.row("before", s(0), s(2)),
                run.row("from the second second on", s(3), s(12)));
        assertThat(run.failed(s(3), s(12))).isLessThan(RATE * 9 / 1_000);
        assertThat(run.share("d", s(3), s(12))).isLessThan(0.05);
    }

    @Test
    void a6WhenAllFailAlikeNobodyIsEjected() {
        LongFunction<Condition> half = now -> HEALTHY.failing(0.6, 5);
        Simulation run = new Simulation(6)
                .server("a", half)
                .server("b", half)
                .server("c", half)
                .server("d", half)
                .play(RATE, s(10));
        tell("All four fail six of ten calls", run, run.row("10 s", s(0), s(10)));
        assertThat(run.log()).as("none does better than the others").isEmpty();
    }

    @Test
    void a6ConnectionsAreResetAllTheTime() {
        Simulation run = new Simulation(7)
                .server("a", now -> HEALTHY.reset(800, 0))
                .server("b", now -> HEALTHY.reset(800, 200))
                .server("c", now -> HEALTHY.reset(800, 400))
                .server("d", now -> HEALTHY.reset(800, 600))
                .play(500, s(60));
        tell(
                "A6: every 200 ms the connections of another one are reset, 500 calls a second",
                run,
                run.row("the first 5 s", s(0), s(5)),
                run.row("60 s", s(0), s(60)));
        assertThat(run.failed(s(0), s(60))).as("idempotent calls").isZero();
    }

    @Test
    void a6OneReplyOfTenIsLost() {
        LongFunction<Condition> losing = now -> HEALTHY.losing(0.1);
        Simulation run = new Simulation(11)
                .server("a", losing)
                .server("b", losing)
                .server("c", losing)
                .server("d", losing)
                .play(500, s(60));
        tell(
                "A6: one of ten replies is lost and comes 200 ms later or more, with all behind it, 500 calls a second",
                run,
                run.row("60 s", s(0), s(60)));
        assertThat(run.failed(s(0), s(60))).isZero();
        assertThat(run.percentile(99.9, s(0), s(60))).as("a call may take 2 s").isLessThan(2_000);
        assertThat(run.log()).as("it is the network, and everybody's").isEmpty();
    }

    @Test
    void a6OneLosesOneReplyOfTen() {
        Simulation run = four(12, now -> HEALTHY.losing(0.1)).play(500, s(60));
        tell(
                "A6: one of four loses one of ten replies, 500 calls a second",
                run,
                run.row("the first 2 s", s(0), s(2)),
                run.row("from then on", s(2), s(60)));
        assertThat(run.share("d", s(2), s(60))).isLessThan(0.1);
    }

    @Test
    void a8OneThatComesAndGoesGetsLittle() {
        LongFunction<Condition> flapping = now -> now / 2_000_000_000L % 2 == 0 ? HEALTHY : HEALTHY.down();
        Simulation run = four(8, flapping).play(500, Duration.ofMinutes(5));
        tell(
                "A8: one of four is up for 2 s and down for 2 s, for five minutes, 500 calls a second",
                run,
                run.row("the first 20 s", s(0), s(20)),
                run.row("five minutes", s(0), s(300)));
        assertThat(run.failed(s(0), s(300))).isZero();
        assertThat((double) run.calls("d") / run.calls()).isLessThan(0.05);
    }

    @Test
    void a9aAllAreGoneAndComeBack() {
        LongFunction<Condition> gone = during(2, 12, HEALTHY.down());
        Simulation run = new Simulation(9)
                .server("a", gone)
                .server("b", gone)
                .server("c", gone)
                .server("d", gone)
                .play(RATE, s(16));
        tell(
                "A9: all four are gone from 2 s to 12 s",
                run,
                run.row("while they are", s(2), s(12)),
                run.row("the second after", s(12), s(13)),
                run.row("from then on", s(13), s(16)));
        assertThat(run.failed(s(13), s(16))).isZero();
        assertThat(run.failed(s(12.1), s(13))).isZero();
        assertThat(run.percentile(99, s(13), s(16))).isLessThan(50);
        for (String uuid : List.of("a", "b", "c", "d")) {
            assertThat(run.share(uuid, s(13.2), s(16)))
                    .as("nobody stays ejected for what all lacked: " + uuid)
                    .isBetween(0.2, 0.3);
        }
    }

    @Test
    void a9bThreeOfFourAreGone() {
        LongFunction<Condition> gone = during(2, 12, HEALTHY.down());
        Simulation run = new Simulation(10)
                .server("a", gone)
                .server("b", gone)
                .server("c", gone)
                .server("d", STEADY)
                .play(500, s(12));
        tell(
                "A9: three of four are gone from 2 s on, 500 calls a second",
                run,
                run.row("before", s(0), s(2)),
                run.row("the first second", s(2), s(3)),
                run.row("from then on", s(3), s(12)));
        assertThat((double) run.failed(s(3), s(12)) / (500 * 9)).isLessThan(0.001);
        assertThat(run.share("d", s(3), s(12))).isGreaterThan(0.99);
    }

    @AfterAll
    void report() throws IOException {
        if (report.stream().filter(line -> line.startsWith("## ")).count() < 10) {
            return; // some were played alone
        }
        List<String> sections = List.of(String.join("\n", report).split("(?m)^(?=## )"));
        String text = "# Scripted outages on virtual time\n\n"
                + "By `ScriptedOutagesTest`, which compares it; " + RATE
                + " calls a second unless said otherwise, servers of 16 workers that take 5 ms on average, one client, calls that"
                + " fail are sent again up to twice.\n\n"
                + String.join("", sections.stream().sorted().toList()).strip() + "\n";
        Path file = Path.of("src", "test", "resources", "simulation-report.md");
        if ("true".equals(System.getenv("MOA_SIMULATION_UPDATE"))) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
        assertThat(text)
                .as("what is seen now; written anew with MOA_SIMULATION_UPDATE=true")
                .isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
    }
}
