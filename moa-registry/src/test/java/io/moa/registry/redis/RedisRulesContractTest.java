package io.moa.registry.redis;

import io.moa.discovery.RuleSource;
import io.moa.testkit.Eventually;
import io.moa.testkit.RuleSourceContract;
import io.moa.testkit.RuleSourceStage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisRulesContractTest implements RuleSourceContract {

    private static RedisProcess redis;

    @BeforeAll
    static void start() {
        redis = RedisProcess.open();
    }

    @AfterAll
    static void end() {
        redis.close();
    }

    @Override
    public RuleSourceStage stage() {
        RedisConfig config = redis.config().prefix(RedisStage.nextPrefix()).build();
        RedisLink hand = RedisLink.open(config);
        RuleDesk desk = new RuleDesk(hand);
        List<RuleSource> opened = new CopyOnWriteArrayList<>();
        return new RuleSourceStage() {
            @Override
            public RuleSource open() {
                RuleSource source = RedisRules.open(config);
                opened.add(source);
                return source;
            }

            @Override
            public void putRule(String id, String text) {
                RedisStage.done(desk.putRule(id, text, null, "ada"));
            }

            @Override
            public void removeRule(String id) {
                RedisStage.done(desk.removeRule(id, null, "ada"));
            }

            @Override
            public void putSetting(String name, String value) {
                RedisStage.done(desk.putSetting(name, value, null, "ada"));
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
                opened.forEach(RuleSource::close);
                hand.close();
            }
        };
    }
}
