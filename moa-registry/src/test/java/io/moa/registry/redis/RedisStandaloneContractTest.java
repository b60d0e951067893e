package io.moa.registry.redis;

import io.moa.testkit.RegistryContract;
import io.moa.testkit.RegistryStage;
import org.junit.jupiter.api.AutoClose;

class RedisStandaloneContractTest implements RegistryContract {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @Override
    public RegistryStage stage() {
        return new RedisStage(redis.config(), redis);
    }
}
