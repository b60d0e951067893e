package io.moa.e2e.lookup;

import static io.moa.e2e.lookup.Shop.SHELF;
import static io.moa.e2e.lookup.Shop.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.lookup.LookupRegistry;
import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Ticker;
import io.moa.node.lookup.LookupProcess;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.testkit.RegistryContract;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Following one or more lookups, with a registry in memory behind them. */
@Timeout(180)
class LookupFollowingTest {

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final Shop shop = new Shop(registry);

    @AfterEach
    void end() throws Exception {
        shop.close();
        registry.close();
    }

    @Test
    void changesArePushedAndNotPolled() {
        LookupProcess lookup = shop.lookup();
        LookupRegistry follower = shop.until(LookupRegistry.open(Shop.of(lookup).withHang(Duration.ofMinutes(5))));
        Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
        eventually().until(() -> !seen.current().isUnknown(), seen::toString);
        long before = follower.questions();
        int changes = 30;
        Registry.Registration one = registry.register(RegistryContract.instance("one", SHELF));
        for (int weight = 1; weight < changes; weight++) {
            int expected = weight;
            eventually().until(() -> seen.current().entries().size() == 1, seen::toString);
            one.update(RegistryContract.instance("one", SHELF).withWeight(weight));
            eventually()
                    .until(
                            () -> seen.current().entries().get(0).instance().weight() == expected,
                            () -> "weight " + expected);
        }
        eventually().until(() -> lookup.status().followers() == 1, () -> "" + lookup.status());
        // What tells of a change asks for the next, and a change may be told in two parts; who polls asks without end.
        assertThat(follower.questions() - before).isBetween(changes - 1L, 2L * changes);
    }

    @Test
    void onlyWhatIsFollowedIsAskedForAndNothingMeansNoConnection() {
        LookupProcess lookup = shop.lookup();
        LookupRegistry follower = shop.follower(lookup);
        assertThat(follower.copy()).isNull();
        assertThat(lookup.status().followers()).isZero();
        Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
        eventually().until(() -> lookup.status().followers() == 1, () -> "" + lookup.status());
        assertThat(seen.current().entries()).isEmpty();
        assertThat(seen.current().isUnknown()).isFalse();
        assertThat(seen.current().source()).startsWith("lookup 127.0.0.1:").contains("memory");
    }

    @Test
    void aLookupIsKilledAndAnotherOneTakesOverWhileCallsGoOn() throws Exception {
        shop.provider("first");
        LookupProcess[] lookups = {shop.lookup(), shop.lookup()};
        LookupRegistry follower = shop.follower(lookups);
        MoaClient client = shop.client(follower);
        Shelf shelf = client.stub(Shelf.class);
        AtomicInteger calls = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        Thread caller = new Thread(
                () -> {
                    try {
                        while (!over.get()) {
                            shelf.who();
                            calls.incrementAndGet();
                        }
                    } catch (Throwable e) {
                        failed.set(e);
                    }
                },
                "calls");
        caller.start();
        eventually().until(() -> calls.get() > 100, () -> "calls " + calls + " " + failed.get());

        int used = Shop.at(lookups[0]).equals(follower.copy()) ? 0 : 1;
        lookups[used].closeNow();
        shop.provider("second"); // is known only if somebody else is followed by now
        Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
        eventually().until(() -> Shop.uuids(seen).contains("second"), follower::toString);
        eventually().until(() -> shelf.who().equals("second"), () -> client.explain(SHELF));
        int then = calls.get();
        eventually().until(() -> calls.get() > then + 100, () -> "calls " + calls + " " + failed.get());
        over.set(true);
        caller.join();
        assertThat(failed.get()).isNull();
        assertThat(follower.copy()).isEqualTo(Shop.at(lookups[1 - used]));
        System.out.printf("Lookup: %,d calls while a copy was killed, 0 failed%n", calls.get());
    }

    @Test
    void aLookupThatLeavesAnswersItsFollowersAtOnceAndTheyGoToAnother() {
        LookupProcess[] lookups = {shop.lookup(), shop.lookup()};
        LookupRegistry follower =
                shop.until(LookupRegistry.open(Shop.of(lookups).withHang(Duration.ofMinutes(5))));
        follower.subscribe(SHELF, snapshot -> {});
        eventually()
                .until(
                        () -> lookups[0].status().followers()
                                        + lookups[1].status().followers()
                                == 1,
                        follower::toString);
        int used = lookups[0].status().followers();
        LookupProcess leaving = lookups[1 - used];
        LookupProcess staying = lookups[used];
        long begun = System.nanoTime();
        leaving.close();
        assertThat(System.nanoTime() - begun)
                .as("a hanging call of five minutes does not hold up the drain of ten seconds")
                .isLessThan(Duration.ofSeconds(9).toNanos());
        eventually().until(() -> staying.status().followers() == 1, follower::toString);
    }

