package io.moa.e2e.resp;

import static io.moa.e2e.resp.Desk.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.server.MoaServer;
import io.moa.server.resp.RespConfig;
import io.moa.testkit.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** Jedis, as it comes, calls a server. */
class JedisTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Moa moa = Moa.builder("desk").build();
    private final Desk.Clerk clerk = new Desk.Clerk();
    private MoaServer server = serve(RespConfig.DEFAULT);

    private MoaServer serve(RespConfig config) {
        return MoaServer.builder(moa).resp(config).export(Desk.class, clerk).start();
    }

    private static DefaultJedisClientConfig.Builder patient() {
        return DefaultJedisClientConfig.builder().timeoutMillis((int) PATIENCE.toMillis());
    }

    private Jedis connect(DefaultJedisClientConfig.Builder config) {
        return new Jedis(new HostAndPort("127.0.0.1", server.port()), config.build());
    }

    private Jedis connect() {
        return connect(patient());
    }

    @AfterEach
    void close() {
        server.closeNow();
        moa.close();
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void callsInEachVersionOfTheProtocol(RedisProtocol version) {
        try (Jedis jedis = connect(patient().protocol(version).clientName("teahouse"))) {
            assertThat(jedis.get(call("reserve", "[\"top\",2]"))).isEqualTo("{\"result\":6}");
            assertThat(jedis.get(call("reserve", "{\"count\":3,\"item\":\"top\"}")))
                    .isEqualTo("{\"result\":9}");
            assertThat(jedis.get(call("who", "[]"))).isEqualTo("{\"result\":\"teahouse\"}");
            assertThat(jedis.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void oneOfManyMayFail() {
        try (Jedis jedis = connect()) {
            String[] requests = new String[20];
            for (int i = 0; i < requests.length; i++) {
                requests[i] = i == 7 ? "nonsense" : call("reserve", "[\"a\"," + i + "]");
            }
            List<String> answers = jedis.mget(requests);
            assertThat(answers).hasSize(20);
            for (int i = 0; i < requests.length; i++) {
                if (i == 7) {
                    assertThat(answers.get(i)).contains("\"status\":\"INVALID_ARGUMENT\"");
                } else {
                    assertThat(answers.get(i)).isEqualTo("{\"result\":" + i + "}");
                }
            }
        }
    }

    @Test
    void aHundredAreSentAtOnceAndAnsweredInOrder() {
        try (Jedis jedis = connect();
                Pipeline many = jedis.pipelined()) {
            List<Response<String>> open = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                open.add(many.get(call("reserve", "[\"top\"," + i + "]")));
            }
            many.sync();
            for (int i = 0; i < 100; i++) {
                assertThat(open.get(i).get()).isEqualTo("{\"result\":" + 3 * i + "}");
            }
        }
    }

    @Test
    void whatFailsIsAnAnswerAndWhatIsNoCallAnException() {
        try (Jedis jedis = connect()) {
            assertThat(jedis.get(call("fail", "[\"no top is left\"]")))
                    .contains("\"status\":\"APPLICATION\"")
                    .contains("\"code\":\"SOLD_OUT\"")
                    .contains("\"message\":\"no top is left\"");
            assertThat(jedis.get(call("resreve", "[]"))).contains("\"status\":\"UNIMPLEMENTED\"");
            assertThatThrownBy(() -> jedis.set("a", "b"))
                    .isInstanceOf(JedisDataException.class)
                    .hasMessageContaining("unknown command 'SET'");
            assertThat(jedis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
        }
    }

    @Test
    void aCallThatHangsEndsAtItsDeadlineOrAtTheSockets() {
        try (Jedis jedis = connect()) {
            assertThat(jedis.get(call("hang", "[]", "\"timeoutMs\":100"))).contains("\"status\":\"DEADLINE_EXCEEDED\"");
            assertThat(jedis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
        }
        try (Jedis jedis = connect()) {
            jedis.getConnection().setSoTimeout(200);
            assertThatThrownBy(() -> jedis.get(call("hang", "[]"))).isInstanceOf(JedisConnectionException.class);
        }
        clerk.release();
        try (Jedis jedis = connect()) {
            assertThat(jedis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
        }
    }

    @Test
    void textsOfAllLanguagesAndSizesArrive() {
        try (Jedis jedis = connect()) {
            String text = "grün 中文 🍵 'single' \\\"quoted\\\" \\\\ \\n";
            assertThat(jedis.get(call("echo", "[\"" + text + "\"]"))).isEqualTo("{\"result\":\"" + text + "\"}");
            String large = "中x".repeat(1 << 18);
            assertThat(large.getBytes(StandardCharsets.UTF_8)).hasSize(1 << 20);
            assertThat(jedis.get(call("echo", "[\"" + large + "\"]")).equals("{\"result\":\"" + large + "\"}"))
                    .isTrue();
        }
    }

    @Test
    void aPasswordLetsIn() {
        server.closeNow();
        server = serve(RespConfig.DEFAULT.withPassword("default", "right").withPassword("web", "right"));
        try (Jedis stranger = connect()) {
            assertThatThrownBy(() -> stranger.get(call("who", "[]"))).hasMessageContaining("NOAUTH");
        }
        assertThatThrownBy(() -> connect(patient().password("wrong")).close())
                .isInstanceOf(JedisAccessControlException.class)
                .hasMessageContaining("WRONGPASS");
        try (Jedis jedis = connect(patient().password("right"))) {
            assertThat(jedis.get(call("who", "[]"))).isEqualTo("{\"result\":\"\"}");
        }
        for (RedisProtocol version : RedisProtocol.values()) {
            try (Jedis jedis = connect(patient().user("web").password("right").protocol(version))) {
                assertThat(jedis.get(call("who", "[]"))).isEqualTo("{\"result\":\"web\"}");
            }
        }
    }

    @Test
    void connectsAgainToAServerThatWasKilled() throws Exception {
        try (MortalServer mortal = new MortalServer();
                Jedis jedis = new Jedis(
                        new HostAndPort("127.0.0.1", mortal.port()), patient().build())) {
            assertThat(jedis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
            mortal.restart();
            Eventually.within(PATIENCE)
                    .until(
                            () -> {
                                try {
                                    return jedis.get(call("reserve", "[\"top\",4]"))
                                            .equals("{\"result\":12}");
                                } catch (JedisConnectionException broken) {
                                    jedis.disconnect(); // as pools do; it connects when it is asked next
                                    return false;
                                }
                            },
                            () -> "Jedis does not come back");
        }
    }
}
