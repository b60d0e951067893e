package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Ticker;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Of two registrations of one uuid, the one that comes to Redis later counts. */
class TakeoverTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");

    @Test
    void whoRegistersLaterCountsAlsoWhenItsClockIsBehind() {
        try (RedisProcess redis = RedisProcess.open()) {
            RedisConfig config = redis.config().prefix("takeover").build();
            RedisKeys keys = new RedisKeys("takeover");
            Instant now = Instant.ofEpochSecond(1_700_000_000);
            try (RedisLink firstLink = new RedisLink(config, Ticker.system(), () -> now, new Random(1));
                    RedisLink secondLink =
                            new RedisLink(config, Ticker.system(), () -> now.minusSeconds(3_600), new Random(2));
                    RedisRegistry first = RedisRegistry.over(firstLink);
                    RedisRegistry second = RedisRegistry.over(secondLink)) {
                RedisStage.done(first.register(Instances.of("a", ORDERS)).registered());
                RedisStage.done(second.register(Instances.of("a", ORDERS)).registered());
                SOON.until(() -> first.announcements().isEmpty(), first::toString);
                assertThat(second.announcements()).hasSize(1);
                first.close();
                firstLink.close();
                assertThat(redis.call("HEXISTS", keys.processes(), "a")).isEqualTo(1L);
            }
        }
    }

    @Test
    void aRevisionThatNoRegistrationWroteCountsForNothing() {
        Random random = new Random(3);
        RegistrationStamp stamp = RegistrationStamp.at(5, random);
        assertThat(stamp.isOf(stamp.text() + ".7")).isTrue();
        assertThat(stamp.isBehind(stamp.text() + ".7")).isFalse();
        assertThat(stamp.isBehind("zzz")).isFalse();
        assertThat(stamp.isBehind(null)).isFalse();
        String later = RegistrationStamp.at(6, random).text() + ".1";
        assertThat(stamp.isBehind(later)).isTrue();
        assertThat(stamp.ahead(later, random).isBehind(later)).isFalse();
        assertThat(stamp.ahead("zzz", random)).isEqualTo(stamp);
        assertThat(RegistrationStamp.at(Long.MAX_VALUE, random).text()).startsWith("9999999999999-");
    }
}
