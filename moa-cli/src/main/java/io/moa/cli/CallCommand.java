package io.moa.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Status;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
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

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final String NO_ARRAY = "ARGUMENTS is a JSON array, such as '[\"Ada\", 3]': ";
    private static final String OTHER_JSON = "it is JSON, but not an array; put it in brackets.";

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
            arity = "0..1",
            paramLabel = "ARGUMENTS",
            defaultValue = "[]",
            description = "The arguments as a JSON array; default none")
    private String arguments;

    @Option(
            names = "--timeout-millis",
            defaultValue = "5000",
            paramLabel = "MS",
            converter = WholeNumber.Millis.class,
            description = "How long to wait; default ${DEFAULT-VALUE}.")
    private long timeoutMillis;

    @Option(names = "--ledger", description = "Say on the error stream where the time went.")
    private boolean showLedger;

    private static final long MAX_CONNECT_MILLIS = 60_000;

    @Override
    public Integer call() throws JsonProcessingException {
        Address where = Argument.read(spec, "ADDRESS", () -> ProcessAddress.parse(address));
        ServiceId what = Argument.read(spec, "SERVICE", () -> ServiceId.parse(service));
        MethodId how = Argument.read(spec, "METHOD", () -> MethodId.parse(method));
        @Nullable Object[] values = arguments();
        checkNumber(how, values.length);
        CallOptions options = Argument.read(
                spec, "--timeout-millis", () -> CallOptions.NONE.withTimeout(Duration.ofMillis(timeoutMillis)));

        AtomicReference<@Nullable Ledger> ledger = new AtomicReference<>();
        Filter remember = (call, next) -> {
            ledger.set(call.ledger());
            return next.invoke(call);
        };
        PrintWriter err = spec.commandLine().getErr();
        TransportConfig times = TransportConfig.DEFAULT.toBuilder()
                // Shorter than the call's, which could not say that nobody answered; not by much: both ends may be
                // cold.
                .connectTimeout(Duration.ofMillis(Math.max(10, Math.min(MAX_CONNECT_MILLIS, timeoutMillis * 9 / 10))))
                .build();
        try (Moa runtime = Moa.builder("moa-cli")
                        .eventLoops(1)
                        .transportConfig(times)
                        .build();
                MoaClient client = MoaClient.builder(runtime)
                        .addresses(where)
                        .filter(remember)
                        .build()) {
            if (!reachable(runtime, where, what, err)) {
                return 1;
            }
            moa.out().println(JSON.writeValueAsString(client.generic(what).call(options, how.toString(), values)));
            return 0;
        } catch (CallException e) {
            err.println("moa: " + e.getMessage());
            if (e instanceof RemoteApplicationException thrown) {
                tell(thrown, err);
            }
            err.println("moa: " + e.status() + ", executed: " + e.executed() + ". " + advice(e.status()));
            return 1;
        } finally {
            Ledger spent = ledger.get();
            if (showLedger && spent != null) {
                err.println(spent.account());
            }
        }
    }

    /** What is known of an exception beside its type and message. */
    private static void tell(RemoteApplicationException thrown, PrintWriter err) throws JsonProcessingException {
        if (thrown.code() != null) {
            err.println("moa: code " + thrown.code());
        }
        if (!thrown.data().isEmpty()) {
            err.println("moa: data " + JSON.writeValueAsString(thrown.data()));
        }
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            err.println("moa: caused by " + cause);
        }
    }

    /** A connection of our own first, because the reason why there is none is told once and whole. */
    private static boolean reachable(Moa runtime, Address where, ServiceId what, PrintWriter err) {
        try {
            runtime.transport()
                    .connect(where, runtime.self(), new Wanted("", "", List.of(what)))
                    .join()
                    .close();
            return true;
        } catch (CompletionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            err.println("moa: " + why.getMessage());
            err.println(
                    "moa: " + Status.UNAVAILABLE + ", executed: " + Executed.NO + ". " + advice(Status.UNAVAILABLE));
            return false;
        }
    }

    private static String advice(Status status) {
        return switch (status) {
            case UNAVAILABLE -> "Check ADDRESS and SERVICE, and that the server runs.";
            case UNIMPLEMENTED -> "Check SERVICE and METHOD.";
            case INVALID_ARGUMENT -> "Check ARGUMENTS against the parameter types of METHOD.";
            case DEADLINE_EXCEEDED -> "To wait longer, use --timeout-millis.";
            case UNSUPPORTED -> "The server must offer the service in json.";
            case OVERLOADED, DRAINING -> "Try again later.";
            case APPLICATION -> "The service itself threw this.";
            default -> "The log of the server may say more.";
        };
    }

    private @Nullable Object[] arguments() {
        try {
            @Nullable Object[] values = JSON.readValue(arguments, Object[].class);
            if (values != null) {
                return values;
            }
        } catch (JsonProcessingException e) {
            throw new ParameterException(spec.commandLine(), whyNoArguments(e), e);
        }
        throw new ParameterException(spec.commandLine(), NO_ARRAY + OTHER_JSON);
    }

    /** Jackson's own text names its classes and options, which mean nothing here. */
    private String whyNoArguments(JsonProcessingException e) {
        if (e instanceof MismatchedInputException && arguments.isBlank()) {
            return NO_ARRAY + "it is empty; write '[]' for none.";
        }
        if (e instanceof MismatchedInputException mismatch
                && String.valueOf(mismatch.getMessage()).contains("Trailing token")) {
            return NO_ARRAY + "more follows behind the array.";
        }
        StreamReadException unreadable = unreadable(e);
        if (unreadable == null) {
            return NO_ARRAY + OTHER_JSON;
        }
        if (unreadable instanceof JsonEOFException) {
            return NO_ARRAY + "it ends too early; something that was opened is not closed.";
        }
        JsonLocation at = unreadable.getLocation();
        return NO_ARRAY + "it is not JSON at "
                + (at.getLineNr() > 1 ? "line " + at.getLineNr() + ", " : "")
                + "column " + at.getColumnNr() + ". Did the shell take the quotes away?";
    }

    /** Within an array Jackson wraps it. */
    private static @Nullable StreamReadException unreadable(Throwable e) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof StreamReadException found) {
                return found;
            }
        }
        return null;
    }

    /** A mistake in ARGUMENTS that shows only beside METHOD. */
    private void checkNumber(MethodId wanted, int given) {
        String signature = wanted.signature();
        int declared = signature.equals("()") ? 0 : signature.split(",", -1).length;
        if (declared != given) {
            throw new ParameterException(
                    spec.commandLine(),
                    "ARGUMENTS has " + given + (given == 1 ? " value" : " values") + ", and " + wanted + " takes "
                            + declared + "; write a JSON array with one value for each parameter.");
        }
    }
}
