package io.moa.registry.combined;

import static io.moa.testkit.RegistryContract.ORDERS;
import static io.moa.testkit.RegistryContract.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.Snapshot;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.testkit.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CombinedRegistryTest {

    private final CombinedStage stage = new CombinedStage(2);

    @AfterEach
    void ends() {
        stage.close();
    }

    private static String uuids(Snapshot snapshot) {
        return snapshot.entries().stream()
                .map(entry -> entry.instance().uuid() + (entry.usable() ? "" : "-"))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static Snapshot.Entry entry(Subscription seen, String uuid) {
        return seen.current().entries().stream()
                .filter(each -> each.instance().uuid().equals(uuid))
                .findAny()
                .orElseThrow();
    }

    // ---- whom they list

    @Test
    void theListsAreJoinedByUuid() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        stage.alone(0).register(instance("a", ORDERS));
        stage.alone(1).register(instance("b", ORDERS));
        Instance both = instance("c", ORDERS);
        stage.alone(0).register(both);
        stage.alone(1).register(both);
        assertThat(uuids(seen.current())).isEqualTo("a b c");
        assertThat(seen.sourceOf("a")).startsWith("m0 (memory)");
        assertThat(seen.sourceOf("b")).startsWith("m1 (memory)");
        assertThat(seen.current().source()).contains("m0 (memory)", "lists 2; m1 (memory)");
    }

    @Test
    void anEmptyRegistryNeverHidesTheListOfAnother() {
        Registry before = stage.alone(0);
        before.register(instance("a", ORDERS));
        stage.stores.get(0).disconnect();
        Recorder<Snapshot> told = new Recorder<>();
        stage.open().subscribe(ORDERS, told);
        assertThat(told.last().isUnknown())
                .as("the empty one alone says nothing yet")
                .isTrue();
        stage.scheduler.advance(Duration.ofMinutes(1));
        assertThat(told.last().isUnknown()).isTrue();
        stage.stores.get(0).reconnect();
        assertThat(uuids(told.last())).isEqualTo("a");
    }

    @Test
    void theFirstListWaitsForTheOthersAndNotForLong() {
        stage.alone(1).register(instance("b", ORDERS));
        stage.stores.get(0).disconnect();
        Recorder<Snapshot> told = new Recorder<>();
        stage.open().subscribe(ORDERS, told);
        assertThat(told.last().isUnknown()).isTrue();
        stage.scheduler.advance(Patience.LIMIT.minusMillis(1));
        assertThat(told.last().isUnknown()).isTrue();
        stage.scheduler.advance(Duration.ofMillis(1));
        assertThat(uuids(told.last())).isEqualTo("b");
        assertThat(told.count()).isEqualTo(2);
    }

    @Test
    void whatIsLostInOneIsThereInTheOther() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        stage.open().register(instance("a", ORDERS));
        stage.stores.get(0).lose("a");
        assertThat(uuids(seen.current())).isEqualTo("a");
        assertThat(seen.sourceOf("a")).startsWith("m1");
        stage.stores.get(1).lose("a");
        assertThat(uuids(seen.current())).isEmpty();
        assertThat(seen.current().goodbyes()).isEmpty();
    }

    @Test
    void whoLeavesTheOldRegistryAndStandsInTheNewHasNotSaidGoodbye() {
        Recorder<Snapshot> told = new Recorder<>();
        stage.open().subscribe(ORDERS, told);
        Registration old = stage.alone(0).register(instance("a", ORDERS));
        Registration fresh = stage.alone(1).register(instance("a", ORDERS));
        old.close();
        assertThat(uuids(told.last())).isEqualTo("a");
        assertThat(told.told()).noneMatch(snapshot -> snapshot.goodbyes().contains("a"));
        stage.stores.get(1).disconnect();
        stage.scheduler.advance(Duration.ofMinutes(10));
        assertThat(uuids(told.last())).as("the new one is away").isEqualTo("a");
        assertThat(told.last().entries().get(0).liveness()).isEqualTo(Liveness.SUSPECT);
        stage.stores.get(1).reconnect();
        fresh.close();
        assertThat(uuids(told.last())).isEmpty();
        assertThat(told.last().goodbyes()).containsExactly("a");
    }

    @Test
    void goingOfflineCountsFromAnyRegistryThatAnswers() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        Registration registration = stage.open().register(instance("a", ORDERS));
        stage.stores.get(0).disconnect();
        registration.offline();
        assertThat(uuids(seen.current())).isEqualTo("a-");
        assertThat(seen.current().goodbyes()).containsExactly("a");
        registration.online();
        assertThat(uuids(seen.current())).isEqualTo("a");
        assertThat(seen.current().goodbyes()).isEmpty();
    }

    // ---- states

    @Test
    void anOperatorsOfflineInAnyRegistryCounts() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        stage.open().register(instance("a", ORDERS));
        stage.stores.get(1).decide("a", new OperatorState(true, 7, "x"));
        assertThat(entry(seen, "a").operator()).isEqualTo(new OperatorState(true, 7, "x"));
        stage.stores.get(0).decide("a", new OperatorState(false, 3, null));
        assertThat(entry(seen, "a").operator()).isEqualTo(new OperatorState(true, 3, "x"));
        stage.stores.get(1).decide("a", OperatorState.NONE);
        assertThat(entry(seen, "a").operator()).isEqualTo(new OperatorState(false, 3, null));
    }

    @Test
    void watchersMarksCountInThePreferredRegistryThatAnswers() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        stage.open().register(instance("a", ORDERS));
        stage.stores.get(1).mark("a", Liveness.OFFLINE);
        assertThat(entry(seen, "a").liveness()).isEqualTo(Liveness.ONLINE);
        stage.stores.get(0).disconnect();
        stage.scheduler.advance(CombinedRegistry.ANSWERS_WITHIN.plus(CombinedRegistry.REVIEW));
        assertThat(entry(seen, "a").liveness()).isEqualTo(Liveness.OFFLINE);
        stage.stores.get(0).reconnect();
        stage.scheduler.advance(CombinedRegistry.REVIEW);
        assertThat(entry(seen, "a").liveness()).isEqualTo(Liveness.ONLINE);
    }

    private void beSilent(int store) {
        stage.stores.get(store).disconnect();
        stage.scheduler.advance(CombinedRegistry.ANSWERS_WITHIN.plus(CombinedRegistry.REVIEW));
    }

    @Test
    void anOperatorsDecisionOutlastsTheRegistryThatHoldsIt() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        stage.open().register(instance("a", ORDERS));
        stage.stores.get(1).decide("a", new OperatorState(true, 7, "x"));
        beSilent(1);
        assertThat(entry(seen, "a").operator()).isEqualTo(new OperatorState(true, 7, "x"));
        stage.stores.get(0).decide("a", new OperatorState(false, 3, null));
        assertThat(entry(seen, "a").operator())
                .as("who answers decides first")
                .isEqualTo(new OperatorState(true, 3, "x"));
        beSilent(0);
        assertThat(entry(seen, "a").operator().offline()).as("both are away").isTrue();
        stage.stores.get(1).reconnect();
        stage.stores.get(1).decide("a", OperatorState.NONE);
        assertThat(entry(seen, "a").operator().offline()).isFalse();
    }

    @Test
    void whoGoesOfflineStaysSoWhenNobodyAnswers() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        Registration registration = stage.open().register(instance("a", ORDERS));
        beSilent(0);
        registration.offline();
        beSilent(1);
        assertThat(uuids(seen.current())).isEqualTo("a-");
        assertThat(seen.current().goodbyes()).containsExactly("a");
    }

    @Test
    void whoComesBackOnlineIsUsedWhileARegistryThatHeardTheGoodbyeIsSilent() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        Registration registration = stage.open().register(instance("a", ORDERS));
        registration.offline();
        beSilent(0);
        assertThat(uuids(seen.current())).isEqualTo("a-");
        registration.online();
        assertThat(entry(seen, "a").liveness())
                .as("the silent one said otherwise")
                .isEqualTo(Liveness.SUSPECT);
        assertThat(seen.current().goodbyes()).isEmpty();
        stage.stores.get(0).reconnect();
        assertThat(entry(seen, "a").liveness()).isEqualTo(Liveness.ONLINE);
    }

    @Test
    void whoLeavesWhileAnotherRegistryIsSilentIsTakenLastAndNotAsSound() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        Recorder<CatalogueChange> all = new Recorder<>();
        stage.open().subscribeAll(all);
        Registration registration = stage.open().register(instance("a", ORDERS));
        beSilent(1);
        registration.close();
        stage.scheduler.advance(Duration.ofHours(1));
        assertThat(entry(seen, "a").liveness()).isEqualTo(Liveness.SUSPECT);
        assertThat(all.last().changed()).extracting(Snapshot.Entry::liveness).containsExactly(Liveness.SUSPECT);
        stage.stores.get(1).reconnect();
        assertThat(uuids(seen.current())).isEmpty();
        assertThat(seen.current().goodbyes()).containsExactly("a");
        assertThat(all.last().gone()).containsExactly("a");
    }

    // ---- priorities and uses

    private Registry of(int priority, RegistryUse firstUse, RegistryUse secondUse) {
        List<RegistryMember> members = new ArrayList<>();
        members.add(new RegistryMember("far", stage.alone(1), priority, secondUse));
        members.add(new RegistryMember("near", stage.alone(0), 0, firstUse));
        return stage.open(members);
    }

    @Test
    void instancesOfAFartherRegistryAreFarther() {
        Subscription seen = of(5, RegistryUse.BOTH, RegistryUse.BOTH).subscribe(ORDERS, new Recorder<>());
        stage.alone(1).register(instance("far", ORDERS));
        stage.alone(0).register(instance("near", ORDERS));
        stage.alone(0).register(instance("both", ORDERS));
        stage.alone(1).register(instance("both", ORDERS));
        assertThat(seen.current().distances()).containsOnlyKeys("far").containsEntry("far", 1);
        assertThat(seen.sourceOf("both")).startsWith("near");
    }

    @Test
    void ofEqualPriorityNobodyIsFarther() {
        Subscription seen = of(0, RegistryUse.BOTH, RegistryUse.BOTH).subscribe(ORDERS, new Recorder<>());
        stage.alone(1).register(instance("a", ORDERS));
        stage.alone(0).register(instance("b", ORDERS));
        assertThat(seen.current().distances()).isEmpty();
    }

    @Test
    void eachIsUsedForWhatItsUseSays() {
        Registry registry = of(0, RegistryUse.REGISTER, RegistryUse.FOLLOW);
        Subscription seen = registry.subscribe(ORDERS, new Recorder<>());
        registry.register(instance("a", ORDERS));
        assertThat(stage.stores.get(0).registered()).containsExactly("a");
        assertThat(stage.stores.get(1).registered()).isEmpty();
        assertThat(uuids(seen.current())).isEmpty();
        stage.alone(1).register(instance("b", ORDERS));
        assertThat(uuids(seen.current())).isEqualTo("b");
    }

    @Test
    void whoTakesNoRegistrationsIsOnlyFollowed() {
        Registry lookup = new AnswersOnly(new MemoryRegistry(stage.stores.get(0), stage.ticker));
        Registry alone = stage.open(List.of(RegistryMember.of("lookup", lookup)));
        assertThat(alone.takesRegistrations()).isFalse();
        assertThatThrownBy(() -> alone.register(instance("a", ORDERS)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lookup")
                .hasMessageContaining("takes registrations");
        Registry both =
                stage.open(List.of(RegistryMember.of("lookup", lookup), RegistryMember.of("redis", stage.alone(1))));
        assertThat(both.takesRegistrations()).isTrue();
        both.register(instance("a", ORDERS));
        assertThat(stage.stores.get(0).registered()).isEmpty();
        assertThat(stage.stores.get(1).registered()).containsExactly("a");
    }

    // ---- one being away

    @Test
    void registeredCompletesWithTheFirstThatHasItAndTheOtherFollowsWhenItIsBack() {
        stage.stores.get(0).disconnect();
        Registration registration = stage.open().register(instance("a", ORDERS));
        assertThat(registration.registered()).isDone();
        assertThat(stage.stores.get(0).registered()).isEmpty();
        stage.stores.get(0).reconnect();
        assertThat(stage.stores.get(0).registered()).containsExactly("a");
    }

    @Test
    void whatARegistryThatIsAwayLastSaidCountsUntilItAnswers() {
        Subscription seen = stage.open().subscribe(ORDERS, new Recorder<>());
        stage.alone(0).register(instance("a", ORDERS));
        stage.stores.get(0).disconnect();
        stage.scheduler.advance(Duration.ofHours(1));
        assertThat(uuids(seen.current())).isEqualTo("a");
        stage.alone(1).register(instance("b", ORDERS));
        assertThat(uuids(seen.current())).isEqualTo("a b");
        assertThat(seen.sourceOf("a")).contains("m0 (memory) confirmed 3600000 ms ago");
        assertThat(seen.sourceOf("b")).contains("m1 (memory) confirmed 0 ms ago");
    }

    @Test
    void complaintsReachEachThatIsFollowed() {
        List<String> told = new ArrayList<>();
        Registry first = new AnswersOnly(stage.alone(0), told);
        Registry second = new AnswersOnly(stage.alone(1), told);
        stage.open(List.of(RegistryMember.of("one", first), RegistryMember.of("two", second)))
                .complain("me", List.of(new Registry.Unreachable("a", "refused")));
        assertThat(told).containsExactly("me a", "me a");
    }

    @Test
    void theWayToEachOfThemIsKnown() {
        Address.Tcp one = new Address.Tcp("one", 1);
        Address.Tcp two = new Address.Tcp("two", 2);
        Registry first = new AnswersOnly(stage.alone(0), new ArrayList<>(), List.of(one));
        Registry second = new AnswersOnly(stage.alone(1), new ArrayList<>(), List.of(two, one));
        Registry both = stage.open(List.of(RegistryMember.of("second", second), RegistryMember.of("first", first)));
        assertThat(both.nodes()).containsExactly(two, one);
    }

    @Test
    void complaintsReachAMemberThatIsOnlyRegisteredAt() {
        List<String> told = new ArrayList<>();
        stage.open(List.of(
                        RegistryMember.of("lookup", new AnswersOnly(stage.alone(0))),
                        RegistryMember.of("redis", new AnswersOnly(stage.alone(1), told))
                                .withUse(RegistryUse.REGISTER)))
                .complain("me", List.of(new Registry.Unreachable("a", "refused")));
        assertThat(told).containsExactly("me a");
    }

    @Test
    void whatCannotBeJoinedIsRefused() {
        assertThatThrownBy(() -> stage.open(List.of())).hasMessageContaining("1 to 8");
        assertThatThrownBy(() -> stage.open(
                        List.of(RegistryMember.of("a", stage.alone(0)), RegistryMember.of("a", stage.alone(1)))))
                .hasMessageContaining("same name");
        assertThatThrownBy(() -> of(0, RegistryUse.REGISTER, RegistryUse.REGISTER))
                .hasMessageContaining("followed");
        assertThatThrownBy(() -> RegistryMember.of("a b", stage.alone(0))).hasMessageContaining("a b");
        assertThatThrownBy(() -> RegistryMember.of("a", stage.alone(0)).withPriority(101))
                .hasMessageContaining("0 to 100");
    }
}
