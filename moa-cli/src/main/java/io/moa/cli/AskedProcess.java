package io.moa.cli;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.CallException;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Status;
import io.moa.operations.Operations;
import io.moa.protocol.serialize.RuleSetText;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.protocol.serialize.Serializers;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A process that runs, and that exports {@link Operations}: it is asked, once or again and again. */
final class AskedProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** All rules that a process can hold; it may be asked to send less, but not more than it takes itself. */
    private static final int MAX_BODY = RuleSetText.MAX_CHARS;

    private static final long HEAP_OF_A_BYTE = 16; // as a text is estimated before it is decoded, with room to spare

    private final String command;
    private final Address address;
    private final Moa runtime;
    private final MoaClient client;
    private final Operations operations;

    private AskedProcess(String command, Address address, Duration patience) {
        this.command = command;
        this.address = address;
        this.runtime = Moa.builder("moa-cli")
                .eventLoops(1)
                .transportConfig(TransportConfig.DEFAULT.toBuilder()
                        .maxBodyBytes(MAX_BODY)
                        .build())
                .serializers(Serializers.load(
                        AskedProcess.class.getClassLoader(),
                        SerializationLimits.builder()
                                .maxBodyBytes(MAX_BODY)
                                .maxHeapBytes(HEAP_OF_A_BYTE * MAX_BODY)
                                .build()))
                .build();
        this.client = MoaClient.builder(runtime).addresses(address).samples(0).build();
        this.operations = client.with(client.stub(Operations.class), CallOptions.NONE.withTimeout(patience));
    }

    /**
     * A process, which need not run yet.
     *
     * @param argument what its address is called on the command line
     * @param patience how long it may take to answer
     * @throws ParameterException if that is no address
     */
    static AskedProcess at(CommandSpec spec, String argument, String process, Duration patience) {
        Address address = Argument.read(spec, argument, () -> ProcessAddress.parse(process));
        return new AskedProcess(spec.qualifiedName(), address, patience);
    }

    /**
     * Its answer to one question.
     *
     * @param process its address
     * @throws ParameterException if that is no address
     * @throws IllegalStateException if it does not answer, with a message for people
     */
    static String ask(CommandSpec spec, String process, Function<Operations, String> question) {
        try (AskedProcess asked = at(spec, "--process", process, PATIENCE)) {
            return asked.ask(question);
        }
    }

    /**
     * Its answer.
     *
     * @throws IllegalStateException if it does not answer, with a message for people
     */
    <T> T ask(Function<Operations, T> question) {
        try {
            return question.apply(operations);
        } catch (RemoteApplicationException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (CallException e) {
            if (e.status() == Status.UNIMPLEMENTED && exportsOperations()) {
                throw new IllegalStateException(
                        "The process at " + address + " is older than `" + command
                                + "`: it exports io.moa.operations.Operations, but cannot answer this question. It needs the version of"
                                + " MOA that you asked with, or a newer one.",
                        e);
            }
            throw new IllegalStateException(
                    "The process at " + address + " does not answer: " + e.getMessage()
                            + (e.status() == Status.UNAVAILABLE || e.status() == Status.UNIMPLEMENTED
                                    ? ". Does it run, and export io.moa.operations.Operations? No process does so by itself."
                                    : ""),
                    e);
        }
    }

    /** Whether it has a question that it had from the beginning, which it refuses as it is asked here. */
    private boolean exportsOperations() {
        try {
            operations.explain("", "", Map.of());
            return true;
        } catch (RemoteApplicationException | IllegalArgumentException refused) {
            return true;
        } catch (CallException unknown) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } finally {
            runtime.close();
        }
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
