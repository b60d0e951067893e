package io.moa.registry.redis;

import static io.moa.registry.redis.RedisRuleStage.known;
import static io.moa.registry.redis.RedisStage.SOON;
import static io.moa.registry.redis.RedisStage.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.moa.discovery.RuleSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Redis loses the rules and keeps the log of their changes, which says that nobody took them away. */
class LostRulesTest {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @AutoClose
    private final RedisRuleStage stage =
            new RedisRuleStage(redis.config().poll(Duration.ofMillis(100)).fullRead(Duration.ofMillis(100)), redis);

    private final RuleDesk desk = stage.desk;
    private final RedisRules rules = stage.open();

    private String put(String id) {
        return done(desk.putRule(id, "{}", null, "ada"));
    }

    private void lose() {
        redis.call("DEL", stage.hand.keys().rules());
        SOON.until(() -> rules.toString().contains("which Redis has lost"), rules::toString);
    }

    @Test
    void whatWasInForceStaysUntilTheNextChangeOfARule() {
        put("a");
        RuleSet before = known(rules, put("b"));
        lose();
        assertThat(rules.current()).isEqualTo(before);
        done(desk.putSetting("moa.mesh", "off", null, "ada"));
        try (RedisRules late = RedisRules.open(stage.config)) {
            late.current();
            SOON.until(() -> late.toString().contains("which Redis has lost"), late::toString);
            assertThat(late.current().neverChanged())
                    .as("it takes back nothing from a process that has rules on disk")
                    .isTrue();
            assertThat(rules.current().rules()).containsOnlyKeys("a", "b");
            String next = put("c");
            for (RedisRules each : List.of(rules, late)) {
                assertThat(known(each, next).rules()).as("as a whole set").containsOnlyKeys("c");
                assertThat(each.toString()).doesNotContain("lost");
            }
        }
        String none = done(desk.removeRule("c", null, "ada"));
        assertThat(known(rules, none).rules())
                .as("a and b are not missed once more")
                .isEmpty();
    }

    @Test
    void whatTheHistoryDoesNotNameAnyMoreStaysWithWhoHasReadIt() {
        put("old");
        String last = "";
        for (int i = 0; i < RuleDesk.HISTORY; i++) {
            last = done(desk.removeRule("never", null, "ada"));
        }
        known(rules, last);
        lose();
        assertThat(rules.current().rules()).containsOnlyKeys("old");
        try (RedisRules late = RedisRules.open(stage.config)) {
            RuleSet told = known(late, last);
            assertThat(told.rules()).as("only who has them knows of them").isEmpty();
        }
    }

    @Test
    void rulesThatWereTakenAwayAreNotMissed() {
        put("a");
        put("b");
        known(rules, put("a"));
        done(desk.removeRule("a", null, "ada"));
        String none = done(desk.removeRule("b", null, "ada"));
        assertThat(known(rules, none).rules()).isEmpty();
        assertThat(done(desk.stored()).lost()).isEmpty();
        known(rules, put("c"));
        String cleared = done(desk.removeAllRules(null, "ada"));
        assertThat(known(rules, cleared).rules()).isEmpty();
        assertThat(rules.toString()).doesNotContain("lost");
    }

    @Test
    void deskSaysWhatIsLostAndTakesItAway() {
        put("a");
        known(rules, put("b"));
        assertThat(done(desk.stored()).lost()).isEmpty();
        lose();
        assertThat(done(desk.stored()).lost()).containsExactlyInAnyOrder("a", "b");
        String none = done(desk.removeAllRules(null, "ada"));
        assertThat(known(rules, none).rules()).isEmpty();
        assertThat(done(desk.stored()).lost()).isEmpty();
    }

    @Test
    void changeAfterALossSaysFirstThatAllOthersAreGone() {
        put("a");
        known(rules, put("b"));
        lose();
        done(desk.putRules(Map.of("b", "{}", "c", "{}"), null, "bob"));
        assertThat(done(desk.history()))
                .extracting(RuleChange::kind, RuleChange::name)
                .startsWith(tuple("rule", "c"), tuple("rule", "b"), tuple("rules", "all"), tuple("rule", "b"));
        known(rules, done(desk.version()));
        lose();
        assertThat(done(desk.stored()).lost()).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void strangersRuleUnderANameThatNoRuleHasIsLeftOutAndCountedOnce() {
        known(rules, put("a"));
        String name = "x".repeat(66_000);
        redis.call("HSET", stage.hand.keys().rules(), name, "{}");
        SOON.until(() -> rules.badEntries() == 1, rules::toString);
        RuleSet told = known(rules, put("b"));
        assertThat(told.rules()).containsOnlyKeys("a", "b");
        assertThat(rules.badEntries()).isEqualTo(1);
        assertThat(done(desk.stored()).tooLong()).containsExactly(name);
    }
}
