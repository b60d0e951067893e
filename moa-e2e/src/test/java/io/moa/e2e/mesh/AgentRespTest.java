package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.ParameterName;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.CallScope;
import io.moa.mesh.MeshMode;
import io.moa.server.MoaServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** Clients of Redis call by the agent, at the sockets at which Java processes hand their calls over. */
@org.junit.jupiter.api.Timeout(180)
class AgentRespTest {

    private static final String TOKEN = "a token";

    /** Nothing is left. */
    @ErrorCode("EMPTY")
    public static final class Empty extends Exception {
        private static final long serialVersionUID = 1L;

        public Empty(String message) {
            super(message);
        }
    }

    /** What is called. */
    @MoaService(name = "mesh.Till")
    public interface Till {
        int total(@ParameterName("item") String item, @ParameterName("count") int count);

        String who();

        @Idempotent
        @Timeout(millis = 60_000)
        String where() throws InterruptedException;

        @Timeout(millis = 250)
        void hang() throws InterruptedException;

        void empty() throws Empty;
    }

    @TempDir
    Path folder;

    private MeshStage stage;
    private final Map<String, AtomicInteger> ran = new ConcurrentHashMap<>();
    private final AtomicReference<String> holding = new AtomicReference<>("nobody");
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @BeforeEach
    void open() {
        stage = new MeshStage(folder);
    }

    @AfterEach
    void close() throws Exception {
        released.countDown();
        stage.close();
    }

    private MoaServer serve(String name) {
        AtomicInteger runs = ran.computeIfAbsent(name, any -> new AtomicInteger());
        return stage.serve(name, Till.class, new Till() {
            @Override
            public int total(String item, int count) {
                return item.length() * count;
            }

            @Override
            public String who() {
                runs.incrementAndGet();
                return CallScope.current().caller().application();
            }

            @Override
            public String where() throws InterruptedException {
                runs.incrementAndGet();
                if (name.equals(holding.get())) {
                    entered.countDown();
                    released.await();
                }
                return name;
            }

            @Override
            public void hang() throws InterruptedException {
                released.await();
            }

            @Override
            public void empty() throws Empty {
                throw new Empty("nothing is left");
            }
        });
    }

    /** An agent at a Unix socket and at a TCP port. */
    private AgentProcess agent() {
        return stage.agent(new AgentConfig(
                MeshStage.APPLICATION,
                List.of(stage.agentAddress(), new Address.Tcp("127.0.0.1", 0)),
                Set.of(),
                Map.of(),
                TOKEN,
                null,
                Duration.ZERO,
                Duration.ofSeconds(30)));
    }

    private Jedis jedis(AgentProcess agent, DefaultJedisClientConfig.Builder config) {
        Address.Tcp at = (Address.Tcp) agent.outbound().get(1);
        return stage.keep(new Jedis(
                new HostAndPort(at.host(), at.port()),
                config.timeoutMillis(60_000).build()));
    }

    private Jedis jedis(AgentProcess agent) {
        return jedis(agent, DefaultJedisClientConfig.builder().password(TOKEN));
    }

    private RespSocket socket(AgentProcess agent) throws Exception {
        return stage.keep(new RespSocket(agent.outbound().get(0)));
    }

    private static String call(String method, String arguments) {
        return call(method, arguments, ",\"timeoutMs\":60000");
    }

    private static String call(String method, String arguments, String more) {
        return "{\"service\":\"mesh.Till\",\"method\":\"" + method + "\",\"args\":" + arguments + more + "}";
    }

