package io.moa.e2e.proxy;

import static io.moa.e2e.proxy.ProxyStage.soon;
import static io.moa.e2e.proxy.ProxyStage.stock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Instance;
import io.moa.discovery.Snapshot;
import io.moa.invoke.CallException;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.node.proxy.ProxyConfig;
import io.moa.node.proxy.ProxyProcess;
import io.moa.server.MoaServer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;

/** Processes that know nothing of MOA are published by a proxy, and called from Java and over RESP. */
class PublishingTest {

    private final ProxyStage stage = new ProxyStage();

    @AfterEach
    void close() throws Exception {
        stage.close();
    }

    private PublishedStock consumer() {
        MoaClient client = stage.client("web");
        PublishedStock stub = client.stub(PublishedStock.class);
        soon().until(
                        () -> client.explain(ProxyStage.STOCK).contains("connected"),
                        () -> client.explain(ProxyStage.STOCK));
        return stub;
    }

    @ParameterizedTest
    @EnumSource(LocalStock.Protocol.class)
    void aProcessAnswersCallsFromJava(LocalStock.Protocol protocol) throws Exception {
        LocalStock local = stage.keep(new LocalStock(protocol));
        stage.publishing(stock(local.url()));
        PublishedStock stub = consumer();

        assertThat(stub.reserve("grün", 3)).isEqualTo(12);
        assertThat(stub.who()).isEqualTo("web");
        assertThat(stub.echo("\"äß\n😀 漢字")).isEqualTo("\"äß\n😀 漢字");
        String large = "x".repeat(1 << 20);
        assertThat(stub.echo(large)).isEqualTo(large);

        PublishedStock.OutOfStock out =
                catchThrowableOfType(PublishedStock.OutOfStock.class, () -> stub.reserve("top", 101));
        assertThat(out.left()).isEqualTo(100);
        assertThat(out).hasMessageContaining("only 100 are left");
    }

    @ParameterizedTest
    @EnumSource(LocalStock.Protocol.class)
    void aProcessIsToldWhatACallCarries(LocalStock.Protocol protocol) throws Exception {
        LocalStock local = stage.keep(new LocalStock(protocol));
        stage.publishing(stock(local.url()));
        MoaClient client = stage.client("web");
        PublishedStock stub = client.with(
                client.stub(PublishedStock.class),
                CallOptions.NONE.withTag("gray").withAttachment("user", "7").withIdempotencyKey("k1"));

        assertThat(stub.reserve("top", 2)).isEqualTo(6);

        JsonNode call = local.calls.get(0);
        assertThat(call.get("service").asText()).isEqualTo("shop.Stock");
        assertThat(call.get("method").asText()).isEqualTo("reserve");
        assertThat(call.get("args")).hasToString("[\"top\",2]");
        assertThat(call.get("caller").asText()).isEqualTo("web");
        assertThat(call.get("tag").asText()).isEqualTo("gray");
        assertThat(call.get("attachments").get("user").asText()).isEqualTo("7");
        assertThat(call.get("idempotencyKey").asText()).isEqualTo("k1");
        assertThat(call.get("timeoutMs").asLong()).isBetween(1L, 60_000L);
    }

    @ParameterizedTest
    @EnumSource(LocalStock.Protocol.class)
    void aProcessThatHangsIsWaitedForNoLongerThanTheCaller(LocalStock.Protocol protocol) throws Exception {
        LocalStock local = stage.keep(new LocalStock(protocol));
        stage.publishing(stock(local.url()).withCapacity(1, 0));
        PublishedStock stub = consumer();

        assertThatThrownBy(stub::hang).isInstanceOf(CallTimeoutException.class);

        // its place is free again, although the process still hangs
        soon().until(() -> stub.who().equals("web"), () -> "");
    }

