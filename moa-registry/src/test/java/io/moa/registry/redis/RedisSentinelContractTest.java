package io.moa.registry.redis;

import io.moa.testkit.RegistryContract;
import io.moa.testkit.RegistryStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("once")
class RedisSentinelContractTest implements RegistryContract {

    private static RedisSentinels sentinels;

    @BeforeAll
    static void start() {
        sentinels = new RedisSentinels(600_000); // a lost store must come back, not be replaced
    }

    @AfterAll
    static void end() {
        sentinels.close();
    }

    @Override
    public RegistryStage stage() {
        return new RedisStage(sentinels.config(), sentinels.first);
    }
}
