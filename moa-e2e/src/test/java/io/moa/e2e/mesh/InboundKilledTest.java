package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshStep;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisLink;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process of an agent that serves callers is killed, and its application lives. */
@Timeout(240)
class InboundKilledTest {

    private static final int AT_ONCE = 20;

    /** Of this run alone: a port that was freed may be had by another run next, whose server would be adopted by this one's callers. */
    private static final String COUNTED = "counted-" + ProcessHandle.current().pid();

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Counted.Counter counter = new Counted.Counter();
    private EmbeddedRedis redis;
    private Address at;

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    @BeforeEach
    void begin() throws Exception {
        redis = keep(EmbeddedRedis.start());
        at = new Address.Unix(folder.resolve("own").resolve("agent.sock").toString());
    }

    @AfterEach
    void end() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private MoaServer server(MeshConfig mesh) throws Exception {
        return keep(MoaServer.builder(
                        keep(Moa.builder(COUNTED).registry(redis.url()).build()))
                .host("127.0.0.1")
                .adaptive(false) // on a busy machine both would refuse, and who finds nobody else has failed for that
                .closeOnShutdown(false)
                .mesh(mesh.withAgent(at)
                        .withPings(Duration.ofMillis(100), Duration.ofSeconds(10), 3)
                        .withStayAway(Duration.ofMillis(300)))
                .export(Counted.class, counter)
                .start());
    }

    private ChildAgent agent() throws Exception {
        return keep(ChildAgent.start(COUNTED, at, redis.url(), "--inbound", "127.0.0.1:0"));
    }

    private static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    private static void until(MoaServer server, Seat seat) {
        soon().until(() -> server.seat() == seat, server::describe);
    }

    @Test
    void theServerServesItselfAgainAndOnlyWhatMayHaveRunAndMayNotRunTwiceIsUnknown() throws Exception {
        server(MeshConfig.DEFAULT); // another one, for what was certainly not run while the first announces itself
        MoaServer server = server(MeshConfig.DEFAULT.withMode(MeshMode.AUTO));
        MoaClient client = keep(
                MoaClient.builder(keep(Moa.builder("web").registry(redis.url()).build()))
                        .withoutMesh()
                        .build());
        Counted stub = client.stub(Counted.class);
        Semaphore places = new Semaphore(AT_ONCE);
        AtomicInteger numbers = new AtomicInteger();
        ConcurrentLinkedQueue<Throwable> failedAgain = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Throwable> failedOnce = new ConcurrentLinkedQueue<>();
        List<Integer> notTwice = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean over = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            while (!over.get()) {
                places.acquireUninterruptibly();
                int number = numbers.incrementAndGet();
                boolean again = number % 2 == 0;
                if (!again) {
                    notTwice.add(number);
                }
                client.async(stub, c -> {
                            try {
                                return again ? c.again(number) : c.once(number);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                        .whenComplete((value, thrown) -> {
                            places.release();
                            if (thrown != null) {
                                (again ? failedAgain : failedOnce)
                                        .add(thrown instanceof CompletionException ? thrown.getCause() : thrown);
                            }
                        });
            }
        });
        caller.setDaemon(true);
        caller.start();
        int kills = 3;
        for (int i = 0; i < kills; i++) {
            ChildAgent agent = agent();
            until(server, Seat.LOCAL);
            more(numbers, 300);
            agent.signal("KILL");
            until(server, Seat.DIRECT);
            more(numbers, 300);
        }
        over.set(true);
        caller.join();
        places.acquireUninterruptibly(AT_ONCE);
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).hasSizeLessThanOrEqualTo(kills * AT_ONCE).allSatisfy(each -> assertThat(each)
                .isInstanceOfSatisfying(CallException.class, unknown -> {
                    assertThat(unknown.status()).isEqualTo(Status.UNAVAILABLE);
                    assertThat(unknown.executed()).isEqualTo(Executed.MAYBE);
                }));
        assertThat(counter.twice(notTwice)).isZero();
    }

    private static void more(AtomicInteger numbers, int calls) {
        int from = numbers.get();
        soon().until(() -> numbers.get() >= from + calls, () -> numbers + " calls");
    }

    /** Where it may not serve itself: it says so, which is quicker than what those who watch find out, whom it does not need. */
    @Test
    void whoMayNotServeItselfIsOffTheListWithTheReasonAndComesBackWithItsAgent() throws Exception {
        MoaServer server = server(MeshConfig.DEFAULT.withMode(MeshMode.ON).withSteps(MeshStep.AGENT));
        OperatorDesk desk = new OperatorDesk(keep(RedisLink.open(redis.config())));
        ChildAgent agent = agent();
        until(server, Seat.LOCAL);
        String uuid = server.instance().uuid();
        soon().until(
                        () -> knows(desk.instance(uuid).join(), server),
                        () -> "" + desk.instance(uuid).join());
        agent.signal("KILL");
        InstanceReport report =
                soon().value(() -> desk.instance(uuid).join(), InstanceReport::withdrawn, "off the list");
        assertThat(report.leaseMillis()).as("its heartbeat goes on").isPositive();
        soon().value(
                        () -> String.valueOf(desk.instance(uuid).join().instance()),
                        each -> desk.instance(uuid)
                                .join()
                                .instance()
                                .metadata()
                                .getOrDefault(MoaServer.OFFLINE_REASON, "")
                                .contains("is away (its connection broke)"),
                        "with the reason");
        assertThat(server.health().ready().reasons()).hasSize(1);
        agent();
        until(server, Seat.LOCAL);
        soon().value(() -> desk.instance(uuid).join(), each -> !each.withdrawn(), "on the list");
        assertThat(server.health().ready().reasons()).isEmpty();
    }

    private static boolean knows(InstanceReport report, MoaServer server) {
        return report.instance() != null
                && report.instance().addresses().equals(server.instance().addresses());
    }
}
