package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespClient.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.annotation.ParameterName;
import io.moa.annotation.Timeout;
import io.moa.invoke.CallScope;
import io.moa.server.MoaServer;
import io.moa.server.resp.RespConfig;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients of Redis call a server, over sockets. */
class RespServerTest {

    /** An order. */
    public record Order(String item, int count, long customer) {}

    /** The service. */
    @MoaService(name = "shop.Stock")
    public interface Stock {
        int reserve(@ParameterName("item") String item, @ParameterName("count") int count);

        Order order(@ParameterName("order") Order order);

        @Timeout(millis = 100)
        CompletableFuture<String> hang();

        String fail(@ParameterName("why") String why) throws IllegalStateException;

        String who();

        void nothing();

        String slow(@ParameterName("name") String name);
    }

    private final CompletableFuture<String> never = new CompletableFuture<>();
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Moa moa = Moa.builder("shop").build();
    private MoaServer server = serve(RespConfig.DEFAULT);

    private MoaServer serve(RespConfig config) {
        return MoaServer.builder(moa)
                .resp(config)
                .export(Stock.class, new Shelf())
                .start();
    }

    private final class Shelf implements Stock {
        @Override
        public int reserve(String item, int count) {
            return item.length() * count;
        }

        @Override
        public Order order(Order order) {
            return new Order(order.item().toUpperCase(java.util.Locale.ROOT), order.count() + 1, order.customer());
        }

        @Override
        public CompletableFuture<String> hang() {
            return never;
        }

        @Override
        public String fail(String why) {
            throw new IllegalStateException(why);
        }

        @Override
        public String who() {
            return CallScope.current().caller().application();
        }

        @Override
        public void nothing() {}

        @Override
        public String slow(String name) {
            try {
                gates.computeIfAbsent(name, any -> new CountDownLatch(1)).await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return name;
        }
    }

    @AfterEach
    void close() {
        server.closeNow();
        moa.close();
    }

    private static String call(String method, String arguments) {
        return "{\"service\":\"shop.Stock\",\"method\":\"" + method + "\",\"args\":" + arguments + "}";
    }

    @Test
    void aCallIsAGetAndItsResultTheAnswer() throws Exception {
        try (RespClient client = new RespClient(server.port())) {
            assertThat(client.ask("GET", call("reserve", "[\"top\",3]"))).isEqualTo("{\"result\":9}");
            assertThat(client.ask("get", call("reserve", "{\"count\":2,\"item\":\"grün\"}")))
                    .isEqualTo("{\"result\":8}");
            assertThat(client.ask("GET", call("order", "[{\"item\":\"a\",\"count\":1,\"customer\":9007199254740993}]")))
                    .isEqualTo("{\"result\":{\"item\":\"A\",\"count\":2,\"customer\":9007199254740993}}");
            assertThat(client.ask("GET", call("nothing", "[]"))).isEqualTo("{\"result\":null}");
        }
    }

    @Test
    void manyAreCalledSideBySideAndAnsweredInOrder() throws Exception {
        try (RespClient client = new RespClient(server.port())) {
            client.raw(command("MGET", call("slow", "[\"a\"]"), call("slow", "[\"b\"]"), "nonsense")
                    + command("PING")
                    + command("GET", call("slow", "[\"c\"]")));
            gates.computeIfAbsent("c", any -> new CountDownLatch(1)).countDown();
            gates.computeIfAbsent("b", any -> new CountDownLatch(1)).countDown();
            gates.computeIfAbsent("a", any -> new CountDownLatch(1)).countDown();
            assertThat(client.answer())
                    .startsWith("[{\"result\":\"a\"}, {\"result\":\"b\"}, {\"error\":{\"status\":\"INVALID_ARGUMENT\"");
            assertThat(client.answer()).isEqualTo("+PONG");
            assertThat(client.answer()).isEqualTo("{\"result\":\"c\"}");
        }
    }

    @Test
    void aCallThatHangsIsAnsweredAtItsDeadlineAndHoldsUpNobodyLonger() throws Exception {
        try (RespClient client = new RespClient(server.port())) {
            client.raw(command("GET", call("hang", "[]")) + command("GET", call("reserve", "[\"top\",1]")));
            assertThat(client.answer())
                    .contains("\"status\":\"DEADLINE_EXCEEDED\"")
                    .contains("timed out");
            assertThat(client.answer()).isEqualTo("{\"result\":3}");
            never.complete("late");
            assertThat(client.ask("GET", call("reserve", "[\"top\",1]"))).isEqualTo("{\"result\":3}");
        }
    }

