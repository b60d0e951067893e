package io.moa.e2e.proxy;

import static io.moa.e2e.proxy.ProxyStage.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.ErrorCode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.ParameterName;
import io.moa.discovery.Address;
import io.moa.invoke.CallScope;
import io.moa.node.proxy.OutboundConfig;
import io.moa.node.proxy.ProxyConfig;
import io.moa.node.proxy.ProxyProcess;
import io.moa.server.MoaServer;
import io.moa.server.resp.RespConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A process that is not in Java calls services of others through a proxy, with all that governs calls. */
class CallingOutTest {

    /** Nothing is left. */
    @ErrorCode("EMPTY")
    public static final class Empty extends Exception {
        private static final long serialVersionUID = 1L;

        public Empty(String message) {
            super(message);
        }
    }

    /** What is called. */
    @MoaService(name = "shop.Till", serializer = "hessian")
    public interface Till {
        int total(@ParameterName("item") String item, @ParameterName("count") int count);

        int total(@ParameterName("item") String item);

        int total(@ParameterName("number") int number);

        String who();

        @Idempotent
        int sometimes();

        long now(@ParameterName("at") long at);

        void empty() throws Empty;
    }

    private final ProxyStage stage = new ProxyStage();
    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();

    @AfterEach
    void close() throws Exception {
        stage.close();
    }

    private MoaServer serve(String name) {
        AtomicInteger ran = runs.computeIfAbsent(name, any -> new AtomicInteger());
        return stage.keep(MoaServer.builder(stage.moa(name))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .export(Till.class, new Till() {
                    @Override
                    public int total(String item, int count) {
                        ran.incrementAndGet();
                        return item.length() * count;
                    }

                    @Override
                    public int total(String item) {
                        return -1;
                    }

                    @Override
                    public int total(int number) {
                        return -2;
                    }

                    @Override
                    public String who() {
                        ran.incrementAndGet();
                        return CallScope.current().caller().application();
                    }

                    @Override
                    public int sometimes() {
                        return ran.incrementAndGet();
                    }

                    @Override
                    public long now(long at) {
                        return at;
                    }

                    @Override
                    public void empty() throws Empty {
                        throw new Empty("nothing is left");
                    }
                })
                .start());
    }

    private Jedis jedis(ProxyProcess proxy) {
        Address.Tcp at = (Address.Tcp) proxy.outbound();
        return stage.keep(new Jedis(at.host(), at.port(), 60_000));
    }

    private static String call(String method, String arguments) {
        return "{\"service\":\"shop.Till\",\"method\":\"" + method + "\",\"args\":" + arguments
                + ",\"timeoutMs\":30000}";
    }

    @Test
    void anyServiceIsCalledByNameAlone() {
        serve("till");
        Jedis jedis = jedis(stage.calling());

        assertThat(jedis.get(call("total", "[\"grün\",3]"))).isEqualTo("{\"result\":12}");
        assertThat(jedis.get(call("total", "{\"count\":2,\"item\":\"top\"}")))
                .as("the provider knows the names")
                .isEqualTo("{\"result\":6}");
        assertThat(jedis.get(call("now", "[9007199254740993]"))).isEqualTo("{\"result\":9007199254740993}");
        assertThat(jedis.get(call("empty", "[]")))
                .contains("\"status\":\"APPLICATION\"")
                .contains("\"code\":\"EMPTY\"")
                .contains("nothing is left");
        assertThat(jedis.mget(call("who", "[]"), "nonsense", call("total", "[\"a\",1]")))
                .satisfiesExactly(
                        who -> assertThat(who).isEqualTo("{\"result\":\"web-php\"}"),
                        none -> assertThat(none).contains("INVALID_ARGUMENT"),
                        total -> assertThat(total).isEqualTo("{\"result\":1}"));
    }

