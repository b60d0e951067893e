package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.discovery.Address;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.transport.handover.HandOverLedger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** An agent is replaced by another one, and clients of Redis do not notice: not their connections, nor who they have said that they are. */
@Timeout(240)
class AgentRespReplacedTest {

    private static final String TOKEN = "a token";

    /** In a process that stands still nothing moves, so each client makes so many calls in each agent before the next one comes. */
    private static final int CALLS_BETWEEN = 25;

    @TempDir
    Path folder;

    private MeshStage stage;
    private AgentProcess agent;
    private final Counted.Counter counter = new Counted.Counter();
    private final AtomicInteger numbers = new AtomicInteger();

    @BeforeEach
    void open() {
        stage = new MeshStage(folder);
        stage.serve("counted", Counted.class, counter);
        agent = stage.agent(config());
    }

    @AfterEach
    void close() throws Exception {
        stage.close();
    }

    private AgentConfig config() {
        return new AgentConfig(
                MeshStage.APPLICATION,
                List.of(stage.agentAddress(), new Address.Tcp("127.0.0.1", 0)),
                Set.of(),
                Map.of(),
                TOKEN,
                null,
                Duration.ZERO,
                Duration.ofSeconds(30));
    }

    /** Another agent takes the place of this one, which is closed. */
    private HandOverLedger replace() throws Exception {
        AgentProcess before = agent;
        AtomicReference<RuntimeException> why = new AtomicReference<>();
        MeshStage.soon()
                .until(
                        () -> {
                            try {
                                agent = stage.keep(AgentProcess.replacing(
                                        config(), stage.registry, stage.keep(new MemoryRuleSource(stage.rules))));
                                return true;
                            } catch (IllegalStateException notYet) { // it does not stand ready again
                                why.set(notYet);
                                return false;
                            }
                        },
                        () -> "" + why.get());
        HandOverLedger ledger = before.replaced().get(60, TimeUnit.SECONDS);
        before.close();
        return ledger;
    }

    private RespSocket unix() throws IOException {
        return stage.keep(new RespSocket(agent.outbound().get(0)));
    }

    private RespSocket tcp() throws IOException {
        return stage.keep(new RespSocket(agent.outbound().get(1)));
    }

    private static String call(int number) {
        return "{\"service\":\"mesh.Counted\",\"method\":\"once\",\"args\":[" + number + "],\"timeoutMs\":60000}";
    }

    /** Something that asks and answers, such as a connection. */
    private interface Asked {
        String ask(String call) throws IOException;
    }

    private static Asked of(RespSocket socket) {
        return call -> socket.ask("GET", call);
    }

    @Test
    void underLoadEveryCallRunsOnceOnTheConnectionsThatAreThere() throws Exception {
        List<Asked> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(of(unix()));
            RespSocket known = tcp();
            assertThat(known.ask("AUTH", TOKEN)).isEqualTo("+OK");
            clients.add(of(known));
        }
        Address.Tcp at = (Address.Tcp) agent.outbound().get(1);
        Jedis jedis = stage.keep(new Jedis(
                new HostAndPort(at.host(), at.port()),
                DefaultJedisClientConfig.builder()
                        .user(MeshStage.APPLICATION)
                        .password(TOKEN)
                        .timeoutMillis(60_000)
                        .build()));
        clients.add(jedis::get);

