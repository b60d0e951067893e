package io.moa.e2e.resp;

import static io.moa.e2e.resp.Desk.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.ProtocolVersion;
import io.moa.Moa;
import io.moa.server.MoaServer;
import io.moa.server.resp.RespConfig;
import io.moa.testkit.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lettuce, as it comes, calls a server. */
class LettuceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Moa moa = Moa.builder("desk").build();
    private final Desk.Clerk clerk = new Desk.Clerk();
    private final List<RedisClient> clients = new ArrayList<>();
    private MoaServer server = serve(RespConfig.DEFAULT);

    private MoaServer serve(RespConfig config) {
        return MoaServer.builder(moa).resp(config).export(Desk.class, clerk).start();
    }

    private RedisURI at(int port) {
        return RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(PATIENCE)
                .build();
    }

    private StatefulRedisConnection<String, String> connect(RedisURI where, ProtocolVersion version) {
        RedisClient client = RedisClient.create(where);
        clients.add(client);
        client.setOptions(ClientOptions.builder().protocolVersion(version).build());
        return client.connect();
    }

    private StatefulRedisConnection<String, String> connect(RedisURI where) {
        RedisClient client = RedisClient.create(where);
        clients.add(client);
        return client.connect();
    }

    private RedisCommands<String, String> connect() {
        return connect(at(server.port())).sync();
    }

    @AfterEach
    void close() {
        for (RedisClient each : clients) {
            each.shutdown(Duration.ZERO, PATIENCE);
        }
        server.closeNow();
        moa.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"RESP2", "RESP3"})
    void callsInBothVersionsOfTheProtocol(ProtocolVersion version) {
        StatefulRedisConnection<String, String> connection = connect(at(server.port()), version);
        RedisCommands<String, String> redis = connection.sync();
        assertThat(redis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
        assertThat(redis.get(call("reserve", "{\"count\":2,\"item\":\"top\"}"))).isEqualTo("{\"result\":6}");
        assertThat(redis.ping()).isEqualTo("PONG");
        List<Object> hello = redis.dispatch(CommandType.HELLO, new ArrayOutput<>(StringCodec.UTF8));
        assertThat(hello.get(hello.indexOf("proto") + 1)).isEqualTo(version == ProtocolVersion.RESP3 ? 3L : 2L);
    }

    @Test
    void oneOfManyMayFail() {
        String[] requests = new String[20];
        for (int i = 0; i < requests.length; i++) {
            requests[i] = i == 7 ? "nonsense" : call("reserve", "[\"a\"," + i + "]");
        }
        List<KeyValue<String, String>> answers = connect().mget(requests);
        assertThat(answers).hasSize(20);
        for (int i = 0; i < requests.length; i++) {
            assertThat(answers.get(i).getKey()).isEqualTo(requests[i]);
            if (i == 7) {
                assertThat(answers.get(i).getValue()).contains("\"status\":\"INVALID_ARGUMENT\"");
            } else {
                assertThat(answers.get(i).getValue()).isEqualTo("{\"result\":" + i + "}");
            }
        }
    }

    @Test
    void aHundredAreSentAtOnceAndAnsweredInOrder() {
        StatefulRedisConnection<String, String> connection = connect(at(server.port()));
        connection.setAutoFlushCommands(false);
        List<String> answers = new CopyOnWriteArrayList<>();
        List<RedisFuture<String>> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            RedisFuture<String> one = connection.async().get(call("reserve", "[\"top\"," + i + "]"));
            one.thenAccept(answers::add);
            open.add(one);
        }
        assertThat(answers).isEmpty();
        connection.flushCommands();
        assertThat(LettuceFutures.awaitAll(PATIENCE, open.toArray(RedisFuture[]::new)))
                .isTrue();
        assertThat(answers).hasSize(100);
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i)).isEqualTo("{\"result\":" + 3 * i + "}");
        }
    }

    @Test
    void whatFailsIsAnAnswerAndWhatIsNoCallAnException() {
        RedisCommands<String, String> redis = connect();
        assertThat(redis.get(call("fail", "[\"no top is left\"]")))
                .contains("\"status\":\"APPLICATION\"")
                .contains("\"code\":\"SOLD_OUT\"")
                .contains("\"message\":\"no top is left\"");
        assertThat(redis.get(call("resreve", "[]"))).contains("\"status\":\"UNIMPLEMENTED\"");
        assertThatThrownBy(() -> redis.set("a", "b"))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("unknown command 'SET'");
        assertThat(redis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
    }

    @Test
    void aCallThatHangsEndsAtItsDeadlineOrAtTheClients() {
        RedisCommands<String, String> redis = connect();
        assertThat(redis.get(call("hang", "[]", "\"timeoutMs\":100"))).contains("\"status\":\"DEADLINE_EXCEEDED\"");
        redis.setTimeout(Duration.ofMillis(200));
        assertThatThrownBy(() -> redis.get(call("hang", "[]"))).isInstanceOf(RedisCommandTimeoutException.class);
        redis.setTimeout(PATIENCE);
        clerk.release();
        assertThat(redis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
    }

    @Test
    void textsOfAllLanguagesAndSizesArrive() {
        RedisCommands<String, String> redis = connect();
        String text = "grün 中文 🍵 'single' \\\"quoted\\\" \\\\ \\n";
        assertThat(redis.get(call("echo", "[\"" + text + "\"]"))).isEqualTo("{\"result\":\"" + text + "\"}");
        String large = "中x".repeat(1 << 18);
        assertThat(large.getBytes(StandardCharsets.UTF_8)).hasSize(1 << 20);
        assertThat(redis.get(call("echo", "[\"" + large + "\"]")).equals("{\"result\":\"" + large + "\"}"))
                .isTrue();
    }

    @Test
    void whoCallsIsWhoSaidSo() {
        RedisURI named = at(server.port());
        named.setClientName("teahouse");
        assertThat(connect(named).sync().get(call("who", "[]"))).isEqualTo("{\"result\":\"teahouse\"}");
        server.closeNow();
        server = serve(RespConfig.DEFAULT.withPassword("default", "right").withPassword("web", "right"));
        RedisURI stranger = at(server.port());
        assertThatThrownBy(() -> connect(stranger).sync().get(call("who", "[]")))
                .isInstanceOf(RedisException.class)
                .hasStackTraceContaining("NOAUTH");
        assertThatThrownBy(() -> connect(known("default", "wrong")))
                .isInstanceOf(RedisConnectionException.class)
                // Lettuce closes the connection then, and about once in a hundred times tells that in place of why.
                .satisfies(refused -> assertThat(refused)
                        .rootCause()
                        .message()
                        .containsAnyOf("WRONGPASS", "Connection closed prematurely"));
        assertThat(connect(known("default", "right")).sync().get(call("who", "[]")))
                .isEqualTo("{\"result\":\"\"}");
        assertThat(connect(known("web", "right")).sync().get(call("who", "[]"))).isEqualTo("{\"result\":\"web\"}");
    }

    private RedisURI known(String user, String password) {
        return RedisURI.builder(at(server.port()))
                .withAuthentication(user, password)
                .build();
    }

    @Test
    void asksWhatThereIs() {
        RedisCommands<String, String> redis = connect();
        assertThat(redis.dispatch(named("MOA.LIST"), new ArrayOutput<>(StringCodec.UTF8)))
                .isEqualTo(List.of("clients.Desk"));
        assertThat(redis.dispatch(
                        named("MOA.DESCRIBE"),
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).add("clients.Desk")))
                .contains("\"service\":\"clients.Desk\"");
    }

    private static ProtocolKeyword named(String command) {
        return new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return command.getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public String toString() {
                return command;
            }
        };
    }

    @Test
    void connectsAgainToAServerThatWasKilled() throws Exception {
        try (MortalServer mortal = new MortalServer()) {
            RedisCommands<String, String> redis = connect(at(mortal.port())).sync();
            assertThat(redis.get(call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
            mortal.restart();
            Eventually.within(PATIENCE)
                    .until(
                            () -> {
                                try {
                                    return redis.get(call("reserve", "[\"top\",4]"))
                                            .equals("{\"result\":12}");
                                } catch (RedisException broken) {
                                    return false; // a call that was on its way
                                }
                            },
                            () -> "Lettuce does not come back");
        }
    }
}
