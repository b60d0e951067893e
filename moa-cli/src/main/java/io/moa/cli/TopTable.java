package io.moa.cli;

import io.moa.internal.UntrustedText;
import io.moa.operations.CallsReport;
import io.moa.operations.FollowedReport;
import io.moa.operations.MethodReport;
import io.moa.operations.ProcessReport;
import io.moa.operations.ServerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a process has seen, as lines of a terminal: first what stands in the way of calls, then the methods. No line is wider than it,
 * and there are no more than it shows. Names come from the process that is asked, and from whoever called it, so they are printed {@linkplain
 * Printable without what nobody sees}.
 */
final class TopTable {

    private static final int NARROWEST_NAME = 30; // of one that is longer, before columns give way
    private static final int MOST_LINES_OF_A_KIND = 3; // above the methods, for which there must be room

    /** A column with a number to the right. */
    private record Column(String title, int width, BiFunction<MethodReport, Integer, String> cell) {}

    /** Those on the right are left out first, where there is no room. */
    private static final List<Column> COLUMNS = List.of(
            new Column("CALLS/S", 7, (method, seconds) -> Figure.rate(method.ended(), seconds)),
            new Column("FAILED", 6, (method, seconds) -> Figure.share(method.failed(), method.ended())),
            new Column("P50", 6, (method, seconds) -> time(method, method.p50Nanos())),
            new Column("P99", 6, (method, seconds) -> time(method, method.p99Nanos())),
            new Column("IN FLIGHT", 9, (method, seconds) -> "" + method.inFlight()),
            new Column("REFUSED/S", 9, (method, seconds) -> Figure.rate(method.refused(), seconds)),
            new Column("MAX", 6, (method, seconds) -> time(method, method.longestNanos())));

    private final int width;
    private final @Nullable Integer height;

    /**
     * Tables of this size.
     *
     * @param width how many columns a line has at most
     * @param height how many lines there are at most; null for all
     */
    TopTable(int width, @Nullable Integer height) {
        this.width = width;
        this.height = height;
    }

    /**
     * The lines.
     *
     * @param first stands above them
     */
    List<String> lines(String first, ProcessReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(first);
        lines.add(Printable.of(report.application() + "@" + shortened(report.instance()))
                + (report.seconds() == 0 ? ", whose first second is not over" : ", the last " + report.seconds() + " s")
                + (report.rulesVersion().isEmpty()
                        ? ""
                        : "; rules: " + report.rules() + ", " + Printable.of(report.rulesVersion())));
        breakers(lines, report);
        followed(lines, report);
        report.servers().stream().limit(MOST_LINES_OF_A_KIND).forEach(server -> lines.add(line(server)));
        int made = report.made().first().size();
        int served = report.served().first().size();
        int room = height == null
                ? made + served
                : height - lines.size() - titles(report.made()) - titles(report.served());
        int shownServed = Math.max(0, Math.min(served, Math.max(room / 2, room - made)));
        int shownMade = Math.max(0, Math.min(made, room - shownServed));
        methods(lines, "makes", report.made(), shownMade, report.seconds());
        methods(lines, "serves", report.served(), shownServed, report.seconds());
        return lines.stream()
                .limit(height == null ? lines.size() : height)
                .map(line -> UntrustedText.cut(line, width))
                .toList();
    }

    /** As much of a uuid as tells processes apart, and as {@code ./moa why} takes. */
    private static String shortened(String uuid) {
        return uuid.substring(0, Math.min(8, uuid.length()));
    }

    private static int titles(CallsReport calls) {
        return calls.first().isEmpty() ? 2 : 3;
    }

    private static void breakers(List<String> lines, ProcessReport report) {
        report.breakers().stream()
                .limit(MOST_LINES_OF_A_KIND)
                .forEach(each -> lines.add("breaker " + Printable.of(each.state()) + ": "
                        + Printable.of(each.service() + " " + each.method())));
        more(lines, report.breakersNotClosed(), "breakers more that are not closed");
    }

    private static void followed(List<String> lines, ProcessReport report) {
        if (report.followed().isEmpty()) {
            return;
        }
        List<FollowedReport> wrong = report.followed().stream()
                .filter(each -> each.usable() < each.instances() || each.usable() == 0 || each.ejected() > 0)
                .toList();
        lines.add("follows " + report.servicesFollowed() + (report.servicesFollowed() == 1 ? " service" : " services")
                + ", " + ages(report.followed()));
        wrong.stream().limit(MOST_LINES_OF_A_KIND).forEach(each -> lines.add(line(each)));
        more(lines, wrong.size(), "services more with instances that get no calls");
    }

