package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.testkit.FakeTicker;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The ticker stands still: what were to be waited out would never be told. */
class LastingTest {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @BeforeAll
    static void users() {
        redis.call("ACL", "SETUSER", "ada", "on", ">right", "~*", "&*", "+@all");
        redis.call("ACL", "SETUSER", "bob", "on", ">right", "~*", "&*", "+@all", "-role");
    }

    @Test
    void aWrongPasswordIsToldAtOnce() {
        refused(redis.config().login("ada", "wrong"), "WRONGPASS", "user or password is wrong");
    }

    @Test
    void aPasswordThatNobodyAsksForIsToldAtOnce() {
        refused(redis.config().password("secret"), "a password was said, and none is asked for");
    }

    @Test
    void aMissingPasswordIsToldAtOnce() {
        try (RedisProcess strict = RedisProcess.open()) {
            strict.call("CONFIG", "SET", "requirepass", "secret");
            refused(strict.config().password(""), "NOAUTH", "a password is asked for, and none was said");
        }
    }

    @Test
    void aUserWithoutRightsIsToldAtOnce() {
        refused(redis.config().login("bob", "right"), "NOPERM", "lacks a right");
    }

    @Test
    void aPortThatAnswersWithoutTlsIsToldAtOnce() throws IOException {
        try (FaultyRedis plain = new FaultyRedis(redis.port())) {
            plain.greet("ERR a word that is no TLS");
            refused(
                    RedisProcess.quick(RedisConfig.standalone("127.0.0.1", plain.port()))
                            .tls(),
                    "no TLS is spoken there; redis:// is without");
        }
    }

    /** A Redis that is asked for TLS waits for more, as one that hangs would; so this may pass. */
    @Test
    void aPortWithoutTlsIsSuspected() {
        try (RedisLink link = RedisLink.open(redis.config().tls().build())) {
            link.prepare();
            SOON.until(() -> link.state().contains("perhaps no TLS is spoken there"), link::state);
        }
    }

    @Test
    void aRedisInsteadOfASentinelIsToldAtOnce() {
        refused(
                RedisProcess.quick(RedisConfig.sentinel("shop", List.of(redis.address()))),
                "is a Redis and no Sentinel",
                "redis://host:port is for one");
    }

    @Test
    void aSentinelInsteadOfARedisIsToldAtOnce() {
        try (RedisProcess sentinel = RedisProcess.sentinel("sentinel monitor shop 127.0.0.1 " + redis.port() + " 2")) {
            refused(
                    RedisProcess.quick(RedisConfig.standalone("127.0.0.1", sentinel.port())),
                    "is a Sentinel and no Redis",
                    "redis-sentinel://host:port/master is for one");
        }
    }

    private static void refused(RedisConfig.Builder config, String... why) {
        try (RedisLink link = new RedisLink(config.build(), new FakeTicker(), InstantSource.system(), new Random(1))) {
            assertThatThrownBy(() ->
                            link.ask(connection -> connection.call("PING")).get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(RegistryUnavailableException.class)
                    .message()
                    .contains(link.where() + " cannot be asked: ")
                    .contains(why);
        }
    }
}
