package io.moa.e2e.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Filter;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.Workers;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.Eventually;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** For each phase of the ledger: that phase alone is held up, and the sentence of the timeout names it. */
class LedgerTest {

    /** Long against everything that is not held up, short against everything that is. */
    private static final int TIMEOUT_MILLIS = 1_500;

    /** The service whose calls are held up. */
    @MoaService
    @Timeout(millis = TIMEOUT_MILLIS)
    public interface Slow {
        String quick(String text);

        String execute(String gate);

        byte[] bytes(byte[] body);

        String decode(Held held);

        Held encode(String gate);
    }

    /** Is held up when it is made or read on a worker of the server. */
    public static final class Held {
        static volatile CountDownLatch gate = new CountDownLatch(0);
        private String text = "";

        public String getText() {
            return pass();
        }

        public void setText(String value) {
            text = value;
            pass();
        }

        private String pass() {
            if (Thread.currentThread().getName().startsWith("moa-worker")) {
                await(gate);
            }
            return text;
        }
    }

    private final CountDownLatch gate = new CountDownLatch(1);
    private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();
    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());

    @AfterEach
    void letGo() throws Exception {
        gate.countDown();
        Held.gate = new CountDownLatch(0);
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void clientQueueIsNamed() {
        serve(Workers.DEFAULT, true);
        Slow slow = client(RandomGenerator.getDefault(), (call, next) -> {
            await(gate, TIMEOUT_MILLIS + 100);
            return next.invoke(call);
        });
        assertNames(Phase.CLIENT_QUEUE, () -> slow.quick("x"));
    }

    @Test
    void pickIsNamed() {
        serve(Workers.DEFAULT, true);
        serve(Workers.DEFAULT, true); // with one candidate there is nothing to draw
        RandomGenerator slowChance = new RandomGenerator() {
            @Override
            public long nextLong() {
                await(gate, TIMEOUT_MILLIS + 100);
                return 0;
            }
        };
        Slow slow = client(slowChance);
        assertNames(Phase.PICK, () -> slow.quick("x"));
    }

    @Test
    void connectWaitIsNamed() throws Exception {
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); // takes, and says nothing
        open.push(silent);
        MoaServer server = serve(Workers.DEFAULT, false);
        announce(server, silent.getLocalPort());
        Slow slow = client(RandomGenerator.getDefault());
        assertNames(Phase.CONNECT_WAIT, () -> slow.quick("x"));
    }

    @Test
    void writeIsNamed() {
        ChaosProxy proxy = behindProxy();
        Slow slow = client(RandomGenerator.getDefault());
        assertThat(slow.quick("warm")).isEqualTo("warm");
        proxy.clientToServer().stall();
        assertNames(Phase.WRITE, () -> slow.bytes(new byte[8_000_000]));
    }

    @Test
    void serverQueueIsNamed() {
        serve(Workers.platform(1, 10), true);
        Slow slow = client(RandomGenerator.getDefault());
        Slow patient = client(RandomGenerator.getDefault(), StubConfig.ANNOTATED.withTimeout(Duration.ofSeconds(60)));
        Thread occupant = new Thread(() -> patient.execute("occupies the only worker"));
        occupant.start();
        open.push(() -> occupant.join(TimeUnit.SECONDS.toMillis(30)));
        Eventually.within(Duration.ofSeconds(10)).until(() -> running, () -> "the worker is free");
        assertNames(Phase.SERVER_QUEUE, () -> slow.quick("x"));
        gate.countDown();
    }

    @Test
    void decodeIsNamed() {
        serve(Workers.DEFAULT, true);
        Slow slow = client(RandomGenerator.getDefault(), StubConfig.ANNOTATED.withSerializer("json"));
        slow.quick("warm"); // Jackson takes its time when it is first used, and must not be what is slow
        Held.gate = gate;
        assertNames(Phase.DECODE, () -> slow.decode(new Held()));
    }

    @Test
    void executeIsNamed() {
        serve(Workers.DEFAULT, true);
        Slow slow = client(RandomGenerator.getDefault());
        assertNames(Phase.EXECUTE, () -> slow.execute("x"));
    }

    @Test
    void encodeIsNamed() {
        serve(Workers.DEFAULT, true);
        Slow slow = client(RandomGenerator.getDefault(), StubConfig.ANNOTATED.withSerializer("json"));
        Held.gate = gate;
        assertNames(Phase.ENCODE, () -> slow.encode("x"));
    }

    @Test
    void backIsNamed() {
        ChaosProxy proxy = behindProxy();
        Slow slow = client(RandomGenerator.getDefault());
        assertThat(slow.quick("warm")).isEqualTo("warm");
        proxy.serverToClient().swallow();
        assertNames(Phase.BACK, () -> slow.quick("x"));
    }

    @Test
    void phasesOfACallAddUpToItsDuration() {
        serve(Workers.DEFAULT, true);
        List<Ledger> ledgers = new ArrayList<>();
        Slow slow = client(RandomGenerator.getDefault(), (call, next) -> {
            ledgers.add(call.ledger());
            return next.invoke(call);
        });
        slow.quick("x");
        Ledger ledger = ledgers.get(0);
        long sum = 0;
        for (Phase phase : Phase.values()) {
            assertThat(ledger.spentNanos(phase)).as(phase.label()).isNotNegative();
            sum += ledger.spentNanos(phase);
        }
        // The server's phases travel in units of 100 ns.
        assertThat(sum).isBetween(ledger.totalNanos() - 1_000, ledger.totalNanos() + 1_000);
    }

    private static void assertNames(Phase phase, Runnable call) {
        CallTimeoutException timeout = catchThrowableOfType(CallTimeoutException.class, call::run);
        for (int i = 0; i < 4 && timeout != null && stoodStill(timeout); i++) {
            timeout = catchThrowableOfType(CallTimeoutException.class, call::run);
        }
        assertThat(timeout).as("the call times out").isNotNull();
        assertThat(timeout).hasMessageContaining(" went to " + phase.label() + ": " + phase.place());
        assertThat(timeout.ledger().guiltiest()).isEqualTo(phase);
    }

    /** The machine itself was too late to ask the server, or to hear its answer: that call is nobody's to explain. */
    private static boolean stoodStill(CallTimeoutException timeout) {
        return String.valueOf(timeout.getMessage()).contains("the stage that held the call did not end it in time");
    }

    // ---- what the tests are made of

    private volatile boolean running;

    private MoaServer serve(Workers workers, boolean announced) {
        Moa moa = announced
                ? Moa.builder("slow").registry(registry).build()
                : Moa.builder("slow").build();
        open.push(moa);
        MoaServer server = MoaServer.builder(moa)
                .workers(workers)
                .drainLimit(Duration.ofSeconds(1))
                .export(new SlowService())
                .start();
        open.push(server);
        return server;
    }

    private ChaosProxy behindProxy() {
        MoaServer server = serve(Workers.DEFAULT, false);
        ChaosProxy proxy = ChaosProxy.to("127.0.0.1", server.port());
        open.push(proxy);
        announce(server, proxy.port());
        return proxy;
    }

    private void announce(MoaServer server, int port) {
        Instance instance = server.instance();
        registry.register(instance.withAddresses(List.of(new Address.Tcp("127.0.0.1", port))));
    }

    private Slow client(RandomGenerator chance, Filter... filters) {
        return client(chance, StubConfig.ANNOTATED, filters);
    }

    private Slow client(RandomGenerator chance, StubConfig config, Filter... filters) {
        Moa moa = Moa.builder("caller").registry(registry).chance(chance).build();
        open.push(moa);
        MoaClient.Builder builder = MoaClient.builder(moa);
        for (Filter filter : filters) {
            builder.filter(filter);
        }
        MoaClient client = builder.build();
        open.push(client);
        return client.stub(Slow.class, config);
    }

    private static void await(CountDownLatch latch) {
        await(latch, 60_000);
    }

    private static void await(CountDownLatch latch, long millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class SlowService implements Slow {
        @Override
        public String quick(String text) {
            return text;
        }

        @Override
        public String execute(String name) {
            running = true;
            await(gate);
            return name;
        }

        @Override
        public byte[] bytes(byte[] body) {
            return body;
        }

        @Override
        public String decode(Held held) {
            return "decoded";
        }

        @Override
        public Held encode(String name) {
            return new Held();
        }
    }
}