    @ParameterizedTest
    @EnumSource(LocalStock.Protocol.class)
    void whatIsNoReplyIsAFailureThatSaysSo(LocalStock.Protocol protocol) throws Exception {
        LocalStock local = stage.keep(new LocalStock(protocol));
        stage.publishing(stock(local.url()));
        PublishedStock stub = consumer();

        CallException failed = catchThrowableOfType(CallException.class, stub::strange);
        assertThat(failed.status()).isEqualTo(Status.INTERNAL);
        assertThat(failed)
                .hasMessageContaining("shop.Stock strange")
                .hasMessageContaining(local.url())
                .hasMessageContaining("no reply")
                .hasMessageNotContaining("Warning");
        assertThat(stub.who()).isEqualTo("web");
    }

    @Test
    void theProxyAnswersRespToo() throws Exception {
        LocalStock local = stage.keep(new LocalStock(LocalStock.Protocol.RESP));
        ProxyProcess proxy = stage.publishing(stock(local.url()));
        try (Jedis jedis = new Jedis("127.0.0.1", proxy.port(0), 30_000)) {
            assertThat(
                            jedis.get(
                                    "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":{\"count\":2,\"item\":\"top\"}}"))
                    .isEqualTo("{\"result\":6}");
            assertThat(jedis.get("{\"service\":\"shop.Stock\",\"method\":\"echo\",\"args\":{\"text\":1}}"))
                    .as("names that nobody knows are the process's own business")
                    .isEqualTo("{\"result\":null}");
            assertThat(local.calls.get(1).get("args")).hasToString("{\"text\":1}");
            assertThat(
                            jedis.get(
                                    "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":{\"size\":2,\"item\":\"top\"}}"))
                    .contains("INVALID_ARGUMENT")
                    .contains("item, count");
            assertThat(
                            jedis.get(
                                    "{\"service\":\"shop.Stock\",\"method\":\"reserve(java.lang.String,int)\",\"args\":[\"a\",1]}"))
                    .isEqualTo("{\"result\":1}");
        }
    }

    @Test
    void liveRulesLimitWhatIsPublished() throws Exception {
        LocalStock local = stage.keep(new LocalStock(LocalStock.Protocol.RESP));
        stage.publishing(stock(local.url()));
        PublishedStock stub = consumer();
        assertThat(stub.who()).isEqualTo("web");

        stage.rules.putRule(
                "few",
                "{\"kind\":\"policy\",\"service\":\"shop.Stock\",\"method\":\"who\",\"set\":{\"rate-limit\":1,\"rate-burst\":1,"
                        + "\"rate-limit-at\":\"provider\"}}");
        soon().until(
                        () -> {
                            CallException refused = catchThrowableOfType(CallException.class, stub::who);
                            return refused != null && refused.status() == Status.REJECTED;
                        },
                        () -> "the rule is not in force");
        int before = local.calls.size();
        assertThatThrownBy(stub::who).isInstanceOf(CallException.class);
        assertThat(local.calls).as("nothing reaches the process").hasSize(before);
        assertThat(stub.reserve("a", 1)).as("other methods go on").isEqualTo(1);
    }

    @Test
    void moreCallsThanAProcessHasPlacesForAreRefusedBeforeTheyRun() throws Exception {
        LocalStock local = stage.keep(new LocalStock(LocalStock.Protocol.RESP));
        stage.publishing(stock(local.url()).withCapacity(1, 1));
        PublishedStock stub = consumer();
        CompletableFuture<Integer> runs = stub.slow();
        soon().until(() -> local.calls.size() == 1, () -> "" + local.calls);
        CompletableFuture<Integer> waits = stub.slow();
        CompletableFuture<Integer> refused = stub.slow();

        CompletionException why = catchThrowableOfType(CompletionException.class, refused::join);
        assertThat(why).hasCauseInstanceOf(CallException.class);
        CallException failed = (CallException) why.getCause();
        assertThat(failed.status()).isEqualTo(Status.OVERLOADED);
        assertThat(failed.executed()).isEqualTo(Executed.NO);
        assertThat(failed).hasMessageContaining("has 1 calls, as many as it is given at once, and 1 wait");
        assertThat(local.calls).hasSize(1);

        local.hanging.countDown();
        assertThat(runs.join()).isNull();
        assertThat(waits.join()).isNull();
        assertThat(local.calls).hasSize(2);
    }

    @Test
    void aProcessThatDiesIsTakenOffAndPutBackWhenItAnswersAgain() throws Exception {
        LocalStock first = stage.keep(new LocalStock(LocalStock.Protocol.RESP));
        LocalStock second = stage.keep(new LocalStock(LocalStock.Protocol.HTTP));
        ProxyProcess proxy = stage.publishing(stock(first.url()), stock(second.url()));
        PublishedStock stub = consumer();
        soon().until(
                        () -> {
                            reserve(stub);
                            return !first.calls.isEmpty() && !second.calls.isEmpty();
                        },
                        this::listed);

        first.close();
        for (int i = 0; i < 200; i++) {
            assertThat(stub.reserve("top", 1)).as("call " + i + " fails over").isEqualTo(3);
        }
        soon().until(() -> online() == 1, this::listed);
        assertThat(listed()).contains("cannot be reached").contains(first.url());
        assertThat(proxy.describe().get(0)).contains("is off").contains("cannot be reached");
        assertThat(proxy.describe().get(1)).contains("is announced");

        LocalStock again = stage.keep(new LocalStock(LocalStock.Protocol.RESP, first.port()));
        soon().until(() -> online() == 2, this::listed);
        assertThat(listed()).doesNotContain("cannot be reached");
        soon().until(
                        () -> {
                            reserve(stub);
                            return !again.calls.isEmpty();
                        },
                        this::listed);
    }

    @ParameterizedTest
    @EnumSource(LocalStock.Protocol.class)
    void aProcessThatFailsItsCheckIsTakenOffAndStillServesWhoCalls(LocalStock.Protocol protocol) throws Exception {
        LocalStock local = stage.keep(new LocalStock(protocol));
        ProxyProcess proxy = stage.publishing(stock(local.url()));
        assertThat(online()).isEqualTo(1);

        local.ill = true;
        soon().until(() -> online() == 0, this::listed);
        try (Jedis jedis = new Jedis("127.0.0.1", proxy.port(0), 30_000)) {
            assertThat(jedis.get("{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":[\"top\",2]}"))
                    .isEqualTo("{\"result\":6}");
        }

        local.ill = false;
        soon().until(() -> online() == 1, this::listed);
    }

    @Test
    void nothingIsAnnouncedBeforeTheProcessAnswers() throws Exception {
        LocalStock early = new LocalStock(LocalStock.Protocol.RESP);
        early.close();
        ProxyProcess proxy = stage.proxy(ProxyConfig.of("stock", List.of(stock(early.url())), null));
        soon().until(() -> proxy.describe().get(0).contains("cannot be reached"), () -> "" + proxy.describe());
        assertThat(proxy.port(0)).isZero();
        assertThat(snapshot().isEmpty()).isTrue();

        stage.keep(new LocalStock(LocalStock.Protocol.RESP, early.port()));
        soon().until(() -> online() == 1, this::listed);
    }

    @Test
    void whoClosesTheProxyTakesItsServicesOff() throws Exception {
        LocalStock local = stage.keep(new LocalStock(LocalStock.Protocol.RESP));
        ProxyProcess proxy = stage.publishing(stock(local.url()));
        assertThat(online()).isEqualTo(1);
        proxy.close();
        assertThat(snapshot().isEmpty()).isTrue();
    }

    private static void reserve(PublishedStock stub) {
        try {
            stub.reserve("a", 1);
        } catch (PublishedStock.OutOfStock e) {
            throw new AssertionError(e);
        }
    }

    private List<Snapshot.Entry> snapshot() {
        try (var following = stage.registry.subscribe(ProxyStage.STOCK, any -> {})) {
            return following.current().entries();
        }
    }

    private long online() {
        return snapshot().stream().filter(Snapshot.Entry::usable).count();
    }

    private String listed() {
        StringBuilder all = new StringBuilder();
        for (Snapshot.Entry each : snapshot()) {
            Instance instance = each.instance();
            all.append(instance.uuid())
                    .append(' ')
                    .append(instance.metadata().get(MoaServer.OFFLINE_REASON))
                    .append('\n');
        }
        return all.toString();
    }
}
