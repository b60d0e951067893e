package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import io.moa.transport.TransportConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** D1 to D4 by count: an agent's process is killed, ended, stopped or replaced under load, and calls go on. */
@Tag("once")
@Timeout(240)
class AgentKilledTest {

    private static final int AT_ONCE = 50;

    /** Long enough that an agent on a busy machine is not taken for one that is stopped. */
    private static final Duration SILENT = Duration.ofSeconds(2);

    /** Of this run alone: a port that was freed may be had by another run next, whose server would be adopted by this one's callers. */
    private static final String COUNTED = "counted-" + ProcessHandle.current().pid();

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Counted.Counter counter = new Counted.Counter();
    private EmbeddedRedis redis;
    private Address at;
    private MoaClient client;
    private Counted counted;

    private final AtomicInteger numbers = new AtomicInteger();
    private final Semaphore places = new Semaphore(AT_ONCE / 2);
    private final Semaphore placesOnce = new Semaphore(AT_ONCE / 2);
    private final List<Thread> callers = new ArrayList<>();
    private final Set<Integer> notTwice = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Throwable> failedAgain = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<CallException> failedOnce = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    @BeforeEach
    void begin() throws Exception {
        redis = keep(EmbeddedRedis.start());
        at = new Address.Unix(folder.resolve("own").resolve("agent.sock").toString());
        keep(MoaServer.builder(keep(Moa.builder(COUNTED).registry(redis.url()).build()))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .export(Counted.class, counter)
                .start());
        client = client(MeshConfig.DEFAULT.withPings(Duration.ofMillis(100), SILENT, 3));
        counted = client.stub(Counted.class);
    }

    private MoaClient client(MeshConfig config) throws Exception {
        return keep(MoaClient.builder(keep(Moa.builder("web")
                        .registry(redis.url())
                        .transportConfig(TransportConfig.DEFAULT.toBuilder()
                                .heartbeatLimit(Duration.ofMinutes(1)) // who is stopped keeps its calls
                                .build())
                        .build()))
                .disk(DiskConfig.OFF) // what other runs knew is nothing to this one
                .mesh(config.withMode(MeshMode.AUTO).withAgent(at).withStayAway(Duration.ofMillis(300)))
                .build());
    }