    @Test
    void callsOverTcpWithTheToken() {
        serve("till");
        AgentProcess agent = agent();
        Jedis jedis = jedis(agent);
        assertThat(jedis.get(call("total", "[\"grün\",3]"))).isEqualTo("{\"result\":12}");
        assertThat(jedis.get(call("total", "{\"count\":2,\"item\":\"top\"}"))).isEqualTo("{\"result\":6}");
        assertThat(jedis.mget(call("who", "[]"), "nonsense"))
                .satisfiesExactly(who -> assertThat(who).isEqualTo("{\"result\":\"web\"}"), none -> assertThat(none)
                        .contains("INVALID_ARGUMENT"));
        assertThat(jedis.ping()).isEqualTo("PONG");
        assertThat(agent.callsTaken()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void callsOverTheUnixSocketWithoutOne() throws Exception {
        serve("till");
        RespSocket socket = socket(agent());
        assertThat(socket.ask("GET", call("total", "[\"top\",2]"))).isEqualTo("{\"result\":6}");
        assertThat(socket.ask("PING")).isEqualTo("+PONG");
        assertThat(socket.ask("MOA.HEALTH")).isEqualTo("ready");
        assertThat(socket.ask("MOA.EXPLAIN", "mesh.Till")).contains("till@");
        assertThat(socket.ask("SET", "a", "b")).startsWith("-ERR unknown command 'SET'");
    }

    @Test
    void whatFailsSaysWhetherItRan() throws Exception {
        serve("till");
        RespSocket socket = socket(agent());
        assertThat(socket.ask("GET", call("empty", "[]")))
                .contains(
                        "\"status\":\"APPLICATION\"", "\"executed\":\"yes\"", "\"code\":\"EMPTY\"", "nothing is left");
        assertThat(socket.ask("GET", call("hang", "[]", ",\"timeoutMs\":200")))
                .contains("\"status\":\"DEADLINE_EXCEEDED\"");
        assertThat(socket.ask("GET", call("totl", "[]")))
                .contains("\"status\":\"UNIMPLEMENTED\"", "\"executed\":\"no\"");
        assertThat(socket.ask("GET", "{\"service\":\"mesh.Nobody\",\"method\":\"a\"}"))
                .contains("\"status\":\"UNAVAILABLE\"", "\"executed\":\"no\"", "mesh.Nobody");
    }

    @Test
    void overTcpNobodyCallsWithoutTheToken() {
        serve("till");
        AgentProcess agent = agent();
        Jedis stranger = jedis(agent, DefaultJedisClientConfig.builder());
        assertThatThrownBy(() -> stranger.get(call("who", "[]"))).hasMessageContaining("NOAUTH");
        assertThatThrownBy(() -> stranger.sendCommand(() -> "MOA.HEALTH".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("NOAUTH");
        assertThatThrownBy(() -> jedis(agent, DefaultJedisClientConfig.builder().password("another"))
                        .ping())
                .isInstanceOf(JedisAccessControlException.class)
                .hasMessageContaining("WRONGPASS");
        assertThatThrownBy(() -> jedis(
                                agent,
                                DefaultJedisClientConfig.builder()
                                        .user("another-application")
                                        .password(TOKEN))
                        .ping())
                .as("it calls for one application")
                .hasMessageContaining("WRONGPASS");
        for (RedisProtocol version : RedisProtocol.values()) {
            assertThat(jedis(
                                    agent,
                                    DefaultJedisClientConfig.builder()
                                            .user("web")
                                            .password(TOKEN)
                                            .protocol(version))
                            .get(call("who", "[]")))
                    .isEqualTo("{\"result\":\"web\"}");
        }
    }

    @Test
    void whatAClientCallsItselfDoesNotChangeWhoseCallItIs() throws Exception {
        serve("till");
        RespSocket socket = socket(agent());
        assertThat(socket.ask("CLIENT", "SETNAME", "cron")).isEqualTo("+OK");
        assertThat(socket.ask("GET", call("who", "[]"))).isEqualTo("{\"result\":\"web\"}");
        assertThat(socket.ask("GET", call("who", "[]", ",\"timeoutMs\":60000,\"caller\":\"bank\"")))
                .isEqualTo("{\"result\":\"web\"}");
    }

    @Test
    void aRuleThatNamesTheApplicationLimits() {
        serve("till");
        Jedis jedis = jedis(agent());
        assertThat(jedis.get(call("who", "[]"))).isEqualTo("{\"result\":\"web\"}");
        stage.rules.putRule(
                "few",
                "{\"kind\":\"policy\",\"callers\":[\"web\"],\"service\":\"mesh.Till\",\"method\":\"who\",\"set\":{\"rate-limit\":1,"
                        + "\"rate-burst\":1,\"rate-limit-at\":\"caller\"}}");
        MeshStage.soon()
                .until(() -> jedis.get(call("who", "[]")).contains("REJECTED"), () -> "the rule is not in force");
        int before = ran.get("till").get();
        String[] many = new String[20];
        Arrays.fill(many, call("who", "[]"));
        List<String> answers = jedis.mget(many);
        long refused =
                answers.stream().filter(each -> each.contains("REJECTED")).count();
        assertThat(refused).isPositive();
        assertThat(ran.get("till").get() - before)
                .as("what is refused goes nowhere")
                .isEqualTo((int) (20 - refused));
    }

    @Test
    void whatJavaProcessesAnnouncedHoldsForTheOthers() throws Exception {
        serve("till");
        AgentProcess agent = agent();
        RespSocket socket = socket(agent);
        MoaClient client = stage.meshed(stage.client(MeshMode.ON));
        Till till = client.stub(Till.class);
        assertThatThrownBy(till::hang)
                .as("which announces the method with its 250 ms")
                .isNotNull();
        assertThat(socket.ask("GET", call("hang", "[]", "")))
                .contains("DEADLINE_EXCEEDED")
                .as("and not the second of who says nothing")
                .containsPattern(" of [12]?[0-9]?[0-9]\\.[0-9] ms");
    }

    @Test
    void aCallWhoseServerDiesIsRepeatedIfAJavaProcessHasAnnouncedThatItMayBe() throws Exception {
        MoaServer first = serve("first");
        AgentProcess agent = agent();
        MoaClient client = stage.meshed(stage.client(MeshMode.ON));
        assertThat(client.stub(Till.class).where()).isEqualTo("first");
        assertThat(dying(agent, first)).isEqualTo("{\"result\":\"second\"}");
        assertThat(ran.get("first").get()).isEqualTo(2);
    }

    @Test
    void aCallWhoseServerDiesIsNotRepeatedIfNobodyHas() throws Exception {
        MoaServer first = serve("first");
        assertThat(dying(agent(), first)).contains("\"status\":\"UNAVAILABLE\"", "\"executed\":\"unknown\"");
    }

    /** What is answered to a call that runs in a server when it is killed, while there is another one. */
    private String dying(AgentProcess agent, MoaServer first) throws Exception {
        holding.set("first");
        RespSocket calling = socket(agent);
        calling.raw(RespSocket.command("GET", call("where", "[]")));
        entered.await();
        serve("second");
        RespSocket asking = socket(agent);
        MeshStage.soon()
                .until(() -> said(asking, "MOA.EXPLAIN", "mesh.Till").contains("second@"), () -> "it is not known");
        first.closeNow();
        return calling.answer();
    }

    private static String said(RespSocket socket, String... command) {
        try {
            return socket.ask(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
