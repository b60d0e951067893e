package io.moa.e2e.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Executed;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One call of every kind, over real sockets. */
class CallTest {

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final EchoService service = new EchoService();
    private final Moa provider = Moa.builder("echo").registry(registry).build();
    private final Moa consumer = Moa.builder("caller").registry(registry).build();
    private MoaServer server;
    private MoaClient client;
    private Echo echo;

    @BeforeEach
    void start() {
        server = MoaServer.builder(provider).export(service).start();
        client = MoaClient.builder(consumer).build();
        echo = client.stub(Echo.class);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        consumer.close();
        provider.close();
        registry.close();
    }

    @Test
    void synchronousCallReturnsTheValue() {
        assertThat(echo.say("hello")).isEqualTo("hello");
        assertThat(echo.say((String) null)).isNull();
    }

    @Test
    void overloadsAreToldApart() {
        assertThat(echo.say(41)).isEqualTo(42);
    }

    @Test
    void bytesOfEverySizeComeBackUnchanged() {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 100, 1024, 8191, 8192, 8193, 65_535, 65_536, 65_537, 300_000, 3_000_000}) {
            byte[] body = new byte[size];
            random.nextBytes(body);
            assertThat(echo.bytes(body)).as("%d bytes by worker", size).isEqualTo(body);
            assertThat(echo.direct(body)).as("%d bytes directly", size).isEqualTo(body);
        }
    }

    @Test
    void recordsListsAndMapsArrive() {
        Echo.Person ada = new Echo.Person("Ada", 36, List.of("math"));
        assertThat(echo.person(ada, List.of(ada, ada), Map.of("a", ada)))
                .isEqualTo(new Echo.Person("Ada", 3, List.of("math")));
    }

    @Test
    void methodThatReturnsAFutureIsAsynchronousOnBothSides() throws Exception {
        assertThat(echo.later("soon").get(5, TimeUnit.SECONDS)).isEqualTo("soon!");
    }

    @Test
    void synchronousMethodCanBeCalledWithoutWaiting() throws Exception {
        CompletableFuture<String> later = client.async(echo, e -> e.waits("x"));
        assertThat(later.isDone()).isFalse();
        service.open("x");
        assertThat(later.get(5, TimeUnit.SECONDS)).isEqualTo("x");
    }

    @Test
    void oneWayCallArrives() {
        echo.note("remember");
        Eventually.within(Duration.ofSeconds(5)).until(() -> service.notes.contains("remember"), () -> "" + service.notes);
    }

    @Test
    void genericCallNeedsNoInterface() {
        Object reply = client.generic(ServiceId.of(Echo.class.getName()))
                .call(
                        "person(io.moa.e2e.call.Echo$Person,java.util.List,java.util.Map)",
                        Map.of("name", "Ada", "age", 36, "tags", List.of("math")),
                        List.of(),
                        Map.of());
        assertThat(reply).isEqualTo(Map.of("name", "Ada", "age", 0, "tags", List.of("math")));
    }

    @Test
    void jsonWorksAsWellAsHessian() {
        Echo json = client.stub(Echo.class, StubConfig.ANNOTATED.withSerializer("json"));
        Echo.Person ada = new Echo.Person("Ada", 36, List.of("math"));
        assertThat(json.person(ada, List.of(ada), Map.of())).isEqualTo(new Echo.Person("Ada", 1, List.of("math")));
    }

    @Test
    void declaredExceptionArrivesAsItself() {
        assertThatThrownBy(() -> echo.fail("checked")).isInstanceOf(IOException.class).hasMessage("the disk is full");
        assertThatThrownBy(() -> echo.fail("unchecked"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not now");
    }

    @Test
    void unknownExceptionIsNamed() {
        assertThatThrownBy(() -> echo.fail("x"))
                .isInstanceOf(RemoteApplicationException.class)
                .hasMessageContaining("OddException")
                .hasMessageContaining("odd: x");
    }

    @Test
    void genericCallerIsToldTheNameOfEveryException() {
        assertThatThrownBy(() -> client.generic(ServiceId.of(Echo.class.getName()))
                        .call("fail(java.lang.String)", "unchecked"))
                .isInstanceOfSatisfying(
                        RemoteApplicationException.class,
                        e -> assertThat(e.exceptionType()).isEqualTo("java.lang.IllegalStateException"))
                .hasMessageContaining("not now");
    }

    @Test
    void baggageArrives() {
        Echo tagged = client.with(echo, CallOptions.NONE.withTag("blue").withAttachment("user", "7"));
        assertThat(tagged.scope()).isEqualTo(Map.of("application", "caller", "tag", "blue", "attachment", "7"));
    }

    @Test
    void deadlineOfACallIsKeptAndExplained() {
        Echo hasty = client.with(echo, CallOptions.NONE.withTimeout(Duration.ofMillis(100)));
        assertThatThrownBy(() -> hasty.waits("never"))
                .isInstanceOf(CallTimeoutException.class)
                .hasMessageContaining("went to execute");
        service.open("never");
    }

    @Test
    void unknownServiceSaysWhatToCheck() {
        assertThatThrownBy(() -> client.generic(ServiceId.of("no.such.Service")).call("x()"))
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.status()).isEqualTo(Status.UNAVAILABLE);
                    assertThat(e.executed()).isEqualTo(Executed.NO);
                })
                .hasMessageContaining("no instance of no.such.Service is registered");
    }

    @Test
    void unknownMethodSaysWhichThereAre() {
        assertThatThrownBy(() -> client.generic(ServiceId.of(Echo.class.getName())).call("say()"))
                .hasMessageContaining("say(int)")
                .hasMessageContaining("say(java.lang.String)");
    }

    @Test
    void idempotencyKeyRunsACallOnce() {
        Echo keyed = client.with(echo, CallOptions.NONE.withIdempotencyKey("order-1"));
        assertThat(keyed.say("first")).isEqualTo("first");
        assertThat(keyed.say("second")).isEqualTo("first");
        assertThat(service.runs).hasValue(1);
    }

    @Test
    void cancellingTheFutureWithdrawsTheCall() {
        CompletableFuture<String> later = client.async(echo, e -> e.waits("cancelled"));
        Eventually.within(Duration.ofSeconds(5)).until(() -> service.waiting.get() == 1, () -> "waiting");
        later.cancel(true);
        service.open("cancelled");
        Eventually.within(Duration.ofSeconds(5)).until(() -> server.inFlight() == 0, () -> "in flight " + server.inFlight());
    }
}
