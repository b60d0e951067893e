package io.moa.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.Filter;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa call}: one generic call to one address, without a registry. */
@Command(
        name = "call",
        mixinStandardHelpOptions = true,
        description =
                "Calls a method of a service at an address and prints the result as JSON. Exits 1 if the call fails.",
        footer = {
            "",
            "Example:",
            "  ./moa call 127.0.0.1:9000 moa.quickstart.Greeter 'greet(java.lang.String)' '[\"Ada\"]'"
        })
final class CallCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "host:port, tcp://host:port or unix:/path")
    private String address;

    @Parameters(index = "1", paramLabel = "SERVICE", description = "[group/]name[:version]")
    private String service;

    @Parameters(
            index = "2",
            paramLabel = "METHOD",
            description = "The method with its parameter types: 'greet(java.lang.String)'")
    private String method;

    @Parameters(
            index = "3",
            paramLabel = "ARGUMENTS",
            defaultValue = "[]",
            description = "The arguments as a JSON array; default none")
    private String arguments;

    @Option(
            names = "--timeout-millis",
            defaultValue = "5000",
            paramLabel = "MS",
            description = "How long to wait; default ${DEFAULT-VALUE}.")
    private long timeoutMillis;

    @Option(names = "--ledger", description = "Say on the error stream where the time went.")
    private boolean showLedger;

    @Override
    public Integer call() throws JsonProcessingException {
        Address where = parsed("ADDRESS", () -> Address.parse(address.contains("/") ? address : "tcp://" + address));
        ServiceId what = parsed("SERVICE", () -> ServiceId.parse(service));
        String how = parsed("METHOD", () -> MethodId.parse(method).toString());
        @Nullable Object[] values = arguments();
        CallOptions options =
                parsed("--timeout-millis", () -> CallOptions.NONE.withTimeout(Duration.ofMillis(timeoutMillis)));

        AtomicReference<@Nullable Ledger> ledger = new AtomicReference<>();
        Filter remember = (call, next) -> {
            ledger.set(call.ledger());
            return next.invoke(call);
        };
        PrintWriter err = spec.commandLine().getErr();
        try (Moa runtime = Moa.builder("moa-cli").eventLoops(1).build();
                MoaClient client = MoaClient.builder(runtime)
                        .addresses(where)
                        .filter(remember)
                        .build()) {
            moa.out().println(JSON.writeValueAsString(client.generic(what).call(options, how, values)));
            return 0;
        } catch (CallException e) {
            err.println("moa: " + e.getMessage());
            err.println("moa: " + e.status() + ", executed: " + e.executed());
            return 1;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        } finally {
            Ledger spent = ledger.get();
            if (showLedger && spent != null) {
                err.println(spent.account());
            }
        }
    }

    private @Nullable Object[] arguments() {
        try {
            return JSON.readValue(arguments, Object[].class);
        } catch (JsonProcessingException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "ARGUMENTS is a JSON array, such as '[\"Ada\", 3]': " + e.getOriginalMessage(),
                    e);
        }
    }

    private <T> T parsed(String parameter, Callable<T> parser) {
        try {
            return parser.call();
        } catch (Exception e) {
            throw new ParameterException(spec.commandLine(), parameter + ": " + e.getMessage(), e);
        }
    }
}
