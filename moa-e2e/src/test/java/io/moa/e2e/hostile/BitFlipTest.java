package io.moa.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.cluster.EndpointConfig;
import io.moa.discovery.Address;
import io.moa.invoke.CallException;
import io.moa.server.MoaServer;
import io.moa.testkit.ChaosProxy;
import io.moa.transport.TransportConfig;
import io.netty.util.ResourceLeakDetector;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RELIABILITY F10: a network that turns bits round, one in about a hundred frames each way. */
@Timeout(900)
class BitFlipTest {

    /** {@code -Dmoa.test.flips.calls=1000000} for the long run. */
    private static final int CALLS = Integer.getInteger("moa.test.flips.calls", 100_000);

    private static final int BODY = 1024;
    private static final int FRAME = BODY + 150;
    private static final int AT_ONCE = 256;

    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
    private final LongAdder wrongRequests = new LongAdder();
    private final LongAdder wrongAnswers = new LongAdder();
    private final LongAdder right = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** A stack trace for every buffer would make this a test of patience; other tests look for leaks. */
    @BeforeEach
    void doNotLookForLeaks() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void lookForThemAgain() {
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @Test
    void checksumLetsNoDamagedBodyThrough() throws Exception {
        long flipped = call(CALLS, 100 * FRAME, true);
        System.out.printf(
                "%d calls, %d bits flipped: %d right, %d failed%n", CALLS, flipped, right.sum(), failed.sum());
        assertThat(flipped).isGreaterThan(CALLS / 100);
        assertThat(wrongAnswers.sum()).as("wrong answers").isZero();
        assertThat(wrongRequests.sum()).as("damaged requests that ran").isZero();
        assertThat(right.sum()).isGreaterThan(CALLS / 2);
        assertThat(right.sum() + failed.sum()).isEqualTo(CALLS);
    }

    @Test
    void withoutTheChecksumThisTestSeesTheDamage() throws Exception {
        call(5_000, 20 * FRAME, false);
        assertThat(wrongAnswers.sum() + wrongRequests.sum()).isPositive();
    }

    private long call(int calls, int flipEveryBytes, boolean checksum) throws Exception {
        TransportConfig config = TransportConfig.DEFAULT.toBuilder()
                .bodyChecksum(checksum)
                .connectTimeout(Duration.ofSeconds(60))
                .heartbeatLimit(Duration.ofSeconds(60))
                .frameTimeout(Duration.ofMillis(300)) // a flipped length makes the reader wait for what never comes
                .build();
        try (Moa provider = Moa.builder("mirror").transportConfig(config).build();
                MoaServer server = MoaServer.builder(provider)
                        .closeOnShutdown(false)
                        .export(Mirror.class, this::turned)
                        .start();
                ChaosProxy proxy = ChaosProxy.to("127.0.0.1", server.port());
                Moa consumer = Moa.builder("caller").transportConfig(config).build();
                MoaClient client = MoaClient.builder(consumer)
                        .addresses(new Address.Tcp("127.0.0.1", proxy.port()))
                        .endpoints(new EndpointConfig(1, Duration.ofMillis(1), Duration.ofMillis(5), 10_000))
                        .build()) {
            Mirror mirror = client.stub(Mirror.class);
            assertThat(mirror.turned(body(0))).isNotNull(); // connected
            proxy.clientToServer().corrupt(flipEveryBytes);
            proxy.serverToClient().corrupt(flipEveryBytes);
            Semaphore room = new Semaphore(AT_ONCE);
            for (int i = 0; i < calls; i++) {
                room.acquire();
                byte[] body = body(i);
                CompletableFuture<byte[]> answer = client.async(mirror, m -> m.turned(body));
                answer.whenComplete((turned, thrown) -> {
                    judge(body, turned, thrown);
                    room.release();
                });
            }
            room.acquire(AT_ONCE);
            proxy.clientToServer().heal();
            proxy.serverToClient().heal();
            return proxy.clientToServer().flipped() + proxy.serverToClient().flipped();
        }
    }

    private void judge(byte[] body, byte[] turned, Throwable thrown) {
        if (thrown != null) {
            if (!(thrown instanceof CallException || thrown.getCause() instanceof CallException)) {
                wrongAnswers.increment(); // a failure that the implementation cannot have had
            }
            failed.increment();
        } else if (Arrays.equals(turn(body), turned)) {
            right.increment();
        } else {
            wrongAnswers.increment();
        }
    }

    /** A number, and what follows from it. */
    private static byte[] body(long number) {
        byte[] body = new byte[BODY];
        new Random(number).nextBytes(body);
        ByteBuffer.wrap(body).putLong(number);
        return body;
    }

    private byte[] turned(byte[] body) {
        if (body.length != BODY
                || !Arrays.equals(body, body(ByteBuffer.wrap(body).getLong()))) {
            wrongRequests.increment();
        }
        return turn(body);
    }

    private static byte[] turn(byte[] body) {
        byte[] turned = new byte[body.length];
        for (int i = 0; i < body.length; i++) {
            turned[i] = (byte) ~body[i];
        }
        return turned;
    }
}