    @Test
    void overloadsAreToldApartByNumberOrByTypes() {
        serve("till");
        Jedis jedis = jedis(stage.calling());

        assertThat(jedis.get(call("total", "[\"a\"]")))
                .contains("UNIMPLEMENTED")
                .contains("total(java.lang.String)")
                .contains("total(int)")
                .contains("name one with its types");
        assertThat(jedis.get(call("total(int)", "[1]"))).isEqualTo("{\"result\":-2}");
        assertThat(jedis.get(call("total(java.lang.String)", "[\"a\"]"))).isEqualTo("{\"result\":-1}");
        assertThat(jedis.get(call("totl", "[\"a\",1]")))
                .contains("UNIMPLEMENTED")
                .contains("\"executed\":\"no\"");
        assertThat(jedis.get(call("total", "[\"a\",\"b\"]")))
                .contains("INVALID_ARGUMENT")
                .contains("count");
    }

    @Test
    void theNameOfTheConnectionIsTheCaller() {
        serve("till");
        Jedis jedis = jedis(stage.calling());
        jedis.clientSetname("cron");
        assertThat(jedis.get(call("who", "[]"))).isEqualTo("{\"result\":\"cron\"}");
    }

    @Test
    void callsGoOnWhenAProviderDies() {
        MoaServer first = serve("first");
        serve("second");
        Jedis jedis = jedis(stage.calling());
        soon().until(
                        () -> {
                            jedis.get(call("sometimes", "[]"));
                            return runs.values().stream().allMatch(ran -> ran.get() > 0);
                        },
                        () -> "" + runs);
        first.closeNow();
        for (int i = 0; i < 200; i++) {
            assertThat(jedis.get(call("sometimes", "[]"))).as("call " + i).startsWith("{\"result\":");
        }
    }

    @Test
    void rulesLimitFaultAndAnswerInPlaceOfFailures() {
        serve("till");
        Jedis jedis = jedis(stage.calling());
        assertThat(jedis.get(call("who", "[]"))).isEqualTo("{\"result\":\"web-php\"}");

        stage.rules.putRule(
                "few",
                "{\"kind\":\"policy\",\"service\":\"shop.Till\",\"method\":\"who\",\"set\":{\"rate-limit\":1,\"rate-burst\":1,"
                        + "\"rate-limit-at\":\"caller\"}}");
        soon().until(() -> jedis.get(call("who", "[]")).contains("REJECTED"), () -> "the rule is not in force");
        int before = runs.get("till").get();
        List<String> many = jedis.mget(
                call("who", "[]"), call("who", "[]"), call("who", "[]"), call("who", "[]"), call("who", "[]"));
        assertThat(many).filteredOn(each -> each.contains("REJECTED")).hasSizeGreaterThanOrEqualTo(3);
        assertThat(runs.get("till").get() - before)
                .as("what is refused here goes nowhere")
                .isLessThanOrEqualTo(2);

        stage.rules.putRule(
                "instead",
                "{\"kind\":\"policy\",\"service\":\"shop.*\",\"set\":{\"fallback-value\":\"{\\\"from\\\":\\\"a rule\\\"}\"}}");
        soon().until(
                        () -> jedis.get(call("who", "[]")).equals("{\"result\":{\"from\":\"a rule\"}}"),
                        () -> jedis.get(call("who", "[]")));
    }

    @Test
    void whoIsNotThereIsSaid() {
        Jedis jedis = jedis(stage.calling());
        assertThat(jedis.get("{\"service\":\"shop.Nobody\",\"method\":\"a\"}"))
                .contains("UNAVAILABLE")
                .contains("\"executed\":\"no\"")
                .contains("shop.Nobody");
        assertThat(jedis.ping()).isEqualTo("PONG");
    }

    @Test
    void whoMayOpenTheSocketIsSaidByItsMode(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("out.sock");
        for (String mode : List.of("0660", "600")) {
            OutboundConfig outbound = new OutboundConfig(new Address.Unix(socket.toString()), RespConfig.DEFAULT, mode);
            try (ProxyProcess proxy = stage.proxy(ProxyConfig.of("web-php", List.of(), outbound))) {
                assertThat(proxy.outbound()).isEqualTo(outbound.address());
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                        .isEqualTo(mode.equals("0660") ? "rw-rw----" : "rw-------");
            }
        }
    }
}
