package io.moa.registry.redis;

import static io.moa.registry.redis.RedisRuleStage.known;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.RuleSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Rules are told with the versions that the history names, so that they can be given to it. */
class RuleVersionsTest {

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @AutoClose
    private final RedisRuleStage stage = new RedisRuleStage(redis.config(), redis);

    private final RuleDesk desk = stage.desk;
    private final RedisRules rules = stage.open();

    private String put(String id, String text) {
        return RedisStage.done(desk.putRule(id, text, null, "ada"));
    }

    @Test
    void eachRuleHasTheVersionAtWhichItWasChangedLast() {
        String first = put("a", "1");
        String second = put("b", "1");
        assertThat(known(rules, second).versions()).containsOnlyKeys("a", "b").containsEntry("a", first);
        String third = put("b", "2");
        String removed = RedisStage.done(desk.removeRule("a", null, "ada"));
        String setting = RedisStage.done(desk.putSetting("b", "2", null, "ada"));
        assertThat(removed).isNotEqualTo(setting);
        RuleSet last = known(rules, setting);
        assertThat(last.versions()).containsOnlyKeys("b").containsEntry("b", third);
        String again = put("b", "2");
        assertThat(known(rules, again).versions()).as("put again as it was").containsEntry("b", again);
    }

    @Test
    void whatIsOlderThanTheHistoryIsKnownToWhoSawItAndToNobodyElse() {
        String old = put("old", "1");
        known(rules, old);
        String last = old;
        for (int i = 0; i <= RuleDesk.HISTORY; i++) {
            last = put("new", "" + i);
        }
        assertThat(known(rules, last).versions()).containsEntry("old", old).containsEntry("new", last);
        try (RedisRules late = RedisRules.open(stage.config)) {
            assertThat(known(late, last).versions()).doesNotContainKey("old").containsEntry("new", last);
            assertThat(late.current().rules()).containsKey("old");
        }
    }
}