    @Test
    void whatFailsIsAnAnswerToo() throws Exception {
        try (RespClient client = new RespClient(server.port())) {
            assertThat(client.ask("GET", call("fail", "[\"a\\r\\n+OK\"]")))
                    .startsWith("{\"error\":{\"status\":\"APPLICATION\",\"executed\":\"yes\",\"message\":\"a  +OK\"");
            assertThat(client.ask("GET", call("reserve", "[\"top\"]"))).contains("1 arguments came");
            assertThat(client.ask("GET", call("reserve", "{\"item\":\"a\",\"cuont\":1}")))
                    .contains("Its parameters are item, count");
            assertThat(client.ask("GET", call("resrve", "[]"))).contains("\"status\":\"UNIMPLEMENTED\"");
            assertThat(client.ask("GET", "{\"service\":\"shop.Other\",\"method\":\"x\"}"))
                    .contains("The service shop.Other is not exported here");
            assertThat(client.ask("GET", "user:1")).contains("\"error\"");
            assertThat(client.ask("GET")).isEqualTo("-ERR wrong number of arguments for 'get' command");
            assertThat(client.ask("SET", "a", "b")).startsWith("-ERR unknown command 'SET'");
        }
    }

    @Test
    void whoCallsIsWhoSaidSo() throws Exception {
        try (RespClient client = new RespClient(server.port())) {
            assertThat(client.ask("GET", call("who", "[]"))).isEqualTo("{\"result\":\"\"}");
            assertThat(client.ask("CLIENT", "SETNAME", "php-web")).isEqualTo("+OK");
            assertThat(client.ask("GET", call("who", "[]"))).isEqualTo("{\"result\":\"php-web\"}");
            assertThat(client.ask("GET", "{\"service\":\"shop.Stock\",\"method\":\"who\",\"caller\":\"batch\"}"))
                    .isEqualTo("{\"result\":\"batch\"}");
        }
        server.closeNow();
        server = serve(RespConfig.DEFAULT.withPassword("web", "secret").withPassword("default", "other"));
        try (RespClient client = new RespClient(server.port())) {
            assertThat(client.ask("GET", call("who", "[]"))).startsWith("-NOAUTH");
            assertThat(client.ask("AUTH", "web", "other")).startsWith("-WRONGPASS");
            assertThat(client.ask("HELLO", "3", "AUTH", "web", "secret", "SETNAME", "x"))
                    .contains("proto, :3");
            assertThat(client.ask("GET", "{\"service\":\"shop.Stock\",\"method\":\"who\",\"caller\":\"batch\"}"))
                    .isEqualTo("{\"result\":\"web\"}");
        }
        try (RespClient client = new RespClient(server.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.ask("AUTH", "wrong")).startsWith("-WRONGPASS");
            }
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aServerThatClosesRefusesAsNotRunBeforeItEndsTheConnection() throws Exception {
        try (RespClient client = new RespClient(server.port())) {
            String result = "{\"result\":3}";
            assertThat(client.ask("GET", call("reserve", "[\"top\",1]"))).isEqualTo(result);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
            String said;
            do {
                said = client.ask("GET", call("reserve", "[\"top\",1]"));
            } while (said.equals(result));
            assertThat(said).contains("\"status\":\"DRAINING\",\"executed\":\"no\"");
            assertThat(client.isClosed()).isTrue();
            closed.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatIsNoRespClosesAndRunsNothing() throws Exception {
        try (RespClient client = new RespClient(server.port())) {
            client.raw("PING\r\n");
            assertThat(client.isClosed()).isTrue();
        }
        try (RespClient client = new RespClient(server.port())) {
            client.raw("\r\n" + command("PING"));
            assertThat(client.isClosed()).as("an empty line begins nothing").isTrue();
        }
        try (RespClient client = new RespClient(server.port())) {
            client.raw(command("PING") + "\r\n" + command("PING") + "GET / HTTP/1.1\r\n" + command("PING"));
            assertThat(client.answer()).isEqualTo("+PONG");
            assertThat(client.answer()).as("after an empty line").isEqualTo("+PONG");
            assertThat(client.answer()).isEqualTo("-ERR Protocol error: a command begins with '*', not with 'G'");
            assertThat(client.isClosed()).isTrue();
        }
        server.closeNow();
        server = serve(RespConfig.OFF);
        try (RespClient client = new RespClient(server.port())) {
            client.raw(command("PING"));
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aServerThatClosesAnswersWhatItHasHeard() throws Exception {
        try (RespClient client = new RespClient(server.port());
                RespClient idle = new RespClient(server.port())) {
            assertThat(idle.ask("PING")).isEqualTo("+PONG");
            client.raw(command("PING") + command("GET", call("slow", "[\"a\"]")));
            assertThat(client.answer()).isEqualTo("+PONG");
            CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
            gates.computeIfAbsent("a", any -> new CountDownLatch(1)).countDown();
            assertThat(client.answer()).isEqualTo("{\"result\":\"a\"}");
            assertThat(client.isClosed()).isTrue();
            assertThat(idle.isClosed()).isTrue();
            client.close();
            idle.close();
            closing.get(20, TimeUnit.SECONDS);
        }
    }
}
