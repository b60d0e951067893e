package io.moa.registry.redis;

import io.moa.testkit.RuleSourceContract;
import io.moa.testkit.RuleSourceStage;
import org.junit.jupiter.api.AutoClose;

class RedisRulesContractTest implements RuleSourceContract {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @Override
    public RuleSourceStage stage() {
        return new RedisRuleStage(redis.config(), redis);
    }
}