    @AfterEach
    void end() throws Exception {
        over = true;
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    /** Each kind has places of its own: calls that wait for an agent that stands still do not keep the others from being made. */
    private void load() {
        caller(places, number -> client.async(counted, c -> again(c, number)).whenComplete((value, thrown) -> {
            places.release();
            if (thrown != null) {
                failedAgain.add(thrown);
            }
        }));
        caller(placesOnce, number -> {
            notTwice.add(number);
            client.async(counted, c -> once(c, number)).whenComplete((value, thrown) -> {
                placesOnce.release();
                if (thrown != null) {
                    failedOnce.add(
                            (CallException) (thrown instanceof CompletionException ? thrown.getCause() : thrown));
                }
            });
        });
    }

    private void caller(Semaphore free, IntConsumer call) {
        Thread caller = new Thread(() -> {
            while (!over) {
                free.acquireUninterruptibly();
                call.accept(numbers.incrementAndGet());
            }
        });
        caller.setDaemon(true);
        caller.start();
        callers.add(caller);
    }

    private static int again(Counted counted, int number) {
        try {
            return counted.again(number);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int once(Counted counted, int number) {
        try {
            return counted.once(number);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    private void until(Seat seat) {
        soon().until(() -> client.mesh().seat() == seat, client::toString);
    }

    private void more(int calls) {
        int from = numbers.get();
        soon().until(() -> numbers.get() >= from + calls, () -> numbers + " calls");
    }

    private void settled() throws InterruptedException {
        over = true;
        for (Thread each : callers) {
            each.join();
        }
        places.acquireUninterruptibly(AT_ONCE / 2);
        placesOnce.acquireUninterruptibly(AT_ONCE / 2);
    }

    @Test
    void whenItIsKilledOnlyWhatMayHaveRunAndMayNotRunTwiceIsUnknown() throws Exception {
        load();
        int kills = 3;
        for (int i = 0; i < kills; i++) {
            ChildAgent agent = keep(ChildAgent.start("web", at, redis.url()));
            until(Seat.LOCAL);
            more(500);
            agent.signal("KILL");
            until(Seat.DIRECT);
            more(500);
        }
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).hasSizeLessThanOrEqualTo(kills * AT_ONCE).allSatisfy(each -> {
            assertThat(each.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(each.executed()).isEqualTo(Executed.MAYBE);
        });
        assertThat(counter.twice(notTwice)).isZero();
        assertThat(client.mesh().callsByAgent()).isPositive();
    }

    @Test
    void whenItIsAskedToEndNoCallFails() throws Exception {
        load();
        for (int i = 0; i < 2; i++) {
            ChildAgent agent = keep(ChildAgent.start("web", at, redis.url()));
            until(Seat.LOCAL);
            more(500);
            assertThat(agent.end()).isEqualTo(143);
            until(Seat.DIRECT);
        }
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).isEmpty();
        assertThat(counter.ran).hasSize(numbers.get());
        assertThat(counter.ran.values()).allMatch(each -> each == 1);
    }

    /** Stopped while it has nothing to do, so that all that it finds when it goes on has come since. */
    @Test
    void whenItIsStoppedCallsGoOnAndWhatItFindsThenIsNotRunAgain() throws Exception {
        ChildAgent agent = keep(ChildAgent.start("web", at, redis.url()));
        until(Seat.LOCAL);
        counted.again(numbers.incrementAndGet());
        agent.signal("STOP");
        soon().until(agent::isStopped, () -> "it is not stopped");
        load();
        until(Seat.DIRECT);
        more(500);
        agent.signal("CONT");
        until(Seat.LOCAL);
        more(500);
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).isEmpty();
        assertThat(counter.ran.values()).allMatch(each -> each == 1);
    }

    /** Stopped under load: what it was passing on may run twice, if it may. */
    @Test
    void whenItIsStoppedUnderLoadNoCallFailsAndNoneRunsTwiceThatMayNot() throws Exception {
        ChildAgent agent = keep(ChildAgent.start("web", at, redis.url()));
        until(Seat.LOCAL);
        load();
        more(500);
        agent.signal("STOP");
        until(Seat.DIRECT);
        more(500);
        agent.signal("CONT");
        until(Seat.LOCAL);
        more(500);
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).isEmpty();
        assertThat(counter.twice(notTwice)).isZero();
        assertThat(counter.ran.values().stream().filter(each -> each > 1).count())
                .isLessThanOrEqualTo(AT_ONCE);
    }

    /** D3 by count: processes, one after the other, that hand listener, connections and calls over. */
    @Test
    void whenItIsReplacedUnderLoadNoCallFailsAndTheConnectionStays() throws Exception {
        // However long a process takes to begin on this machine, it is the connection that is looked at.
        client = client(MeshConfig.DEFAULT.withPings(Duration.ofMillis(100), Duration.ofMinutes(1), 3));
        counted = client.stub(Counted.class);
        ChildAgent agent = keep(ChildAgent.start("web", at, redis.url()));
        until(Seat.LOCAL);
        long switches = client.mesh().switches();
        load();
        more(500);
        for (int i = 0; i < 5; i++) {
            ChildAgent next = keep(ChildAgent.start("web", at, redis.url(), "--replace"));
            assertThat(agent.waitFor()).as("it ends by itself").isZero();
            more(500);
            agent = next;
        }
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).isEmpty();
        assertThat(client.mesh().switches()).isEqualTo(switches);
        assertThat(client.mesh().callsByAgent()).isEqualTo(numbers.get());
        assertThat(counter.ran).hasSize(numbers.get());
        assertThat(counter.ran.values()).allMatch(each -> each == 1);
    }

    // ---- either process of a replacement ends

    /** Nothing is practised, or it would end while it does. */
    private static final String[] COLD = {"--warm-up-millis", "1"};

    private static final String[] COLD_REPLACING = {"--replace", "--warm-up-millis", "1"};

    /** It ends at this step, or it could not begin, as nobody stood ready yet: then again. */
    private void endsAt(String step) throws Exception {
        for (int i = 0; i < 20; i++) {
            if (keep(ChildAgent.dying(step, "web", at, redis.url(), COLD_REPLACING))
                            .waitFor()
                    == DyingCommand.CODE) {
                return;
            }
        }
        throw new AssertionError("no new agent came to the step at which it " + step);
    }

    /** D4: the new one, at the steps at which something has changed for either. */
    @Test
    void whenTheNewOneEndsAtAnyStepTheOldOneServesOn() throws Exception {
        client = client(MeshConfig.DEFAULT.withPings(Duration.ofMillis(100), Duration.ofMinutes(1), 3));
        counted = client.stub(Counted.class);
        keep(ChildAgent.start("web", at, redis.url()));
        until(Seat.LOCAL);
        long switches = client.mesh().switches();
        load();
        for (String step : List.of(
                "says PROOF",
                "says READY",
                "hears DESCRIPTOR",
                "says HELD",
                "hears STATE",
                "hears COMMIT",
                "says TAKEN")) {
            endsAt(step);
            more(200);
        }
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).isEmpty();
        assertThat(client.mesh().switches()).isEqualTo(switches);
        assertThat(counter.ran).hasSize(numbers.get());
        assertThat(counter.ran.values()).allMatch(each -> each == 1);
    }

