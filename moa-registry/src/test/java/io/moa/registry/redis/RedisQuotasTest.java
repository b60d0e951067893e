package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.QuotaSource;
import io.moa.discovery.QuotaSource.Ask;
import io.moa.discovery.QuotaSource.Share;
import io.moa.invoke.Ticker;
import io.moa.registry.quota.QuotaPool;
import io.moa.testkit.Eventually;
import io.moa.testkit.QuotaContract;
import io.moa.testkit.QuotaStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisQuotasTest implements QuotaContract {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @Override
    public QuotaStage stage() {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        List<RedisRegistry> opened = new ArrayList<>();
        return new QuotaStage() {
            @Override
            public QuotaSource open() {
                RedisRegistry registry = RedisRegistry.open(config);
                opened.add(registry);
                return registry.quotas();
            }

            @Override
            public Ticker ticker() {
                return Ticker.system();
            }

            @Override
            public void pass(Duration time) { // the time of Redis, which nobody else can let go by
                long end = System.nanoTime() + time.toNanos();
                for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }

            @Override
            public void loseStore() {
                redis.stop();
            }

            @Override
            public void restoreStore() {
                redis.cont();
            }

            @Override
            public Eventually eventually() {
                return RedisStage.SOON;
            }

            @Override
            public void close() {
                redis.cont();
                opened.forEach(RedisRegistry::close);
            }
        };
    }

    @Test
    void theScriptGivesWhatThePoolGivesWhateverIsAskedAndWhenever() {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        try (RedisLink link = RedisLink.open(config)) {
            Random chance = new Random(42);
            Map<String, QuotaPool> pools = new HashMap<>();
            long now = 1_700_000_000_000L;
            for (int i = 0; i < 2_000; i++) {
                now += chance.nextInt(20) == 0 ? chance.nextInt(5_000) : chance.nextInt(60);
                String quota = "q" + chance.nextInt(3);
                Ask ask = new Ask(
                        quota,
                        "m" + chance.nextInt(quota.equals("q0") ? 3 : 12),
                        quota.equals("q2") ? 5 : 1_000,
                        chance.nextInt(3) == 0 ? 0 : chance.nextInt(9_000) / 7.0,
                        chance.nextInt(60) - 5,
                        chance.nextInt(10));
                Share wanted =
                        pools.computeIfAbsent(quota, unused -> new QuotaPool()).take(ask, now);
                String clock = "local now = " + now + "\n";
                List<Share> said = RedisStage.done(link.ask(connection -> RedisQuotas.read(
                        Replies.list(connection.call(
                                "EVAL",
                                clock + QuotaScript.SHARES,
                                1,
                                link.keys().quota(quota),
                                ask.member(),
                                ask.perSecond(),
                                ask.wanted(),
                                ask.held(),
                                ask.returned())),
                        1)));
                assertThat(said).as("question %d, %s", i, ask).containsExactly(wanted);
            }
        }
    }

    @Test
    void whatSomebodyElseWroteIntoAQuotaIsTakenForNothing() {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        try (RedisRegistry registry = RedisRegistry.open(config);
                RedisLink hand = RedisLink.open(config)) {
            String key = hand.keys().quota("q");
            RedisStage.done(hand.ask(connection -> connection.call(
                    "HSET", key, "calls", "many", "at", "x", "mevil", "inf", "members", "-", "mb", "")));
            List<Share> first = RedisStage.done(registry.quotas().ask(List.of(new Ask("q", "a", 1_000, 10, 0, 0))));
            assertThat(first.get(0).calls()).isBetween(1L, 250L);
        }
    }

    @Test
    void aQuotaThatNobodyAsksForIsForgottenByRedis() {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        try (RedisRegistry registry = RedisRegistry.open(config);
                RedisLink hand = RedisLink.open(config)) {
            RedisStage.done(registry.quotas().ask(List.of(new Ask("q", "a", 1_000, 10, 0, 0))));
            long left = RedisStage.done(hand.ask(connection ->
                    Replies.number(connection.call("PTTL", hand.keys().quota("q")))));
            assertThat(left).isBetween(1L, 60_000L);
        }
    }
}
