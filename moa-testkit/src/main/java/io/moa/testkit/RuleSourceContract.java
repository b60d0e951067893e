package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import io.moa.discovery.RuleSource.Following;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link RuleSource} as tests, run like {@link RegistryContract}.
 */
public interface RuleSourceContract {

    /** A stage with an empty store of rules, for one test, which closes it. */
    RuleSourceStage stage();

    @Test
    default void theListenerIsToldWhatIsInForceBeforeSubscribeReturns() {
        try (RuleSourceStage stage = stage()) {
            stage.putRule("r", "{}");
            RuleSource source = stage.open();
            stage.eventually().value(source::current, rule("r", "{}"), "the rule");
            Recorder<RuleSet> listener = new Recorder<>();
            source.subscribe(listener);
            assertThat(listener.told()).first().matches(rule("r", "{}"));
        }
    }

    @Test
    default void nothingSetIsEmptyAndKnown() {
        try (RuleSourceStage stage = stage()) {
            RuleSource source = stage.open();
            RuleSet known = stage.eventually().value(source::current, rules -> rules.revision() > 0, "a known set");
            assertThat(known.rules()).isEmpty();
            assertThat(known.settings()).isEmpty();
        }
    }

    @Test
    default void rulesAndSettingsAreSeenThroughEverySource() {
        try (RuleSourceStage stage = stage()) {
            Recorder<RuleSet> one = new Recorder<>();
            Recorder<RuleSet> two = new Recorder<>();
            stage.open().subscribe(one);
            stage.open().subscribe(two);
            String text = "{\"note\": \"\u00e9\u4e2d\ud83d\ude00\\n\"}";
            stage.putRule("r", text);
            stage.putSetting("moa.mesh", "off");
            for (Recorder<RuleSet> listener : List.of(one, two)) {
                RuleSet rules = listener.await(
                        stage.eventually(), rule("r", text).and(setting("moa.mesh", "off")), "rule and setting");
                assertThat(rules.rules()).isEqualTo(Map.of("r", text));
                assertThat(rules.settings()).isEqualTo(Map.of("moa.mesh", "off"));
            }
        }
    }

    @Test
    default void eachChangeMakesAHigherRevisionAndIsTold() {
        try (RuleSourceStage stage = stage()) {
            Recorder<RuleSet> listener = new Recorder<>();
            stage.open().subscribe(listener);
            stage.putRule("r", "1");
            long first = revision(listener, stage, rule("r", "1"), 0, "the rule");
            stage.putRule("r", "2");
            long second = revision(listener, stage, rule("r", "2"), first, "the changed rule");
            stage.removeRule("r");
            revision(listener, stage, rules -> rules.rules().isEmpty(), second, "no rule");
            assertInOrder(listener);
        }
    }

    @Test
    default void changesAreToldInOrderAndOneAtATime() throws InterruptedException {
        try (RuleSourceStage stage = stage()) {
            Recorder<RuleSet> listener = new Recorder<>();
            stage.open().subscribe(listener);
            CountDownLatch go = new CountDownLatch(1);
            List<Thread> writers = List.of(writer(stage, "a", go), writer(stage, "b", go), writer(stage, "c", go));
            writers.forEach(Thread::start);
            go.countDown();
            for (Thread writer : writers) {
                writer.join();
            }
            listener.await(
                    stage.eventually(), rule("a", "49").and(rule("b", "49")).and(rule("c", "49")), "the last of all");
            assertInOrder(listener);
            for (String id : List.of("a", "b", "c")) {
                assertThat(listener.told().stream()
                                .filter(rules -> rules.rules().containsKey(id))
                                .map(rules -> Integer.parseInt(rules.rules().getOrDefault(id, "")))
                                .toList())
                        .isSorted();
            }
        }
    }

    @Test
    default void currentIsAtLeastAsNewAsWhatTheListenerWasTold() {
        try (RuleSourceStage stage = stage()) {
            RuleSource source = stage.open();
            AtomicReference<@Nullable String> wrong = new AtomicReference<>();
            Recorder<RuleSet> listener = new Recorder<>(told -> {
                if (source.current().revision() < told.revision()) {
                    wrong.set(source.current() + " is older than " + told);
                }
            });
            source.subscribe(listener);
            for (int i = 0; i < 10; i++) {
                stage.putRule("r", Integer.toString(i));
            }
            listener.await(stage.eventually(), rule("r", "9"), "the last");
            assertThat(wrong.get()).isNull();
        }
    }