    @Test
    void followersSpreadOverTheCopies() {
        LookupProcess[] lookups = {shop.lookup(), shop.lookup()};
        for (int i = 0; i < 20; i++) {
            shop.until(LookupRegistry.open(Shop.of(lookups), "follower-" + i)).subscribe(SHELF, snapshot -> {});
        }
        eventually()
                .until(
                        () -> lookups[0].status().followers()
                                        + lookups[1].status().followers()
                                == 20,
                        () -> lookups[0].status() + " " + lookups[1].status());
        assertThat(lookups[0].status().followers()).isBetween(4, 16);
    }

    @Test
    void missingIsNotDeadThroughALookupEither() {
        shop.provider("first");
        MoaServer second = shop.provider("second");
        LookupRegistry follower = shop.follower(shop.lookup());
        MoaClient client = shop.client(follower);
        Shelf shelf = client.stub(Shelf.class);
        assertThat(shelf.who()).isIn("first", "second");
        Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
        eventually().until(() -> Shop.uuids(seen).size() == 2, seen::toString);

        registry.store().lose("first");
        eventually().until(() -> Shop.uuids(seen).equals(List.of("second")), seen::toString);
        assertThat(seen.current().goodbyes()).doesNotContain("first");
        second.close();
        eventually().until(() -> seen.current().goodbyes().contains("second"), seen::toString);
        // The one that said goodbye is let go of, the one that is only missing is not.
        for (int i = 0; i < 20; i++) {
            assertThat(shelf.who()).isEqualTo("first");
        }
    }

    @Test
    void anOperatorsDecisionArrives() {
        shop.provider("first");
        shop.provider("second");
        MoaClient client = shop.client(shop.follower(shop.lookup()));
        Shelf shelf = client.stub(Shelf.class);
        shelf.who();
        registry.store().offline("first");
        eventually().until(() -> client.explain(SHELF).contains("1 of 2 instances"), () -> client.explain(SHELF));
        for (int i = 0; i < 20; i++) {
            assertThat(shelf.who()).isEqualTo("second");
        }
    }

    @Test
    void aProcessCannotBeAnnouncedAtALookupAndNotEverythingFollowed() {
        LookupRegistry follower = shop.follower(shop.lookup());
        assertThat(follower.takesRegistrations()).isFalse();
        assertThat(registry.takesRegistrations()).isTrue();
        assertThatThrownBy(() -> follower.register(RegistryContract.instance("a", SHELF)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("only followed")
                .hasMessageContaining("redis://");
        assertThatThrownBy(() -> follower.subscribeAll(change -> {}))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("service by service");
    }

    @Test
    void aRuntimeFollowsALookupByItsAddress() {
        shop.provider("first");
        LookupProcess lookup = shop.lookup();
        try (Moa moa = Moa.builder("customer")
                        .registry("moa-lookup://127.0.0.1:1,127.0.0.1:" + lookup.port())
                        .build();
                MoaClient client = MoaClient.builder(moa).disk(DiskConfig.OFF).build()) {
            assertThat(client.stub(Shelf.class).who()).isEqualTo("first");
        }
        for (String wrong :
                List.of("moa-lookup://", "moa-lookup://host", "moa-lookup://host:0", "moa-lookup://a:1/x")) {
            assertThatThrownBy(() -> Moa.builder("customer").registry(wrong).build())
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("moa-lookup://host:port,host:port");
        }
    }

    @Test
    void beforeItsRegistryAnswersALookupLeavesItsFollowersUnknowing() {
        registry.store().disconnect();
        LookupProcess lookup = shop.lookup();
        LookupRegistry follower = shop.follower(lookup);
        Registry.Subscription seen = follower.subscribe(SHELF, snapshot -> {});
        eventually().until(() -> follower.questions() > 1, follower::toString);
        assertThat(seen.current()).matches(Snapshot::isUnknown);
        registry.store().reconnect();
        eventually().until(() -> !seen.current().isUnknown(), follower::toString);
        assertThat(seen.current().entries()).isEmpty();
    }
}
