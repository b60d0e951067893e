package io.moa.e2e.lookup;

import static io.moa.e2e.lookup.Shop.SHELF;
import static io.moa.e2e.lookup.Shop.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.MoaClient;
import io.moa.client.lookup.LookupRegistry;
import io.moa.discovery.Registry;
import io.moa.lookup.Lookup;
import io.moa.lookup.LookupState;
import io.moa.lookup.ServiceAnswer;
import io.moa.node.lookup.LookupProcess;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.MoaServer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A lookup over a real Redis that is killed. */
@Timeout(180)
class LookupOutageTest {

    @Test
    void withRedisGoneALookupAnswersOnGrowsOlderAndSaysSoAndNewClientsBeginWithIt() throws Exception {
        EmbeddedRedis redis = EmbeddedRedis.start();
        try (RedisRegistry registry = RedisRegistry.open(redis.config());
                Shop shop = new Shop(registry)) {
            MoaServer provider = shop.provider("first");
            LookupProcess lookup = shop.lookup();
            Lookup asked = shop.asker(lookup).stub(Lookup.class);
            eventually().until(() -> answer(asked).service().instances().size() == 1, () -> answer(asked)
                    .toString());
            ServiceAnswer fresh = answer(asked);
            assertThat(fresh.knowledge().state()).isEqualTo(LookupState.KNOWN);
            assertThat(fresh.knowledge().source()).startsWith("redis ");
            assertThat(fresh.service().instances().get(0).port()).isEqualTo(provider.port());

            ProcessHandle.of(redis.pid()).orElseThrow().destroyForcibly();
            long age = answer(asked).knowledge().ageMillis();
            // Older than any poll allows, and still growing.
            eventually().until(() -> answer(asked).knowledge().ageMillis() > age + 7_000, () -> "" + lookup.status());
            ServiceAnswer old = answer(asked);
            assertThat(old.knowledge().state()).isEqualTo(LookupState.KNOWN);
            assertThat(old.service()).isEqualTo(fresh.service());

            // A process that begins now knows Redis from nowhere, and calls all the same.
            LookupRegistry follower = shop.follower(lookup);
            MoaClient client = shop.client(follower);
            long begun = System.nanoTime();
            assertThat(client.stub(Shelf.class).who()).isEqualTo("first");
            System.out.printf(
                    "Lookup: first call of a new process with Redis gone after %d ms%n",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
            Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
            assertThat(System.nanoTime() - seen.current().asOfNanos())
                    .as("the age comes along")
                    .isGreaterThan(TimeUnit.SECONDS.toNanos(7));
        } finally {
            redis.close();
        }
    }

    @Test
    void aLookupThatBeginsWithoutRedisSaysThatItKnowsNothing() throws Exception {
        EmbeddedRedis redis = EmbeddedRedis.start();
        redis.close();
        try (RedisRegistry registry = RedisRegistry.open(redis.config());
                Shop shop = new Shop(registry)) {
            LookupProcess lookup = shop.lookup();
            ServiceAnswer answer = answer(shop.asker(lookup).stub(Lookup.class));
            assertThat(answer.knowledge().state()).isEqualTo(LookupState.UNKNOWN);
            assertThat(answer.knowledge().ageMillis()).isEqualTo(-1);
            assertThat(answer.service().revision()).isZero();
            assertThat(lookup.status().known()).isFalse();
        }
    }

    private static ServiceAnswer answer(Lookup lookup) {
        return lookup.addresses(SHELF.toString()).join();
    }
}
