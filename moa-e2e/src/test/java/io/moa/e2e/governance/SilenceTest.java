package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.testkit.Eventually;
import io.moa.testkit.Shows;
import io.moa.transport.TransportConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server process that is stopped: it takes what is sent and says nothing. By counts and order, over sockets. */
@org.junit.jupiter.api.Timeout(180)
class SilenceTest {

    private static final ServiceId STOCK = ServiceId.of("silence.Stock");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Answers with the number that it is given. */
    @MoaService(name = "silence.Stock")
    @Timeout(millis = 60_000)
    @FunctionalInterface
    public interface Stock {
        @Idempotent
        int count(String item, int number);
    }

    /** The same, and impatient. */
    @MoaService(name = "silence.Hedged")
    @Timeout(millis = 60_000)
    public interface Hedged {
        @Idempotent
        @Hedge(afterMillis = 20, budgetPercent = 100)
        int count(int number) throws InterruptedException;
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private Process server(String uuid) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StockProcess.class.getName(),
                        uuid)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.keep(() -> process.destroyForcibly().waitFor());
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (line != null && !line.startsWith("port ")) {
            line = output.readLine();
        }
        assertThat(line).as("what the server says").isNotNull();
        processes
                .registry()
                .register(new Instance(
                        uuid,
                        "stock",
                        List.of(new Address.Tcp("127.0.0.1", Integer.parseInt(line.substring(5)))),
                        List.of(new ServiceExport(STOCK, Set.of("hessian"), "")),
                        100,
                        0,
                        Map.of()));
        return process;
    }

    private static void signal(Process process, String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
        if (signal.equals("STOP")) { // which is on its way when the command ends
            Eventually.within(PATIENCE).until(() -> isStopped(process), () -> process + " is not stopped");
        }
    }

    private static boolean isStopped(Process process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                if (!stat.substring(stat.lastIndexOf(')') + 2).startsWith("T")) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MoaClient client() {
        return client(TransportConfig.DEFAULT);
    }

    private MoaClient client(TransportConfig config) {
        return processes.client(processes.moa("caller", moa -> moa.transportConfig(config)), any -> any);
    }

    /** A2 by count: its calls are answered by another one, and it is back when it goes on. */
    @Test
    void callsOfAServerThatIsStoppedAreAnsweredByAnotherAndItComesBack() throws Exception {
        server("a");
        Process stopped = server("b");
        MoaClient client = client();
        Stock stock = client.stub(Stock.class);
        for (int i = 0; i < 100; i++) {
            assertThat(stock.count("x", i)).isEqualTo(i);
        }
        signal(stopped, "STOP");
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            calls.add(client.async(stock, s -> s.count("x", number)));
        }
        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).join()).isEqualTo(i);
        }
        assertThat(client.explain(STOCK)).contains("says nothing; until it does, ejected");
        for (int i = 0; i < 100; i++) {
            assertThat(stock.count("x", i)).as("none waits").isEqualTo(i);
        }
        signal(stopped, "CONT");
        Eventually.within(PATIENCE)
                .until(
                        () -> {
                            assertThat(stock.count("x", 7)).isEqualTo(7);
                            return !client.explain(STOCK).contains("ejected");
                        },
                        () -> client.explain(STOCK));
    }

    /** It is stopped for longer than a connection is kept for it. */
    @Test
    void whoIsStoppedForLongIsFoundAgain() throws Exception {
        server("a");
        Process stopped = server("b");
        MoaClient client = client();
        Stock stock = client.stub(Stock.class);
        for (int i = 0; i < 100; i++) {
            stock.count("x", i);
        }
        signal(stopped, "STOP");
        Eventually.within(PATIENCE)
                .until(
                        () -> {
                            assertThat(stock.count("x", 7)).isEqualTo(7);
                            return client.explain(STOCK).contains("not connected");
                        },
                        () -> client.explain(STOCK));
        assertThat(client.explain(STOCK)).contains("says nothing; until it does, ejected");
        signal(stopped, "CONT");
        Eventually.within(PATIENCE)
                .until(
                        () -> {
                            assertThat(stock.count("x", 7)).isEqualTo(7);
                            return !client.explain(STOCK).contains("ejected");
                        },
                        () -> client.explain(STOCK));
    }

    @Test
    void whenAllAreSilentCallsWaitForThem() throws Exception {
        List<Process> both = List.of(server("a"), server("b"));
        TransportConfig patient = TransportConfig.DEFAULT.toBuilder()
                .heartbeatLimit(Duration.ofMinutes(1))
                .build();
        MoaClient client = client(patient);
        Stock stock = client.stub(Stock.class);
        for (int i = 0; i < 100; i++) {
            stock.count("x", i);
        }
        for (Process each : both) {
            signal(each, "STOP");
        }
        CompletableFuture<Integer> call = client.async(stock, s -> s.count("x", 2));
        Eventually.within(PATIENCE)
                .until(() -> client.explain(STOCK).contains("says nothing"), () -> client.explain(STOCK));
        assertThat(client.explain(STOCK).split("says nothing")).as("one of two").hasSize(2);
        assertThat(call).isNotDone();
        for (Process each : both) {
            signal(each, "CONT");
        }
        assertThat(call.join()).isEqualTo(2);
    }

    /** Of two servers one is slow, for as long as the test wants: each call that it gets is answered by the other. */
    @Test
    @Shows("hedge-after")
    void theCallsOfASlowServerAreAnsweredByAnother() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger slow = new AtomicInteger();
        hedged(number -> {
            slow.incrementAndGet();
            gate.await();
            return number;
        });
        hedged(number -> number);
        Hedged stub = client().stub(Hedged.class);
        for (int i = 0; i < 200; i++) {
            assertThat(stub.count(i)).isEqualTo(i);
        }
        assertThat(slow.get()).isPositive();
        gate.countDown();
    }

    /** What one of the two servers does. */
    private interface Work {
        int count(int number) throws InterruptedException;
    }

    private void hedged(Work work) {
        processes.serve("stock", server -> server.export(Hedged.class, work::count));
    }
}
