package io.moa.e2e.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.node.lookup.LookupProcess;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of Redis find servers by a lookup, and go on when Redis, copies of the lookup and servers are killed. */
@Timeout(180)
class RespLookupTest {

    private static final String STOCK = "shop.Stock";
    private static final String WHO = "{\"service\":\"shop.Stock\",\"method\":\"who\",\"timeoutMs\":30000}";
    private static final Pattern AGE = Pattern.compile("\"ageMs\":([0-9]+)}$");

    /** The service. */
    @MoaService(name = STOCK)
    public interface Stock {
        /** Who answers. */
        String who();
    }

    private EmbeddedRedis redis;
    private RedisRegistry registry;
    private Moa one;
    private Moa two;
    private MoaServer first;
    private MoaServer second;

    @BeforeEach
    void open() throws IOException {
        redis = EmbeddedRedis.start();
        registry = RedisRegistry.open(redis.config());
        one = Moa.builder("shop").instance("first").registry(registry).build();
        two = Moa.builder("shop").instance("second").registry(registry).build();
        first = serve(one);
        second = serve(two);
    }

    private static MoaServer serve(Moa moa) {
        return MoaServer.builder(moa)
                .export(Stock.class, () -> moa.self().instance())
                .closeOnShutdown(false)
                .start();
    }

    @AfterEach
    void close() {
        first.closeNow();
        second.closeNow();
        one.close();
        two.close();
        registry.close();
        redis.close();
    }

    private static Eventually eventually() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    private LookupProcess lookup() {
        return LookupProcess.builder(registry).start();
    }

    private void killRedis() {
        ProcessHandle.of(redis.pid()).orElseThrow().destroyForcibly();
    }

    private static String ask(RespClient asked, String... command) {
        try {
            return asked.ask(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long age(RespClient asked) {
        String json = ask(asked, "MOA.LOOKUP", STOCK, "JSON");
        Matcher age = AGE.matcher(json);
        assertThat(age.find()).as(json).isTrue();
        return Long.parseLong(age.group(1));
    }

    /** Asks until both are known. */
    private void awaitBoth(RespClient asked) {
        eventually().until(() -> ports(asked).equals(Set.of(first.port(), second.port())), () -> "not both are found");
    }

    private static Set<Integer> ports(RespClient asked) {
        String told = ask(asked, "MOA.LOOKUP", STOCK);
        Set<Integer> ports = new HashSet<>();
        Matcher each = Pattern.compile("127\\.0\\.0\\.1:([0-9]+)").matcher(told);
        while (each.find()) {
            ports.add(Integer.parseInt(each.group(1)));
        }
        return ports;
    }

    @Test
    void aLookupAnswersOnWithoutRedisAndSaysHowOldItsKnowledgeIs() throws Exception {
        try (LookupProcess lookup = lookup();
                RespClient asked = new RespClient(lookup.port())) {
            awaitBoth(asked);
            assertThat(asked.ask("MOA.LOOKUP", "shop.Nobody")).isEqualTo("[]");
            assertThat(asked.ask("MOA.LOOKUP", STOCK, "JSON"))
                    .contains("\"complete\":true", "\"uuid\":\"first\"", "\"uuid\":\"second\"", "\"state\":\"ONLINE\"");
            String told = asked.ask("MOA.LOOKUP", STOCK);
            killRedis();
            long before = age(asked);
            eventually().until(() -> age(asked) > before + 7_000, () -> "its age does not grow");
            assertThat(asked.ask("MOA.LOOKUP", STOCK)).isEqualTo(told);
        }
    }

    @Test
    void aLookupThatHasHeardNothingSaysTryAgainAndAnotherCopyIsAsked() throws Exception {
        EmbeddedRedis gone = EmbeddedRedis.start();
        gone.close();
        try (RedisRegistry nowhere = RedisRegistry.open(gone.config());
                LookupProcess ignorant = LookupProcess.builder(nowhere).start();
                LookupProcess knowing = lookup();
                RespClient asked = new RespClient(ignorant.port());
                RespClient other = new RespClient(knowing.port());
                ScriptClient script = new ScriptClient(ignorant.port(), knowing.port())) {
            assertThat(asked.ask("MOA.LOOKUP", STOCK)).startsWith("-TRYAGAIN This lookup's registry has not answered");
            assertThat(asked.ask("MOA.LOOKUP", STOCK, "JSON")).startsWith("-TRYAGAIN ");
            awaitBoth(other);
            eventually().until(() -> script.addresses(STOCK).size() == 2 && script.ignorant > 0, () -> "" + script);
            assertThat(script.unanswered).isZero();
        }
    }

    @Test
    void aScriptGoesOnWhenRedisAndCopiesAndServersAreKilled() throws Exception {
        LookupProcess here = lookup();
        LookupProcess there = lookup();
        try (RespClient asked = new RespClient(here.port());
                RespClient other = new RespClient(there.port());
                ScriptClient script = new ScriptClient(here.port(), there.port())) {
            awaitBoth(asked);
            awaitBoth(other);
            assertThat(answered(script)).containsExactlyInAnyOrder("first", "second");
            killRedis();
            assertThat(answered(script)).containsExactlyInAnyOrder("first", "second");
            here.closeNow();
            assertThat(answered(script)).containsExactlyInAnyOrder("first", "second");
            assertThat(script.unanswered).isZero();
            there.closeNow();
            assertThat(answered(script)).containsExactlyInAnyOrder("first", "second");
            assertThat(script.unanswered).as("it kept its list").isPositive();
            first.closeNow();
            for (int i = 0; i < 20; i++) {
                assertThat(script.call(STOCK, WHO)).isEqualTo("{\"result\":\"second\"}");
            }
        } finally {
            here.closeNow();
            there.closeNow();
        }
    }

    /** Who answers, of many calls. */
    private static Set<String> answered(ScriptClient script) {
        Set<String> who = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            String reply = script.call(STOCK, WHO);
            assertThat(reply).startsWith("{\"result\":\"");
            who.add(reply.substring(11, reply.length() - 2));
        }
        return who;
    }

    @Test
    void aServerTellsWhereItIsItselfAndNothingElse() throws Exception {
        try (RespClient asked = new RespClient(first.port())) {
            assertThat(asked.ask("MOA.LOOKUP", STOCK)).isEqualTo(List.of("127.0.0.1:" + first.port()) + "");
            assertThat(asked.ask("MOA.LOOKUP", STOCK, "json")).contains("\"complete\":false");
            assertThat(asked.ask("MOA.LOOKUP", "shop.Other"))
                    .startsWith("-ERR This server knows only")
                    .contains("lookup");
            assertThat(asked.ask("MOA.LOOKUP")).startsWith("-ERR MOA.LOOKUP <service> [JSON]");
            first.offline();
            assertThat(asked.ask("MOA.LOOKUP", STOCK)).isEqualTo("[]");
        }
    }
}
