package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A look at a real Redis, with each kind of user. */
class RedisCheckupTest {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.withPassword("all");

    private static final boolean since7 = redis.isSince7();

    private static RedisCheckup look(RedisConfig config, RedisRole role) {
        try (RedisLink link = RedisLink.open(config)) {
            return RedisCheckup.of(link, role, 20).join();
        }
    }

    @Test
    void anAdministratorIsToldEverythingAndNothingIsChanged() {
        RedisConfig config = redis.config().password("all").build();
        for (RedisRole role : RedisRole.values()) {
            RedisCheckup found = look(config, role);
            assertThat(found.master()).isEqualTo("127.0.0.1:" + redis.port());
            assertThat(found.role()).isEqualTo("master");
            assertThat(found.info())
                    .containsKeys("redis_version", "maxmemory_policy", "maxmemory", "maxclients", "connected_clients");
            assertThat(found.clockAheadMillis()).isNotNull();
            assertThat(found.pingNanos()).hasSize(20).isSorted();
            assertThat(found.pingNanos(0.5)).isLessThanOrEqualTo(found.pingNanos(0.99));
            assertThat(found.notTold()).isEmpty();
            assertThat(found.missing()).isEmpty();
        }
        assertThat(Replies.number(redis.call("DBSIZE"))).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> look2(config, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> look2(config, 10_001));
    }

    private static void look2(RedisConfig config, int pings) {
        try (RedisLink link = RedisLink.open(config)) {
            RedisCheckup.of(link, RedisRole.READER, pings).join();
        }
    }

    @Test
    void everyRoleHasTheRightsThatItsOwnRulesGive() {
        for (RedisRole role : RedisRole.values()) {
            assertThat(look(user(role, role.rules("moa", since7)), role).missing())
                    .as("%s", role)
                    .isEmpty();
        }
    }

    @Test
    void aRightThatIsMissingIsNamed() {
        RedisCheckup reader = look(user(RedisRole.READER, RedisRole.READER.rules("moa", since7)), RedisRole.PROCESS);
        assertThat(reader.missing()).contains("HDEL p", "SET l", "DEL l", "XADD g", "PUBLISH h");
        assertThat(reader.notTold()).containsExactly("INFO");
        List<String> without = new ArrayList<>(RedisRole.PROCESS.rules("moa", since7));
        without.remove("+publish");
        assertThat(look(user(RedisRole.PROCESS, without), RedisRole.PROCESS).missing())
                .containsExactly("PUBLISH h");
        assertThat(look(user(RedisRole.PROCESS, RedisRole.PROCESS.rules("moa", since7)), RedisRole.SHARER)
                        .missing())
                .contains("EVAL");
        assertThat(look(user(RedisRole.PROCESS, RedisRole.PROCESS.rules("other", since7)), RedisRole.PROCESS)
                        .missing())
                .as("the rules of another prefix")
                .hasSizeGreaterThan(15);
    }

    private static RedisConfig user(RedisRole role, List<String> rules) {
        List<String> all = new ArrayList<>(List.of("reset", "on", ">secret"));
        all.addAll(rules);
        redis.call("ACL", "SETUSER", "user-" + role, all);
        return redis.config().login("user-" + role, "secret").build();
    }
}
