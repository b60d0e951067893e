package io.moa.registry.redis;

import io.moa.testkit.RegistryContract;
import io.moa.testkit.RegistryStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisStandaloneContractTest implements RegistryContract {

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
    public RegistryStage stage() {
        return new RedisStage(redis.config(), redis);
    }
}
