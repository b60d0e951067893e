package io.moa.cli;

import io.moa.cli.conformance.ConformanceRun;
import io.moa.cli.conformance.ConformanceServer;
import io.moa.server.resp.RespConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa conformance}. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description =
                "Leads an SDK of another language through all that one has to do, and tells of each case. COMMAND starts a"
                        + " driver, a program that uses the SDK as it is told, a line of JSON for each order:"
                        + " conformance/README.md. Exits 1 if a case fails.",
        footer = {
            "",
            "Example:",
            "  ./moa conformance -- python3 my_driver.py",
            "  ./moa conformance --serve --port 9000"
        })
final class ConformanceCommand implements Callable<Integer> {

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The driver and its arguments, after --")
    private @Nullable List<String> command;

    @Option(names = "--serve", description = "Only start the server that drivers call, to try an SDK by hand.")
    private boolean serve;

    @Option(
            names = "--port",
            defaultValue = "0",
            paramLabel = "PORT",
            converter = WholeNumber.Port.class,
            description = "With --serve: the TCP port, 0 for a free one; default ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--patience-millis",
            defaultValue = "60000",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "How long the driver may take for one order; default ${DEFAULT-VALUE}.")
    private long patienceMillis;

    @Mixin
    private TimeLimit limit;

    @Override
    public Integer call() throws InterruptedException {
        List<String> driver = command == null ? List.of() : command;
        if (serve != driver.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Say either --serve, or the command of a driver after --");
        }
        if (serve) {
            try (EndRequest end = new EndRequest("conformance", 5);
                    ConformanceServer server = ConformanceServer.start(
                            "first", port, RespConfig.DEFAULT.over(System::getProperty, System::getenv))) {
                moa.out().println("moa.Conformance is served at 127.0.0.1:" + server.port());
                moa.out().flush();
                end.await(limit.millis(), Long.MAX_VALUE, () -> {});
                server.leave();
            }
            return 0;
        }
        return ConformanceRun.run(driver, Duration.ofMillis(patienceMillis), moa.out()) ? 0 : 1;
    }
}