    /** D4: the old one, when the connections are the other's: what it was doing is asked for again there, if it may be. */
    @Test
    void whenTheOldOneEndsAfterTheCommitOnlyWhatItWasDoingAndMayNotRunTwiceIsUnknown() throws Exception {
        client = client(MeshConfig.DEFAULT.withPings(Duration.ofMillis(100), Duration.ofMinutes(1), 3));
        counted = client.stub(Counted.class);
        ChildAgent old = keep(ChildAgent.dying("hears TAKEN", "web", at, redis.url(), COLD));
        until(Seat.LOCAL);
        long switches = client.mesh().switches();
        load();
        more(500);
        keep(ChildAgent.start("web", at, redis.url(), COLD_REPLACING));
        assertThat(old.waitFor()).isEqualTo(DyingCommand.CODE);
        more(500);
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).hasSizeLessThanOrEqualTo(AT_ONCE).allSatisfy(each -> assertThat(each.executed())
                .isEqualTo(Executed.MAYBE));
        assertThat(counter.twice(notTwice)).isZero();
        assertThat(client.mesh().switches()).as("the connection stays").isEqualTo(switches);
    }

    /** D4: the old one, before the connections are the other's: it is an agent that is killed, whoever was about to take its place. */
    @Test
    void whenTheOldOneEndsBeforeTheCommitItIsAsIfItWasKilled() throws Exception {
        ChildAgent old = keep(ChildAgent.dying("says STATE", "web", at, redis.url(), COLD));
        until(Seat.LOCAL);
        load();
        more(500);
        ChildAgent next = keep(ChildAgent.start("web", at, redis.url(), COLD_REPLACING));
        assertThat(old.waitFor()).isEqualTo(DyingCommand.CODE);
        assertThat(next.waitFor()).as("it has taken nobody's place").isNotZero();
        until(Seat.DIRECT);
        more(500);
        settled();
        assertThat(failedAgain).isEmpty();
        assertThat(failedOnce).hasSizeLessThanOrEqualTo(AT_ONCE).allSatisfy(each -> assertThat(each.executed())
                .isEqualTo(Executed.MAYBE));
        assertThat(counter.twice(notTwice)).isZero();
    }
}
