package io.moa.e2e.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.MoaClient;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.invoke.Ticker;
import io.moa.registry.combined.CombinedRegistry;
import io.moa.registry.combined.RegistryMember;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.testkit.CallAccount;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several registries at once, with calls going on. */
@Tag("once")
@Timeout(300)
class MigrationTest {

    private static void assertNothingFailed(CallAccount account, Traffic... all) throws InterruptedException {
        for (Traffic traffic : all) {
            traffic.close();
            assertThat(traffic.allFailed()).isEmpty();
            assertThat(traffic.ok.get()).isPositive();
        }
        CallAccount.Tally tally = account.verify();
        assertThat(tally.ok()).isEqualTo(tally.sent());
    }

    @Test
    void aMigrationStepByStepFailsNoCall() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis old = market.redis();
            EmbeddedRedis fresh = market.redis();
            List<Market.Provider> providers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                providers.add(market.provider(market.registry(old)));
            }
            Traffic before = market.traffic(market.client(market.registry(old)));
            before.more(100);

            // 1. Consumers follow both. The new one is empty.
            MoaClient both = market.client(market.both(market.registry(old), market.registry(fresh)));
            Traffic during = market.traffic(both);
            during.more(100);
            assertThat(both.explain(Market.TILL)).contains("3 of 3 instances may be called");

            // 2. Providers, one after the other, announce themselves in both.
            replace(
                    providers,
                    during,
                    () -> market.provider(market.both(market.registry(old), market.registry(fresh))));
            before.more(100);
            before.close();

            // 3. Consumers follow the new one only; those of before go on for a while.
            Traffic after = market.traffic(market.client(market.registry(fresh)));
            after.more(100);

            // 4. Providers, one after the other, announce themselves in the new one only.
            replace(providers, during, () -> market.provider(market.registry(fresh)));
            after.more(100);

            // 5. The old one ends.
            old.close();
            during.more(100);
            after.more(100);
            Market.eventually()
                    .value(
                            () -> both.explain(Market.TILL),
                            text -> text.contains("3 of 3 instances may be called") && text.contains("says new"),
                            "three, of the new one");
            assertNothingFailed(market.account, before, during, after);
        }
    }

    private interface Start {
        Market.Provider now();
    }

    private static void replace(List<Market.Provider> providers, Traffic traffic, Start start) {
        for (int i = 0; i < providers.size(); i++) {
            Market.Provider next = start.now();
            Market.eventually().until(() -> next.till().served.get() > 0, () -> next.uuid() + " is not called");
            providers.set(i, next).leave();
            traffic.more(30);
        }
    }

    @Test
    void whoLeavesTheOldRegistryAndStandsInTheNewIsCalledOn() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            EmbeddedRedis other = market.redis();
            Market.Provider provider = market.hidden();
            Registration inOld =
                    market.registry(redis).register(provider.server().instance());
            Registration inNew =
                    market.registry(other).register(provider.server().instance());
            Market.eventually().until(inOld.registered()::isDone, () -> "not in the old one");
            Market.eventually().until(inNew.registered()::isDone, () -> "not in the new one");
            MoaClient client = market.client(market.both(market.registry(redis), market.registry(other)));
            Traffic traffic = market.traffic(client);
            traffic.more(50);
            Market.eventually()
                    .value(() -> client.explain(Market.TILL), text -> text.contains("lists 1; new"), "listed by both");
            inOld.close();
            Market.eventually()
                    .value(() -> client.explain(Market.TILL), text -> text.contains("lists 0; new"), "left the old");
            traffic.more(100);
            assertThat(client.explain(Market.TILL)).contains("1 of 1 instances may be called, 0 of them last");
            assertNothingFailed(market.account, traffic);
        }
    }

    @Test
    void oneRegistryKilledOrBothEmptiedFailsNoCallAndRemovesNobody() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis first = market.redis();
            EmbeddedRedis second = market.redis();
            for (int i = 0; i < 3; i++) {
                market.provider(market.both(market.registry(first), market.registry(second)));
            }
            MoaClient client = market.client(market.both(market.registry(first), market.registry(second)));
            Traffic traffic = market.traffic(client);
            traffic.more(100);
            FewestCallable fewest = market.keep(new FewestCallable(client, 3));
            for (EmbeddedRedis each : List.of(first, second)) {
                try (RawRedis raw = new RawRedis(each.config())) {
                    raw.call("FLUSHALL");
                }
            }
            traffic.more(200);
            first.close();
            traffic.more(200);
            Market.Provider late = market.provider(market.both(market.registry(first), market.registry(second)));
            Market.eventually().until(() -> late.till().served.get() > 0, () -> "the late one is not called");
            assertThat(fewest.fewest()).isGreaterThanOrEqualTo(3);
            assertNothingFailed(market.account, traffic);
        }
    }

    @Test
    void theOtherDataCentreIsUsedOnlyWhileTheOwnHasNobody() throws Exception {
        try (Market market = new Market()) {
            MemoryRegistry near = market.keep(new MemoryRegistry(Ticker.system()));
            MemoryRegistry far = market.keep(new MemoryRegistry(Ticker.system()));
            Registry here = market.keep(CombinedRegistry.of(List.of(
                    RegistryMember.of("here", near),
                    RegistryMember.of("there", far).withPriority(1))));
            List<Market.Provider> own = new ArrayList<>(List.of(market.provider(near), market.provider(near)));
            List<Market.Provider> theirs = List.of(market.provider(far), market.provider(far));
            MoaClient client = market.client(here);
            Traffic traffic = market.traffic(client);
            traffic.more(200);
            assertThat(served(theirs)).as("calls to the other data centre").isZero();
            assertThat(client.explain(Market.TILL)).contains("says there", "only when no nearer one can be called");

            own.forEach(Market.Provider::leave);
            traffic.more(200);
            long away = served(theirs);
            assertThat(away).isPositive();

            own.set(0, market.provider(near));
            Market.eventually().until(() -> own.get(0).till().served.get() > 0, () -> "the own one is not called");
            away = served(theirs);
            traffic.more(200);
            assertThat(served(theirs) - away).as("calls that were on their way").isLessThanOrEqualTo(4);

            // The whole data centre goes without a word, its registry too: nobody takes its providers off the list.
            Market.Provider dead = market.hidden();
            Registration announced = near.register(dead.server().instance());
            Market.eventually().until(() -> dead.till().served.get() > 0, () -> "it is not called");
            own.get(0).leave();
            dead.die();
            traffic.more(200);
            assertThat(traffic.failedAgain).isEmpty();
            assertThat(served(theirs)).isGreaterThan(away + 100);
            assertThat(announced.registered()).isDone();
            traffic.close();
            market.account.verify();
        }
    }

    private static long served(List<Market.Provider> providers) {
        return providers.stream()
                .mapToLong(provider -> provider.till().served.get())
                .sum();
    }
}