    @Test
    default void aListenerThatThrowsIsToldAgainAndStopsNobody() {
        try (RuleSourceStage stage = stage()) {
            RuleSource source = stage.open();
            Recorder<RuleSet> throwing = new Recorder<>(rules -> {
                throw new IllegalStateException("thrown by the test's listener");
            });
            Recorder<RuleSet> calm = new Recorder<>();
            assertThatCode(() -> source.subscribe(throwing)).doesNotThrowAnyException();
            source.subscribe(calm);
            stage.putRule("r", "1");
            throwing.await(stage.eventually(), rule("r", "1"), "the rule");
            stage.putRule("r", "2");
            for (Recorder<RuleSet> listener : List.of(throwing, calm)) {
                listener.await(stage.eventually(), rule("r", "2"), "the changed rule");
            }
        }
    }

    @Test
    default void aListenerMayChangeRulesAndSubscribe() {
        try (RuleSourceStage stage = stage()) {
            RuleSource source = stage.open();
            Recorder<RuleSet> inner = new Recorder<>();
            AtomicBoolean begun = new AtomicBoolean();
            Recorder<RuleSet> outer = new Recorder<>(rules -> {
                if (rule("r", "1").test(rules) && begun.compareAndSet(false, true)) {
                    stage.putRule("r", "2");
                    source.subscribe(inner);
                    if (inner.count() == 0) {
                        throw new AssertionError("subscribe returned before its listener was told");
                    }
                    stage.putRule("r", "3");
                }
            });
            source.subscribe(outer);
            stage.putRule("r", "1");
            for (Recorder<RuleSet> listener : List.of(outer, inner)) {
                listener.await(stage.eventually(), rule("r", "3"), "the last");
                assertInOrder(listener);
            }
        }
    }

    @Test
    default void aClosedFollowingIsNotToldAnyMore() {
        try (RuleSourceStage stage = stage()) {
            RuleSource source = stage.open();
            Recorder<RuleSet> closed = new Recorder<>();
            Recorder<RuleSet> open = new Recorder<>();
            Following following = source.subscribe(closed);
            source.subscribe(open);
            stage.putRule("r", "1");
            closed.await(stage.eventually(), rule("r", "1"), "the rule");
            following.close();
            following.close();
            int told = closed.count();
            for (int i = 2; i <= 10; i++) {
                stage.putRule("r", Integer.toString(i));
            }
            open.await(stage.eventually(), rule("r", "10"), "the last");
            assertThat(closed.count()).isEqualTo(told);
        }
    }

    @Test
    default void noListenerRunsAfterItsFollowingWasClosed() {
        try (RuleSourceStage stage = stage()) {
            AtomicBoolean entered = new AtomicBoolean();
            AtomicBoolean left = new AtomicBoolean();
            Following following = stage.open().subscribe(rules -> {
                if (rules.rules().containsKey("r")) {
                    entered.set(true);
                    // Long enough that a close that does not wait returns before the end.
                    LockSupport.parkNanos(50_000_000);
                    left.set(true);
                }
            });
            new Thread(() -> stage.putRule("r", "1"), "puts").start();
            stage.eventually().until(entered::get, () -> "the listener was not told");
            following.close();
            assertThat(left).isTrue();
        }
    }

    @Test
    default void aListenerMayCloseItsOwnFollowing() {
        try (RuleSourceStage stage = stage()) {
            RuleSource source = stage.open();
            AtomicReference<@Nullable Following> self = new AtomicReference<>();
            Recorder<RuleSet> listener = new Recorder<>(rules -> {
                Following following = self.get();
                if (following != null && rules.rules().containsKey("r")) {
                    following.close();
                }
            });
            self.set(source.subscribe(listener));
            Recorder<RuleSet> open = new Recorder<>();
            source.subscribe(open);
            stage.putRule("r", "1");
            listener.await(stage.eventually(), rule("r", "1"), "the rule");
            stage.putRule("r", "2");
            open.await(stage.eventually(), rule("r", "2"), "the changed rule");
            assertThat(listener.last()).matches(rule("r", "1"));
        }
    }

    @Test
    default void closingASourceEndsItsFollowingsAndNoOthers() {
        try (RuleSourceStage stage = stage()) {
            RuleSource ending = stage.open();
            Recorder<RuleSet> ended = new Recorder<>();
            Recorder<RuleSet> staying = new Recorder<>();
            ending.subscribe(ended);
            stage.open().subscribe(staying);
            stage.putRule("r", "1");
            ended.await(stage.eventually(), rule("r", "1"), "the rule");
            ending.close();
            ending.close();
            int told = ended.count();
            for (int i = 2; i <= 10; i++) {
                stage.putRule("r", Integer.toString(i));
            }
            staying.await(stage.eventually(), rule("r", "10"), "the last");
            assertThat(ended.count()).isEqualTo(told);
        }
    }

