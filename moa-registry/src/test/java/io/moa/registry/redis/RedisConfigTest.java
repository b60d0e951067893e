package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConfigTest {

    @Test
    void aUrlSaysEverythingThatDiffersFromPlaceToPlace() {
        RedisConfig one = RedisConfig.parse("redis://redis.example:7000?prefix=shop");
        assertThat(one)
                .isEqualTo(RedisConfig.standalone("redis.example", 7000)
                        .prefix("shop")
                        .build());
        assertThat(RedisConfig.parse("redis://h").nodes()).containsExactly(new Address.Tcp("h", 6379));
        assertThat(RedisConfig.parse("redis://h").allow()).isEqualTo(AddressRanges.ANY);
        assertThat(RedisConfig.parse("redis://h?prefix=p&allow=10.0.0.0/8,192.168.0.0/16"))
                .isEqualTo(RedisConfig.standalone("h", 6379)
                        .prefix("p")
                        .allow(AddressRanges.parse("10.0.0.0/8,192.168.0.0/16"))
                        .build());
        assertThat(RedisConfig.parse("redis://[::1]:1").nodes()).containsExactly(new Address.Tcp("::1", 1));

        RedisConfig login = RedisConfig.parse("redis://ada:p%40ss:w@h/0");
        assertThat(login.user()).isEqualTo("ada");
        assertThat(login.password()).isEqualTo("p@ss:w");
        assertThat(RedisConfig.parse("redis://:secret@h").user()).isEmpty();

        RedisConfig sentinels = RedisConfig.parse("redis-sentinel://a:1,b/master");
        assertThat(sentinels)
                .isEqualTo(RedisConfig.sentinel("master", List.of(new Address.Tcp("a", 1), new Address.Tcp("b", 26379)))
                        .build());
        assertThat(RedisConfig.parse("redis-cluster://a:1,b:2").mode()).isEqualTo(RedisMode.CLUSTER);
        assertThat(RedisConfig.parse("rediss://h").tls()).isNotNull();
        assertThat(RedisConfig.parse("rediss-cluster://h").tls()).isNotNull();
        assertThat(one.tls()).isNull();
    }

    @Test
    void aRegistryHasOneNameHoweverItIsReached() {
        assertThat(RedisConfig.parse("rediss://ada:top-secret@Redis.example").place())
                .isEqualTo(RedisConfig.parse("redis://redis.example:6379/0").place())
                .isEqualTo("redis://redis.example:6379?prefix=moa");
        assertThat(RedisConfig.parse("redis-sentinel://B:2,a:1/shop?prefix=p").place())
                .isEqualTo(RedisConfig.parse("redis-sentinel://a:1,b:2/shop?prefix=p")
                        .place())
                .isEqualTo("redis-sentinel://a:1,b:2/shop?prefix=p");
        assertThat(List.of(
                        RedisConfig.parse("redis://h").place(),
                        RedisConfig.parse("redis://h:1").place(),
                        RedisConfig.parse("redis://h?prefix=p").place(),
                        RedisConfig.parse("redis-cluster://h").place(),
                        RedisConfig.parse("redis-sentinel://h/a").place(),
                        RedisConfig.parse("redis-sentinel://h/b").place()))
                .doesNotHaveDuplicates();
    }

    @Test
    void groupOfSentinelsIsTheSamePlaceWhileOneOfThemIs() {
        RedisConfig three = RedisConfig.parse("redis-sentinel://a,b,c/mymaster");
        for (String same : List.of("a,b,c,d", "c,d,e", "B")) {
            assertThat(three.isPlace(RedisConfig.parse("redis-sentinel://" + same + "/mymaster")
                            .place()))
                    .as(same)
                    .isTrue();
        }
        for (String other : List.of(
                "redis-sentinel://d,e/mymaster",
                "redis-sentinel://a:1/mymaster",
                "redis-sentinel://a,b,c/other",
                "redis-sentinel://a,b,c/mymaster?prefix=p",
                "redis-cluster://a,b,c",
                "redis://a")) {
            assertThat(three.isPlace(RedisConfig.parse(other).place()))
                    .as(other)
                    .isFalse();
        }
        for (String none : List.of("", "a", "://", "redis-sentinel://", "redis-sentinel://a:26379", "?/")) {
            assertThat(three.isPlace(none)).as(none).isFalse();
        }
        RedisConfig cluster = RedisConfig.parse("redis-cluster://a,b");
        assertThat(cluster.isPlace(RedisConfig.parse("redis-cluster://b,c").place()))
                .isTrue();
        assertThat(cluster.isPlace(RedisConfig.parse("redis-cluster://c").place()))
                .isFalse();
        RedisConfig one = RedisConfig.parse("redis://a");
        assertThat(one.isPlace(one.place())).isTrue();
        assertThat(one.isPlace(RedisConfig.parse("redis://b").place())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h:1",
                "http://top-secret@h",
                "redis://:top-secret@h:x",
                "redis://:top-secret@h:99999",
                "redis://:top-secret@h/3",
                "redis://:top-secret@a,b",
                "redis-sentinel://:top-secret@a",
                "redis://:top-secret%4@h",
                "redis://:top-secret@h?size=3",
                "redis://:top-secret@h?allow=10.0.0.0/33",
                "redis://:x?allow=top-secret@h",
                "redis://:top-secret@"
            })
    void whatIsNoUrlIsRefusedWithoutItsPassword(String url) {
        assertThatThrownBy(() -> RedisConfig.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redis://host:port")
                .hasMessageNotContaining("top-secret");
    }

    @Test
    void noTextShowsAPassword() {
        RedisConfig config = RedisConfig.standalone("h", 1)
                .login("ada", "top-secret")
                .sentinelLogin("eve", "top-secret")
                .build();
        assertThat(config.toString()).contains("ada").doesNotContain("top-secret");
        try (RedisLink link = RedisLink.open(config)) {
            assertThat(link.toString()).doesNotContain("top-secret");
        }
    }

    @Test
    void aValueOutOfItsRangeIsRefused() {
        RedisConfig.Builder builder = RedisConfig.standalone("h", 1);
        assertThatThrownBy(() -> builder.heartbeat(Duration.ofSeconds(6)).build())
                .hasMessageContaining("lease")
                .hasMessageContaining("12000");
        assertThatThrownBy(() -> RedisConfig.standalone("h", 0).build()).hasMessageContaining("port");
        assertThatThrownBy(() -> RedisConfig.standalone("h", 1).prefix("a}b").build())
                .hasMessageContaining("prefix");
        assertThatThrownBy(() -> RedisConfig.standalone("h", 1)
                        .socketTimeout(Duration.ofMillis(49))
                        .build())
                .hasMessageContaining("50");
        assertThatThrownBy(() -> RedisConfig.sentinel("", List.of(new Address.Tcp("a", 1)))
                        .build())
                .hasMessageContaining("name");
    }
}
