package io.moa.cli;

import io.moa.operations.CallOrder;
import io.moa.operations.ProcessReport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code moa top}: what a process that runs sees of its calls. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        description =
                "Shows what a process sees of the calls that it makes and serves, and what stands in their way: each second"
                        + " anew in a terminal, until it is ended with Ctrl+C, and else once. The process must export"
                        + " io.moa.operations.Operations, with a ProcessCalls.",
        footer = {"", "Example:", "  ./moa top 127.0.0.1:9001 --sort p99"})
final class TopCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long GRACE_SECONDS = 6; // for its last question to end
    private static final int WIDE = 120; // where nobody says how wide it is

    private static final String HOME = "\u001b[H";
    private static final String CLEAR = "\u001b[2J";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    /** Orders as they are written here: {@code in-flight}. */
    static final class Order implements ITypeConverter<CallOrder> {
        @Override
        public CallOrder convert(String text) {
            try {
                return CallOrder.valueOf(text.replace('-', '_').toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException unknown) {
                throw new TypeConversionException(
                        "'" + text + "' is no order; there are calls, failed, refused, in-flight and p99");
            }
        }
    }

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "ADDRESS",
            description =
                    "Where the process listens, and exports io.moa.operations.Operations: host:port, tcp://host:port or"
                            + " unix:/path.")
    private String process;

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            defaultValue = "calls",
            converter = Order.class,
            description =
                    "Which methods come first: calls, failed, refused, in-flight or p99; default ${DEFAULT-VALUE}.")
    private CallOrder order;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "20",
            converter = WholeNumber.Rows.class,
            description = "How many methods of each side at most, 1 to 100; default ${DEFAULT-VALUE}.")
    private int rows;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            converter = WholeNumber.Window.class,
            description = "How many seconds the figures look back, 1 to 59; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            converter = WholeNumber.Interval.class,
            description = "How often the process is asked, 1 to 3600; default ${DEFAULT-VALUE}.")
    private int interval;

    @Option(names = "--once", description = "Print it once and end, as where the output is no terminal.")
    private boolean once;

    @Option(names = "--live", description = "Show it anew each time, also where the output is no terminal.")
    private boolean live;

    @Mixin
    private TimeLimit limit;

    private @Nullable ProcessReport last; // while it does not answer
    private long answeredAtNanos;

    @Override
    public Integer call() {
        if (once && live) {
            throw new ParameterException(spec.commandLine(), "Say either --once or --live");
        }
        try (AskedProcess asked = AskedProcess.at(spec, "ADDRESS", process, PATIENCE)) {
            ProcessReport first = ask(asked); // who is not there from the beginning is an error
            if (once || (!live && !Terminal.isThere())) {
                print(asked, first);
            } else {
                follow(asked, first);
            }
        }
        return 0;
    }

    private ProcessReport ask(AskedProcess asked) {
        try {
            return asked.ask(operations -> operations.top(seconds, rows, order));
        } catch (IllegalArgumentException | IllegalStateException e) { // the former as the process has thrown it
            throw new IllegalStateException(Printable.of(String.valueOf(e.getMessage())), e);
        }
    }

    private void print(AskedProcess asked, ProcessReport report) {
        new TopTable(WIDE, null).lines("" + asked, report).forEach(moa.out()::println);
    }

    private void follow(AskedProcess asked, ProcessReport first) {
        try (EndRequest end = new EndRequest("top", GRACE_SECONDS)) {
            moa.out().print(CLEAR);
            answered(first);
            draw("" + asked, first);
            end.await(limit.millis(), TimeUnit.SECONDS.toMillis(interval), () -> {
                again(asked);
                if (moa.out().checkError()) { // nobody reads on
                    end.ask();
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void again(AskedProcess asked) {
        ProcessReport known = last;
        try {
            ProcessReport now = ask(asked);
            answered(now);
            draw("" + asked, now);
        } catch (IllegalStateException away) {
            if (known != null) {
                long silent = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - answeredAtNanos);
                draw(
                        "no answer for " + silent + " s, trying again; what it said last is below. "
                                + away.getMessage(),
                        known);
            }
        }
    }

    private void answered(ProcessReport report) {
        last = report;
        answeredAtNanos = System.nanoTime();
    }

    private void draw(String first, ProcessReport report) {
        Terminal terminal = Terminal.now();
        PrintStream out = moa.out();
        StringBuilder screen = new StringBuilder(HOME);
        List<String> lines = new TopTable(terminal.columns(), terminal.rows() - 1).lines(first, report);
        lines.forEach(line -> screen.append(line).append(CLEAR_LINE).append(System.lineSeparator()));
        out.print(screen.append(CLEAR_BELOW));
        out.flush();
    }
}
