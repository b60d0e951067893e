package io.moa.e2e.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to those who hold it the wrong way round. */
class MisuseTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final Moa provider = Moa.builder("echo").registry(registry).build();
    private final Moa consumer = Moa.builder("caller").registry(registry).build();
    private final EchoService service = new EchoService();

    /** Throws something that cannot even say what it is. */
    @MoaService
    public interface Treacherous {
        String explode();
    }

    @AfterEach
    void close() {
        consumer.close();
        provider.close();
    }

    @Test
    void closedClientSendsNothingAndSaysSo() {
        try (MoaServer server = MoaServer.builder(provider).export(service).start()) {
            MoaClient client = MoaClient.builder(consumer).build();
            Echo echo = client.stub(Echo.class);
            assertThat(echo.say("x")).isEqualTo("x");
            client.close();
            Eventually.within(SOON).until(() -> server.connections() == 0, () -> "" + server.connections());
            assertThatThrownBy(() -> echo.say("y"))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.executed()).isEqualTo(Executed.NO))
                    .hasMessageContaining("The client is closed");
            assertThat(server.connections()).isZero();
            assertThat(service.runs).hasValue(1);
        }
    }

    @Test
    void closingClientAndRuntimeWithCallsUnderWayLeavesNoFutureOpen() {
        try (MoaServer server = MoaServer.builder(provider).export(service).start()) {
            List<CompletableFuture<String>> calls = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                Moa moa = Moa.builder("hasty").registry(registry).build();
                MoaClient client = MoaClient.builder(moa).build();
                Echo echo = client.stub(Echo.class);
                for (int i = 0; i < 20; i++) {
                    calls.add(client.async(echo, e -> e.say("x")));
                }
                client.close();
                moa.close();
            }
            Eventually.within(SOON)
                    .until(
                            () -> calls.stream().allMatch(CompletableFuture::isDone),
                            () -> calls.stream().filter(call -> !call.isDone()).count() + " never ended");
        }
    }

    @Test
    void callbacksMayMakeBlockingCalls() throws Exception {
        try (MoaServer server = MoaServer.builder(provider).export(service).start();
                MoaClient client = MoaClient.builder(consumer).build()) {
            Echo echo = client.stub(Echo.class);
            List<CompletableFuture<String>> nested = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                nested.add(client.async(echo, e -> e.say("outer"))
                        .thenApply(text ->
                                client.async(echo, e -> e.say(text + " inner")).join()));
            }
            for (CompletableFuture<String> call : nested) {
                assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("outer inner");
            }
        }
    }

    @Test
    void exceptionThatThrowsWhenAskedForItsMessageStillEndsTheCall() {
        Treacherous treacherous = () -> {
            throw new IllegalStateException() {
                private static final long serialVersionUID = 1L;

                @Override
                public String getMessage() {
                    throw new UnsupportedOperationException("no message for you");
                }
            };
        };
        try (MoaServer server = MoaServer.builder(provider)
                        .export(Treacherous.class, treacherous)
                        .start();
                MoaClient client = MoaClient.builder(consumer).build()) {
            Treacherous stub = client.stub(Treacherous.class);
            assertThatThrownBy(stub::explode).hasMessageContaining("getMessage() threw");
            Eventually.within(SOON).until(() -> server.inFlight() == 0, () -> "" + server.inFlight());
        }
    }

    @Test
    void runtimeHasOneServerAtATime() {
        MoaServer first = MoaServer.builder(provider).export(service).start();
        assertThatThrownBy(() -> MoaServer.builder(provider).export(service).start())
                .hasMessageContaining("has a server already");
        first.close();
        MoaServer.builder(provider).export(service).start().close();
    }

    @Test
    void serverOutlivesARuntimeThatWasClosedBeforeIt() {
        MoaServer server = MoaServer.builder(provider).export(service).start();
        provider.close();
        assertThat(catchThrowable(server::close)).isNull();
        assertThatThrownBy(() -> MoaServer.builder(provider).export(service).start())
                .hasMessageContaining("is closed");
    }

    @Test
    void functionThatMakesTwoCallsIsToldSoAndItsFirstCallIsWithdrawn() {
        try (MoaServer server = MoaServer.builder(provider).export(service).start();
                MoaClient client = MoaClient.builder(consumer).build()) {
            Echo echo = client.stub(Echo.class);
            assertThatThrownBy(() -> client.async(echo, e -> {
                        e.waits("first");
                        return e.waits("second");
                    }))
                    .hasMessageContaining("exactly one call");
            service.open("first");
            Eventually.within(SOON).until(() -> server.inFlight() == 0, () -> "" + server.inFlight());
        }
    }
}