    private static String ages(List<FollowedReport> followed) {
        long oldest =
                followed.stream().mapToLong(FollowedReport::ageNanos).max().orElse(-1);
        boolean untold = followed.stream().anyMatch(each -> each.ageNanos() < 0);
        return (oldest < 0 ? "no list yet" : "the oldest list confirmed " + Figure.time(oldest) + " ago")
                + (oldest >= 0 && untold ? ", some not yet told of" : "");
    }

    private static String line(FollowedReport service) {
        return "  " + Printable.of(service.service()) + ": " + service.usable() + " of " + service.instances()
                + " instances usable, " + service.ejected() + " ejected"
                + (service.latestEjection().isEmpty() ? "" : ", the latest " + Printable.of(service.latestEjection()));
    }

    private static String line(ServerReport server) {
        return "server: " + server.connections() + (server.connections() == 1 ? " connection, " : " connections, ")
                + Figure.bytes(server.heldBytes()) + " held"
                + server.workers().stream()
                        .limit(MOST_LINES_OF_A_KIND)
                        .map(each -> "; " + Printable.of(each.name()) + " runs " + each.running() + " of "
                                + each.limit() + ", " + each.waiting() + " wait")
                        .collect(Collectors.joining())
                + (server.pools() > MOST_LINES_OF_A_KIND
                        ? "; " + (server.pools() - MOST_LINES_OF_A_KIND) + " pools more"
                        : "");
    }

    private static void more(List<String> lines, int all, String what) {
        if (all > MOST_LINES_OF_A_KIND) {
            lines.add("  and " + (all - MOST_LINES_OF_A_KIND) + " " + what);
        }
    }

    private void methods(List<String> lines, String verb, CallsReport calls, int shown, int seconds) {
        MethodReport total = calls.total();
        lines.add("");
        if (calls.methods() == 0) {
            lines.add(verb + " no calls");
            return;
        }
        lines.add(verb + " " + Figure.rate(total.ended(), seconds) + " calls/s of " + calls.methods()
                + (calls.methods() == 1 ? " method: " : " methods: ")
                + Figure.share(total.failed(), total.ended()) + " failed, p99 " + time(total, total.p99Nanos()) + ", "
                + total.inFlight() + " in flight, " + Figure.rate(total.refused(), seconds) + " refused/s"
                + (shown < calls.methods() ? "; " + shown + " shown" : ""));
        int longest = calls.first().stream()
                .limit(shown)
                .mapToInt(each -> name(each).length())
                .max()
                .orElse(0);
        int wanted = Math.max("METHOD".length(), longest);
        List<Column> columns = new ArrayList<>(COLUMNS);
        while (columns.size() > 1 && nameWidth(columns) < Math.min(wanted, NARROWEST_NAME)) {
            columns.remove(columns.size() - 1);
        }
        int nameWidth = Math.max(2, Math.min(nameWidth(columns), wanted));
        StringBuilder titles = new StringBuilder(padded("METHOD", nameWidth));
        columns.forEach(each -> right(titles, each.title(), each.width()));
        lines.add(titles.toString());
        calls.first().stream().limit(shown).forEach(each -> {
            StringBuilder line = new StringBuilder(padded(ending(name(each), nameWidth), nameWidth));
            columns.forEach(column -> right(line, column.cell().apply(each, seconds), column.width()));
            lines.add(line.toString());
        });
    }

    private int nameWidth(List<Column> columns) {
        return width - columns.stream().mapToInt(each -> each.width() + 1).sum();
    }

    private static String name(MethodReport method) {
        return Printable.of(method.service() + " " + method.method());
    }

    /** The end of a name, where the method stands and what is the service's own. */
    private static String ending(String name, int most) {
        if (name.length() <= most) {
            return name;
        }
        int from = name.length() - most + 1;
        return "…" + name.substring(Character.isLowSurrogate(name.charAt(from)) ? from + 1 : from);
    }

    private static String padded(String text, int to) {
        return text + " ".repeat(Math.max(0, to - text.length()));
    }

    private static void right(StringBuilder line, String text, int columnWidth) {
        line.append(' ')
                .append(" ".repeat(Math.max(0, columnWidth - text.length())))
                .append(text);
    }

    private static String time(MethodReport method, long nanos) {
        return method.ended() == 0 ? "-" : Figure.time(nanos);
    }
}
