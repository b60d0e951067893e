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
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Asks a process that runs, and that exports {@link Operations}. */
final class AskedProcess {

    private static final CallOptions PATIENT = CallOptions.NONE.withTimeout(Duration.ofSeconds(30));

    /** All rules that a process can hold; it may be asked to send less, but not more than it takes itself. */
    private static final int MAX_BODY = RuleSetText.MAX_CHARS;

    private static final long HEAP_OF_A_BYTE = 16; // as a text is estimated before it is decoded, with room to spare

    private AskedProcess() {}

    /**
     * Its answer.
     *
     * @param process its address
     * @throws ParameterException if that is no address
     * @throws IllegalStateException if it does not answer, with a message for people
     */
    static String ask(CommandSpec spec, String process, Function<Operations, String> question) {
        Address address = Argument.read(spec, "--process", () -> ProcessAddress.parse(process));
        try (Moa runtime = Moa.builder("moa-cli")
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
                MoaClient client =
                        MoaClient.builder(runtime).addresses(address).samples(0).build()) {
            return question.apply(client.with(client.stub(Operations.class), PATIENT));
        } catch (RemoteApplicationException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (CallException e) {
            throw new IllegalStateException(
                    "The process at " + address + " does not answer: " + e.getMessage()
                            + (e.status() == Status.UNAVAILABLE || e.status() == Status.UNIMPLEMENTED
                                    ? ". Does it run, and export io.moa.operations.Operations? No process does so by itself."
                                    : ""),
                    e);
        }
    }
}
