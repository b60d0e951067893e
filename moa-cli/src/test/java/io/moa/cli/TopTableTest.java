package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.operations.BreakerReport;
import io.moa.operations.CallsReport;
import io.moa.operations.FollowedReport;
import io.moa.operations.MethodReport;
import io.moa.operations.ProcessReport;
import io.moa.operations.ServerReport;
import io.moa.operations.WorkersReport;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TopTableTest {

    private static final CallsReport NO_CALLS =
            new CallsReport(new MethodReport("", "", 0, 0, 0, 0, 0, 0, 0, 0), 0, List.of());

    private static MethodReport method(String service, String method) {
        return new MethodReport(service, method, 3, 1_234, 2, 15, 1_500_000, 1_200_000, 40_000_000, 1_204_000_000);
    }

    private static CallsReport calls(int methods, MethodReport... first) {
        return new CallsReport(
                new MethodReport("", "", 5, 2_000, 2, 15, 1_500_000, 1_200_000, 40_000_000, 1_204_000_000),
                methods,
                List.of(first));
    }

    private static CallsReport many(int count) {
        return calls(
                count,
                IntStream.range(0, count)
                        .mapToObj(i -> method("shop.Stock", "m" + i))
                        .toArray(MethodReport[]::new));
    }

    private static ProcessReport report(CallsReport made, CallsReport served) {
        return report(made, served, List.of(), List.of(), List.of());
    }

    private static ProcessReport report(
            CallsReport made,
            CallsReport served,
            List<BreakerReport> breakers,
            List<FollowedReport> followed,
            List<ServerReport> servers) {
        return new ProcessReport(
                "web",
                "683a2d6a-0c7b-4b8e",
                10,
                made,
                served,
                breakers,
                breakers.size(),
                followed,
                followed.size(),
                servers,
                "version 17-0",
                2);
    }

    private static List<String> lines(int width, ProcessReport report) {
        return new TopTable(width, null).lines("tcp://127.0.0.1:9001", report);
    }

    @Test
    void whatStandsInTheWayIsAboveTheMethods() {
        ProcessReport report = report(
                calls(2, method("shop.Stock", "reserve"), method("shop.Till", "pay")),
                NO_CALLS,
                List.of(new BreakerReport("shop.Till", "pay(int)", "OPEN")),
                List.of(
                        new FollowedReport("shop.Till", 4, 4, 1, 400_000_000, "till@tcp://10.0.0.7:9000: it broke"),
                        new FollowedReport("shop.Stock", 2, 2, 0, 100_000_000, "")),
                List.of(new ServerReport(1, 2_048, 1, List.of(new WorkersReport("shop.Web", 8, 3, 8)))));
        assertThat(lines(120, report))
                .containsExactly(
                        "tcp://127.0.0.1:9001",
                        "web@683a2d6a, the last 10 s; rules: 2, version 17-0",
                        "breaker OPEN: shop.Till pay(int)",
                        "follows 2 services, the oldest list confirmed 400ms ago",
                        "  shop.Till: 4 of 4 instances usable, 1 ejected, the latest till@tcp://10.0.0.7:9000: it broke",
                        "server: 1 connection, 2.0 KiB held; shop.Web runs 8 of 8, 3 wait",
                        "",
                        "makes 200 calls/s of 2 methods: 0.1% failed, p99 40ms, 5 in flight, 1.5 refused/s",
                        "METHOD             CALLS/S FAILED    P50    P99 IN FLIGHT REFUSED/S    MAX",
                        "shop.Stock reserve     123   0.2%  1.2ms   40ms         3       1.5   1.2s",
                        "shop.Till pay          123   0.2%  1.2ms   40ms         3       1.5   1.2s",
                        "",
                        "serves no calls");
    }

    @Test
    void noLineIsWiderThanTheTerminal() {
        ProcessReport report = report(
                calls(1, method("com.example.warehouse.inventory.StockService", "reserveForCustomer")),
                many(3),
                List.of(new BreakerReport("x".repeat(300), "m()", "OPEN")),
                List.of(new FollowedReport("y".repeat(300), 0, 0, 0, -1, "")),
                List.of());
        for (int width : new int[] {10, 40, 80, 120, 300}) {
            assertThat(lines(width, report))
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
        }
        assertThat(lines(80, report))
                .as("of a long name the end is shown, and columns on the right give way")
                .contains(
                        "METHOD                          CALLS/S FAILED    P50    P99 IN FLIGHT REFUSED/S",
                        "…tockService reserveForCustomer     123   0.2%  1.2ms   40ms         3       1.5");
        assertThat(lines(60, report)).contains("METHOD                          CALLS/S FAILED    P50    P99");
    }

    @Test
    void thereAreNoMoreLinesThanTheTerminalShowsAndBothSidesHaveTheirShare() {
        ProcessReport both = report(many(30), many(30));
        for (int height = 1; height < 80; height++) {
            assertThat(new TopTable(80, height).lines("here", both)).hasSizeLessThanOrEqualTo(height);
        }
        assertThat(shown(new TopTable(80, 28).lines("here", both))).containsExactly(10, 10);
        assertThat(shown(new TopTable(80, 28).lines("here", report(many(30), many(3)))))
                .containsExactly(17, 3);
        assertThat(shown(new TopTable(80, 28).lines("here", report(many(3), many(30)))))
                .containsExactly(3, 17);
        assertThat(new TopTable(80, 28).lines("here", both))
                .contains("makes 200 calls/s of 30 methods: 0.1% failed, p99 40ms, 5 in flight, 1.5 refuse…");
    }

    /** How many methods are shown of each side. */
    private static List<Integer> shown(List<String> lines) {
        int serves = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("serves"))
                .findFirst()
                .orElseThrow());
        return Stream.of(lines.subList(0, serves), lines.subList(serves, lines.size()))
                .map(part -> (int) part.stream()
                        .filter(line -> line.startsWith("shop.Stock m"))
                        .count())
                .toList();
    }

    @Test
    void whatNobodySeesIsShownAsQuestionMarks() {
        String evil = "\u001b[2J\r\n\u202e\u0007\u009bx";
        ProcessReport report = new ProcessReport(
                evil,
                evil,
                10,
                calls(1, method(evil, evil)),
                calls(1, method(evil, evil)),
                List.of(new BreakerReport(evil, evil, evil)),
                1,
                List.of(new FollowedReport(evil, 2, 1, 1, 5, evil)),
                1,
                List.of(new ServerReport(1, 1, 1, List.of(new WorkersReport(evil, 1, 1, 1)))),
                evil,
                1);
        assertThat(lines(300, report))
                .allSatisfy(line -> assertThat(line).matches("[\\x20-\\x7e]*"))
                .anySatisfy(line -> assertThat(line).startsWith("?[2J????"));
    }

    @Test
    void figuresThatNoCallHasAreLeftOut() {
        MethodReport open = new MethodReport("shop.Stock", "reserve", 2, 0, 0, 0, 0, 0, 0, 0);
        assertThat(lines(120, report(new CallsReport(open, 1, List.of(open)), NO_CALLS)))
                .contains("shop.Stock reserve       0     0%      -      -         2         0      -");
    }

    @Test
    void aProcessOfWhichNoSecondIsOverSaysSo() {
        ProcessReport young =
                new ProcessReport("web", "1", 0, NO_CALLS, NO_CALLS, List.of(), 0, List.of(), 0, List.of(), "", 0);
        assertThat(lines(120, young))
                .containsExactly(
                        "tcp://127.0.0.1:9001",
                        "web@1, whose first second is not over",
                        "",
                        "makes no calls",
                        "",
                        "serves no calls");
    }

    @Test
    void figuresAreAsLongAsTheirColumn() {
        assertThat(Figure.time(0)).isEqualTo("0us");
        assertThat(Figure.time(999_400)).isEqualTo("999us");
        assertThat(Figure.time(999_600)).isEqualTo("1.0ms");
        assertThat(Figure.time(9_960_000)).isEqualTo("10ms");
        assertThat(Figure.time(999_600_000)).isEqualTo("1.0s");
        assertThat(Figure.time(60_000_000_000L)).isEqualTo("60.0s");
        assertThat(Figure.time(200_000_000_000L)).isEqualTo("200s");
        assertThat(Figure.share(0, 0)).isEqualTo("0%");
        assertThat(Figure.share(1, 100_000)).isEqualTo("<0.1%");
        assertThat(Figure.share(1, 20)).isEqualTo("5.0%");
        assertThat(Figure.share(20, 20)).isEqualTo("100%");
        assertThat(Figure.rate(3, 0)).isEqualTo("3.0");
        assertThat(Figure.rate(0, 10)).isEqualTo("0");
        assertThat(Figure.rate(123_456, 10)).isEqualTo("12346");
        assertThat(Figure.bytes(1_023)).isEqualTo("1023 B");
        assertThat(Figure.bytes(3 << 20)).isEqualTo("3.0 MiB");
    }

    @Test
    void aTerminalSaysItsSizeOrItIsTakenForASmallOne() {
        assertThat(Terminal.parse("50 132\n")).isEqualTo(new Terminal(50, 132));
        for (String none : List.of("", "0 0", "50", "50 x", "-1 80", "50 132 7")) {
            assertThat(Terminal.parse(none)).as(none).isNull();
        }
    }
}
