package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static io.moa.registry.redis.RedisStage.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSet;
import io.moa.discovery.ServiceId;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import io.moa.testkit.Recorder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class DesksTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.open();

    @AutoClose
    private final RedisStage stage = new RedisStage(redis.config(), redis);

    private final OperatorDesk desk = new OperatorDesk(stage.hand);
    private final RuleDesk rules = new RuleDesk(stage.hand);

    @Test
    void theDeskSeesWhatEachWriterHasSaid() {
        RedisRegistry registry = stage.open();
        Registry.Registration registration = registry.register(Instances.of("a", ORDERS));
        registry.register(Instances.of("b", ORDERS, ServiceId.of("stock")));
        SOON.until(() -> done(desk.instances(ORDERS)).size() == 2, registry::toString);
        registration.offline();
        done(desk.tag("b", "canary", "ada"));
        done(desk.weight("b", 9, "bob"));
        stage.mark("b", Liveness.SUSPECT);
        Evidence evidence = new Evidence(
                "b", Change.SUSPECT, "w", 3, 5, 17, "seen from two places", 400, List.of("p"), List.of("v"), "f");
        redis.call(
                "LPUSH",
                stage.hand.keys().evidence("b"),
                new String(EvidenceRecord.write(evidence), StandardCharsets.UTF_8));
        redis.call("LPUSH", stage.hand.keys().evidence("b"), "no evidence");

        assertThat(done(desk.services())).containsExactly(ORDERS, ServiceId.of("stock"));
        SOON.until(() -> done(desk.instance("a")).withdrawn(), registry::toString);
        InstanceReport a = done(desk.instances(ORDERS)).get(0);
        assertThat(a.usable()).isFalse();
        assertThat(a.leaseMillis()).isPositive();
        InstanceReport b = done(desk.instance("b"));
        assertThat(b.usable()).isTrue();
        assertThat(b.mark()).isEqualTo(Liveness.SUSPECT);
        assertThat(b.operator()).isEqualTo(new OperatorState(false, 9, "canary"));
        assertThat(b.evidence()).containsExactly(evidence);
        assertThat(b.passedOver()).hasSize(1).first(STRING).startsWith("a piece of evidence: it is no proper JSON");
        redis.call("HSET", stage.hand.keys().decisions(), "b", "{\"offline\":true");
        redis.call("HSET", stage.hand.keys().marks(), "b", "x".repeat(BoundedConnection.MAX_BULK + 1));
        InstanceReport damaged = done(desk.instance("b"));
        assertThat(damaged.usable()).as("as everybody sees it").isTrue();
        assertThat(damaged.passedOver()).hasSize(3);
        assertThat(damaged.passedOver().get(0)).startsWith("an operator's decision: it is no proper JSON");
        assertThat(damaged.passedOver().get(1)).startsWith("a watcher's mark: it is longer than");
        assertThatThrownBy(() -> done(desk.tag("b", "a\nb", "ada"))).hasMessageContaining("no control characters");
        assertThatThrownBy(() -> done(desk.tag("b", "gr\u202eay", "ada"))).hasMessageContaining("U+202E at 2");
        assertThat(done(desk.instance("nobody")).instance()).isNull();
        assertThat(done(desk.instances(ServiceId.of("nothing")))).isEmpty();
    }

    @Test
    void aDecisionGoesWithThePlaceAndIsTakenBackFromWhateverRunsThereNext() {
        RedisRegistry before = stage.open();
        Registry.Registration first = before.register(Instances.of("a", ORDERS));
        SOON.until(first.registered()::isDone, before::toString);
        done(desk.offline("a", "ada"));
        first.close();
        stage.open()
                .register(Instances.of("again", ORDERS)
                        .withAddresses(Instances.of("a", ORDERS).addresses()));
        SOON.until(() -> done(desk.instance("again")).operator().offline(), before::toString);
        assertThat(done(desk.online("again", "ada"))).isEqualTo(OperatorState.NONE);
        assertThat(done(desk.decisions())).isEmpty();
        assertThat(done(desk.instance("again")).operator()).isEqualTo(OperatorState.NONE);
    }

    /** Redis runs what it can of a transaction; a log of another kind must not make a decision look undone that holds. */
    @Test
    void aDecisionIsTakenThoughTheLogOfAServiceIsNone() {
        RedisRegistry registry = stage.open();
        Registry.Registration registration = registry.register(Instances.of("a", ORDERS));
        SOON.until(registration.registered()::isDone, registry::toString);
        redis.call("DEL", stage.hand.keys().log(ORDERS));
        redis.call("SET", stage.hand.keys().log(ORDERS), "junk");
        assertThat(done(desk.offline("a", "ada"))).isEqualTo(new OperatorState(true, null, null));
        assertThat(done(desk.instance("a")).operator().offline()).isTrue();
    }

    @Test
    void whatSomebodyElseWroteIsNamed() {
        redis.call("SET", stage.hand.keys().decisions(), "junk");
        assertThatThrownBy(() -> done(desk.offline("a", "ada")))
                .hasStackTraceContaining(stage.hand.keys().decisions() + ", under which MOA keeps something else");
        assertThatThrownBy(() -> done(desk.instance("a")))
                .hasStackTraceContaining(stage.hand.keys().decisions());
    }

    @Test
    void decisionsOfManyOperatorsAreAllKept() {
        List<CompletableFuture<OperatorState>> changes = new java.util.ArrayList<>();
        try (RedisLink other = RedisLink.open(stage.config)) {
            OperatorDesk second = new OperatorDesk(other);
            for (int i = 0; i < 50; i++) {
                changes.add((i % 2 == 0 ? desk : second).weight("p" + i, i, "ada"));
            }
            changes.forEach(RedisStage::done);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(done(desk.instance("p" + i)).operator().weight()).isEqualTo(i);
        }
    }

    @Test
    void aDeskWithoutRedisSaysSo() {
        redis.stop();
        try {
            CompletableFuture<List<ServiceId>> answer = desk.services();
            SOON.until(answer::isDone, () -> "no answer");
            assertThatThrownBy(answer::join).hasCauseInstanceOf(RegistryUnavailableException.class);
        } finally {
            redis.cont();
        }
        SOON.until(() -> desk.services().handle((services, e) -> e == null).join(), () -> "it does not come back");
        assertThatThrownBy(() -> desk.weight("a", 10_001, "ada")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRuleIsOnlyReplacedByWhoHasSeenIt() {
        String first = done(rules.putRule("r", "one", "", "ada"));
        assertThat(first).isNotEmpty().isEqualTo(done(rules.version()));
        assertThat(done(rules.putRule("r", "two", "", "bob"))).isEmpty();
        String second = done(rules.putRule("r", "two", first, "bob"));
        assertThat(done(rules.removeRule("r", first, "eve"))).isEmpty();
        assertThat(done(rules.history()))
                .containsExactly(
                        new RuleChange(second, "rule", "r", "two", "bob"),
                        new RuleChange(first, "rule", "r", "one", "ada"));
        try (RedisRules source = RedisRules.open(stage.config)) {
            Recorder<RuleSet> listener = new Recorder<>();
            source.subscribe(listener);
            listener.await(SOON, told -> "two".equals(told.rules().get("r")), "the second text");
        }
    }

    @Test
    void everythingThatIsStoredIsReadAtOneVersion() {
        assertThat(done(rules.stored())).isEqualTo(new StoredRules("", Map.of(), Map.of(), Set.of(), Set.of()));
        done(rules.putRule("r", "one", "", "ada"));
        String version = done(rules.putSetting("s", "1", null, "ada"));
        redis.call("HSET", stage.hand.keys().rules(), "long", "x".repeat(RedisRules.MAX_TEXT + 1));
        assertThat(done(rules.stored()))
                .isEqualTo(new StoredRules(version, Map.of("r", "one"), Map.of("s", "1"), Set.of("long"), Set.of()));
    }

    @Test
    void theHistoryKeepsFiftyChanges() {
        for (int i = 0; i < RuleDesk.HISTORY + 10; i++) {
            done(rules.putSetting("s", "" + i, null, "ada"));
        }
        List<RuleChange> history = done(rules.history());
        assertThat(history).hasSize(RuleDesk.HISTORY);
        assertThat(history.get(0).text()).isEqualTo("59");
        assertThatThrownBy(() -> rules.putRule("", "x", null, "ada")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rules.putRule("r", "x".repeat(RedisRules.MAX_TEXT + 1), null, "ada"))
                .hasMessageContaining("split");
    }

    @Test
    void emptiedRedisTakesNoRuleBackUntilSomebodyChangesRulesAgain() {
        try (RedisRules source = RedisRules.over(stage.hand)) {
            Recorder<RuleSet> told = new Recorder<>();
            source.subscribe(told);
            done(rules.putRule("r", "1", null, "ada"));
            told.await(SOON, set -> set.rules().containsKey("r"), "the rule");
            redis.call("FLUSHALL");
            redis.call("PUBLISH", stage.hand.keys().ruleHint(), "");
            SOON.until(() -> source.toString().contains("which Redis has lost"), source::toString);
            assertThat(source.current().rules()).containsOnlyKeys("r");
            assertThat(told.last().rules()).containsOnlyKeys("r");
            done(rules.putRule("s", "2", null, "ada"));
            told.await(SOON, set -> set.rules().keySet().equals(Set.of("s")), "what is said now");
            assertThat(source.toString()).doesNotContain("lost");
            done(rules.removeRule("s", null, "ada"));
            told.await(SOON, set -> set.rules().isEmpty(), "none");
        }
    }

    @Test
    void severalRulesArePutAsOneChange() {
        try (RedisRules source = RedisRules.over(stage.hand)) {
            Recorder<RuleSet> told = new Recorder<>();
            source.subscribe(told);
            String first = done(rules.putRule("old", "0", "", "ada"));
            assertThat(done(rules.putRules(Map.of("a", "1", "b", "2"), "", "bob")))
                    .as("he has not seen the latest change")
                    .isEmpty();
            String version = done(rules.putRules(Map.of("a", "1", "b", "2"), first, "bob"));
            RuleSet all = told.await(SOON, set -> set.rules().size() == 3, "all of them");
            assertThat(all.version()).isEqualTo(version).isEqualTo(done(rules.version()));
            assertThat(told.told()).noneMatch(set -> set.rules().size() == 2);
            assertThat(done(rules.history()))
                    .extracting(RuleChange::name, RuleChange::text, RuleChange::author)
                    .containsExactly(tuple("b", "2", "bob"), tuple("a", "1", "bob"), tuple("old", "0", "ada"));
            assertThat(all.versions())
                    .containsEntry("b", version)
                    .containsEntry("a", done(rules.history()).get(1).version());

            assertThat(done(rules.removeAllRules(first, "eve"))).isEmpty();
            String none = done(rules.removeAllRules(version, "eve"));
            told.await(SOON, set -> set.rules().isEmpty() && set.version().equals(none), "none");
            assertThat(done(rules.history()).subList(0, 3))
                    .allSatisfy(change -> assertThat(change.text()).isNull())
                    .extracting(RuleChange::name)
                    .containsExactlyInAnyOrder("a", "b", "old");
        }
        assertThatThrownBy(() -> rules.putRules(Map.of(), null, "ada")).isInstanceOf(IllegalArgumentException.class);
        Map<String, String> tooMany = new HashMap<>();
        for (int i = 0; i <= RedisRules.MAX_COUNT; i++) {
            tooMany.put("r" + i, "x");
        }
        assertThatThrownBy(() -> rules.putRules(tooMany, null, "ada").join())
                .hasMessageContaining("With these 2001 there would be 2001 rules");
    }

    @Test
    void whoBeganWhenTheRulesWereLostIsToldThatThereAreNone() {
        try (RedisRules source = RedisRules.over(stage.hand)) {
            Recorder<RuleSet> told = new Recorder<>();
            source.subscribe(told);
            told.await(SOON, set -> set.revision() == 1, "that it knows of nothing");
            String version = done(rules.removeAllRules("", "ada"));
            RuleSet none = told.await(SOON, set -> set.version().equals(version), "that there are none");
            assertThat(none.neverChanged()).isFalse();
            assertThat(done(rules.history())).containsExactly(new RuleChange(version, "rules", "all", null, "ada"));
        }
    }

    @Test
    void moreRulesThanProcessesReadAreRefusedAndNeverReadInPart() {
        try (RedisRules source = RedisRules.over(stage.hand)) {
            Recorder<RuleSet> told = new Recorder<>();
            source.subscribe(told);
            String large = "x".repeat(RedisRules.MAX_TEXT);
            int most = RedisRules.MAX_ALL / RedisRules.MAX_TEXT;
            for (int i = 0; i < most; i++) {
                done(rules.putRule("r" + i, large, null, "ada"));
            }
            told.await(SOON, set -> set.rules().size() == most, "all of them");
            assertThatThrownBy(() -> rules.putRule("more", "x", null, "ada").join())
                    .hasMessageContaining("With more there would be " + (most + 1) + " rules of ")
                    .hasMessageContaining("processes take up to 2000 of 4194304 bytes together");
            done(rules.putRule("r0", "short", null, "ada"));
            redis.call("HSET", stage.hand.keys().rules(), "stranger", large, "another", large);
            redis.call("HDEL", stage.hand.keys().rules(), "r1");
            done(rules.putSetting("seen", "yes", null, "ada"));
            long bad = source.badEntries();
            SOON.until(() -> source.badEntries() > 0, source::toString);
            assertThat(source.current().rules()).as("%s", bad).containsKey("r1").doesNotContainKey("stranger");
        }
    }
}