        AtomicBoolean ends = new AtomicBoolean();
        List<AtomicInteger> made = new ArrayList<>();
        List<CompletableFuture<Void>> loops = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        try {
            for (Asked each : clients) {
                AtomicInteger count = new AtomicInteger();
                made.add(count);
                loops.add(CompletableFuture.runAsync(() -> callUntil(ends, each, count), threads));
            }
            for (int round = 1; round <= 3; round++) {
                int least = round * CALLS_BETWEEN;
                MeshStage.soon()
                        .until(
                                () -> made.stream().allMatch(count -> count.get() >= least)
                                        || loops.stream().anyMatch(CompletableFuture::isDone),
                                () -> "" + made);
                HandOverLedger ledger = replace();
                assertThat(ledger.callsLost()).isZero();
                assertThat(ledger.resp()).as("connections of RESP that moved").isEqualTo(clients.size());
            }
            ends.set(true);
            for (CompletableFuture<Void> each : loops) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            ends.set(true);
            threads.shutdown();
        }
        assertThat(counter.ran).hasSize(numbers.get()).allSatisfy((any, times) -> assertThat(times)
                .isEqualTo(1));
        assertThat(agent.callsTaken()).isPositive();
    }

    private void callUntil(AtomicBoolean ends, Asked client, AtomicInteger count) {
        try {
            while (!ends.get()) {
                int mine = numbers.getAndIncrement();
                assertThat(client.ask(call(mine))).isEqualTo("{\"result\":" + mine + "}");
                count.incrementAndGet();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whoHasSaidTheTokenNeedNotSayItAgainAndWhoHasNotMust() throws Exception {
        RespSocket known = tcp();
        assertThat(known.ask("AUTH", MeshStage.APPLICATION, TOKEN)).isEqualTo("+OK");
        RespSocket stranger = tcp();
        assertThat(stranger.ask("AUTH", "wrong")).startsWith("-WRONGPASS");
        RespSocket silent = tcp();

        replace();

        assertThat(known.ask("GET", call(1))).isEqualTo("{\"result\":1}");
        assertThat(stranger.ask("GET", call(2))).startsWith("-NOAUTH");
        assertThat(stranger.ask("AUTH", "wrong")).startsWith("-WRONGPASS");
        assertThat(stranger.ask("AUTH", TOKEN)).isEqualTo("+OK");
        assertThat(stranger.ask("GET", call(3))).isEqualTo("{\"result\":3}");
        assertThat(silent.ask("GET", call(4))).startsWith("-NOAUTH");
        assertThat(counter.ran).containsOnlyKeys(1, 3);
    }

    @Test
    void aCommandOfWhichHalfWasReadIsReadToItsEndByTheOther() throws Exception {
        RespSocket known = tcp();
        assertThat(known.ask("AUTH", TOKEN)).isEqualTo("+OK");
        RespSocket near = unix();
        RespSocket saying = tcp();
        String first = RespSocket.command("GET", call(1));
        String second = RespSocket.command("GET", call(2));
        String token = RespSocket.command("AUTH", TOKEN);
        // What comes in one piece is read in one: when the first command of it is answered, the half of the second one
        // was read.
        String ping = RespSocket.command("PING");
        known.raw(ping + first.substring(0, first.length() / 2));
        assertThat(known.answer()).isEqualTo("+PONG");
        near.raw(ping + second.substring(0, 1));
        assertThat(near.answer()).isEqualTo("+PONG");
        saying.raw(ping + token.substring(0, token.length() - 4));
        assertThat(saying.answer()).startsWith("-NOAUTH");

        assertThat(replace().halfRead()).isEqualTo(3);
        assertThat(counter.ran).isEmpty();

        known.raw(first.substring(first.length() / 2));
        assertThat(known.answer()).isEqualTo("{\"result\":1}");
        near.raw(second.substring(1));
        assertThat(near.answer()).isEqualTo("{\"result\":2}");
        saying.raw(token.substring(token.length() - 4));
        assertThat(saying.answer()).isEqualTo("+OK");
        assertThat(saying.ask("GET", call(3))).isEqualTo("{\"result\":3}");
        assertThat(counter.ran).isEqualTo(Map.of(1, 1, 2, 1, 3, 1));
    }

    @Test
    void whatABreakerKnewOfCallsOverRespGoesAlong() throws Exception {
        stage.rules.putRule(
                "breaks",
                "{\"kind\":\"policy\",\"service\":\"mesh.Broken\",\"set\":{\"breaker-failures\":1,\"breaker-calls\":3,"
                        + "\"breaker-open\":\"10m\"}}");
        stage.serve("broken", AgentReplacedTest.Broken.class, () -> {
            throw new IllegalStateException("broken");
        });
        RespSocket socket = unix();
        MeshStage.soon().until(() -> isRejected(socket), () -> "the breaker does not open");
        replace();
        assertThat(isRejected(socket)).isTrue();
    }

    private static boolean isRejected(RespSocket socket) {
        try {
            return socket.ask("GET", "{\"service\":\"mesh.Broken\",\"method\":\"call\",\"timeoutMs\":60000}")
                    .contains("\"status\":\"REJECTED\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