    @Test
    default void withoutTheStoreNoMethodFailsOrWaits() {
        try (RuleSourceStage stage = stage()) {
            stage.loseStore();
            assertTimeoutPreemptively(stage.eventually().limit(), () -> {
                RuleSource source = stage.open();
                assertThat(source.current().revision()).isZero();
                Recorder<RuleSet> listener = new Recorder<>();
                Following following = source.subscribe(listener);
                assertThat(listener.told()).containsExactly(RuleSet.EMPTY);
                following.close();
                source.close();
            });
        }
    }

    @Test
    default void aFollowingGoesOnWhenTheStoreComesBack() {
        try (RuleSourceStage stage = stage()) {
            stage.putRule("r", "1");
            stage.loseStore();
            Recorder<RuleSet> listener = new Recorder<>();
            stage.open().subscribe(listener);
            assertThat(listener.told()).containsExactly(RuleSet.EMPTY);
            stage.restoreStore();
            listener.await(stage.eventually(), rule("r", "1"), "the rule");
            stage.putRule("r", "2");
            listener.await(stage.eventually(), rule("r", "2"), "the changed rule");
            assertInOrder(listener);
        }
    }

    @Test
    default void whatIsKnownStaysInForceWithoutTheStore() {
        try (RuleSourceStage stage = stage()) {
            RuleSource source = stage.open();
            stage.putRule("r", "1");
            stage.eventually().value(source::current, rule("r", "1"), "the rule");
            stage.loseStore();
            Recorder<RuleSet> listener = new Recorder<>();
            source.subscribe(listener);
            assertThat(source.current()).matches(rule("r", "1"));
            assertThat(listener.told()).first().matches(rule("r", "1"));
        }
    }

    @Test
    default void everySourceNamesThePlaceAlike() {
        try (RuleSourceStage stage = stage();
                RuleSourceStage elsewhere = stage()) {
            RuleSource source = stage.open();
            String place = source.place();
            boolean outlives = source.outlivesProcess();
            assertThat(place).hasSizeLessThanOrEqualTo(10_000);
            assertThat(source.isPlace(place)).isTrue();
            if (!place.isEmpty()) {
                assertThat(elsewhere.open().place()).as("another store").isNotEqualTo(place);
                assertThat(elsewhere.open().isPlace(place)).as("another store").isFalse();
                assertThat(source.isPlace("")).isFalse();
            }
            stage.putRule("r", "1");
            stage.loseStore();
            assertTimeoutPreemptively(stage.eventually().limit(), () -> {
                RuleSource late = stage.open();
                assertThat(late.place()).isEqualTo(place);
                assertThat(late.outlivesProcess()).isEqualTo(outlives);
            });
            source.close();
            assertThat(source.place()).isEqualTo(place);
            assertThat(source.outlivesProcess()).isEqualTo(outlives);
        }
    }

    // ---- words of the tests

    private static Thread writer(RuleSourceStage stage, String id, CountDownLatch go) {
        return new Thread(
                () -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    for (int i = 0; i < 50; i++) {
                        stage.putRule(id, Integer.toString(i));
                    }
                },
                "writes-" + id);
    }

    private static long revision(
            Recorder<RuleSet> listener, RuleSourceStage stage, Predicate<RuleSet> condition, long above, String what) {
        Predicate<RuleSet> newer = rules -> rules.revision() > above;
        return listener.await(stage.eventually(), newer.and(condition), what + ", after revision " + above)
                .revision();
    }

    private static void assertInOrder(Recorder<RuleSet> listener) {
        assertThat(listener.overlapped())
                .as("told two things at once: %s", listener)
                .isFalse();
        long before = -1;
        for (RuleSet rules : listener.told()) {
            assertThat(rules.revision()).as("the revisions grow: %s", listener).isGreaterThan(before);
            before = rules.revision();
        }
    }

    private static Predicate<RuleSet> rule(String id, String text) {
        return rules -> text.equals(rules.rules().get(id));
    }

    private static Predicate<RuleSet> setting(String name, String value) {
        return rules -> value.equals(rules.settings().get(name));
    }
}
