package io.moa.e2e.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.invoke.CallException;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import io.moa.testkit.CallAccount;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.RefusingPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What RELIABILITY asks of discovery, over sockets and a real Redis, with calls going on: counts and order, no durations. */
@Tag("once")
@Timeout(300)
class FaultsTest {

    private static void assertNothingFailed(CallAccount account, Traffic traffic) throws InterruptedException {
        traffic.close();
        assertThat(traffic.allFailed()).isEmpty();
        CallAccount.Tally tally = account.verify();
        assertThat(tally.ok()).isEqualTo(tally.sent());
    }

    private static List<Market.Provider> providers(Market market, EmbeddedRedis redis, int count) {
        List<Market.Provider> providers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            providers.add(market.provider(market.registry(redis)));
        }
        return providers;
    }

    private static void awaitComplete(OperatorDesk desk, int providers) {
        Market.eventually()
                .value(
                        () -> desk.instances(Market.TILL).join().stream()
                                .filter(InstanceReport::usable)
                                .count(),
                        count -> count == providers,
                        providers + " providers in the registry");
    }

    /** B1: for as long as hundreds of calls take, and it comes back empty. */
    @Test
    void aRegistryThatIsAwayAndComesBackEmptyFailsNoCallAndIsFilledAgain() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            OperatorDesk desk = new OperatorDesk(market.keep(RedisLink.open(redis.config())));
            ChaosProxy way = market.keep(
                    ChaosProxy.to("127.0.0.1", redis.config().nodes().get(0).port()));
            RedisConfig behind = RedisConfig.standalone("127.0.0.1", way.port())
                    .password(redis.config().password())
                    .build();
            for (int i = 0; i < 4; i++) {
                market.provider(market.registry(behind));
            }
            RedisLink link = market.keep(RedisLink.open(Market.brisk(behind)));
            MoaClient client = market.client(market.keep(RedisRegistry.over(link)));
            Traffic traffic = market.traffic(client);
            traffic.more(50);
            FewestCallable fewest = market.keep(new FewestCallable(client, 4));
            for (int i = 0; i < 2; i++) {
                way.refuse();
                way.reset();
                Market.eventually().until(() -> !link.isConnected(), link::toString);
                traffic.more(500);
                try (RawRedis raw = new RawRedis(redis.config())) {
                    raw.call("FLUSHALL");
                }
                assertThat(desk.instances(Market.TILL).join())
                        .as("who could come in")
                        .isEmpty();
                way.accept();
                awaitComplete(desk, 4);
                traffic.more(100);
            }
            assertThat(fewest.fewest()).as("callable instances, at worst").isEqualTo(4);
            assertNothingFailed(market.account, traffic);
        }
    }

    /** B5: its process stands still, with all connections open. */
    @Test
    void aRegistryThatHangsFailsNoCallAndTakesNoThreads() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            OperatorDesk desk = new OperatorDesk(market.keep(RedisLink.open(redis.config())));
            providers(market, redis, 4);
            RedisLink link = market.keep(RedisLink.open(Market.brisk(redis.config())));
            MoaClient client = market.client(market.keep(RedisRegistry.over(link)));
            Traffic traffic = market.traffic(client);
            traffic.more(50);
            FewestCallable fewest = market.keep(new FewestCallable(client, 4));
            traffic.more(500); // starts what threads calls need
            Set<Thread> threads = threads();
            signal(redis, "STOP");
            try {
                Market.eventually().until(() -> !link.isConnected(), link::toString);
                traffic.more(500);
                Set<Thread> more = threads();
                more.removeAll(threads);
                more.removeIf(each -> each.getName().startsWith("moa-worker-")); // a pool makes them until it is full
                assertThat(more).hasSizeLessThanOrEqualTo(2);
            } finally {
                signal(redis, "CONT");
            }
            awaitComplete(desk, 4);
            Market.eventually().until(() -> link.isConnected(), link::toString);
            traffic.more(100);
            assertThat(fewest.fewest()).as("callable instances, at worst").isEqualTo(4);
            assertNothingFailed(market.account, traffic);
        }
    }

    private static void signal(EmbeddedRedis redis, String signal) throws Exception {
        int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(redis.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(exit).isZero();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("moa-"))
                .collect(Collectors.toSet());
    }

    /** B3. */
    @Test
    void anEmptiedRegistryRemovesNobodyAndFailsNoCall() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            OperatorDesk desk = new OperatorDesk(market.keep(RedisLink.open(redis.config())));
            providers(market, redis, 4);
            MoaClient client = market.client(market.registry(redis));
            Traffic traffic = market.traffic(client);
            traffic.more(50);
            FewestCallable fewest = market.keep(new FewestCallable(client, 4));
            try (RawRedis raw = new RawRedis(redis.config())) {
                for (int i = 0; i < 5; i++) {
                    raw.call("FLUSHALL");
                    traffic.more(100);
                    awaitComplete(desk, 4);
                }
            }
            assertThat(fewest.fewest()).as("callable instances, at worst").isEqualTo(4);
            assertNothingFailed(market.account, traffic);
        }
    }

    /** B4. */
    @Test
    void aRegistryThatLosesHalfOfItsKeysRemovesNobodyAndFailsNoCall() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            OperatorDesk desk = new OperatorDesk(market.keep(RedisLink.open(redis.config())));
            providers(market, redis, 4);
            MoaClient client = market.client(market.registry(redis));
            Traffic traffic = market.traffic(client);
            traffic.more(50);
            FewestCallable fewest = market.keep(new FewestCallable(client, 4));
            Random chance = new Random(4);
            int lost = 0;
            try (RawRedis raw = new RawRedis(redis.config())) {
                for (int i = 0; i < 5; i++) {
                    for (String key : raw.call("KEYS", "*")) {
                        if (chance.nextBoolean()) {
                            raw.call("DEL", key);
                            lost++;
                        }
                    }
                    // Half of what the keys hold, too: of whom each process and each list consists.
                    for (String key : new String[] {"{moa}:p", "{moa}:s:" + Market.TILL}) {
                        for (String uuid : raw.call("HKEYS", key)) {
                            if (chance.nextBoolean()) {
                                raw.call("HDEL", key, uuid);
                                lost++;
                            }
                        }
                    }
                    traffic.more(100);
                    awaitComplete(desk, 4);
                }
            }
            assertThat(lost).isGreaterThan(10);
            assertThat(fewest.fewest()).as("callable instances, at worst").isEqualTo(4);
            assertNothingFailed(market.account, traffic);
        }
    }

    /** Before a watcher has removed who crashed, and where its fuse keeps it from doing so: B12 for who comes new. */
    @Test
    void whoStartsWhileMostOfTheListIsDeadReachesTheOneThatLives() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            Market.Provider living = market.provider(market.registry(redis));
            Registry registry = market.registry(redis);
            for (int i = 0; i < 10; i++) {
                RefusingPort dead = market.keep(RefusingPort.open());
                Instance.Builder instance = Instance.builder(
                                "dead-" + i, living.server().instance().application())
                        .addresses(List.of(new Address.Tcp("127.0.0.1", dead.port())))
                        .exports(living.server().instance().exports());
                living.server().instance().protocols().forEach(instance::protocol);
                registry.register(instance.build()).registered().get(60, TimeUnit.SECONDS);
            }
            for (int i = 0; i < 3; i++) {
                MoaClient client = market.client(market.registry(redis));
                Traffic traffic = market.traffic(client);
                traffic.more(50);
                assertThat(client.explain(Market.TILL)).contains("11 of 11 instances may be called");
                traffic.close();
                assertThat(traffic.allFailed()).isEmpty();
            }
            CallAccount.Tally tally = market.account.verify();
            assertThat(tally.ok()).isEqualTo(tally.sent());
        }
    }

    /** B12, A13. */
    @Test
    void withoutAWatcherADeadProviderFailsNoIdempotentCallAndAStrangerInItsPlaceServesNone() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            providers(market, redis, 3);
            Market.Provider dying = market.hidden();
            market.registry(redis).register(dying.server().instance());
            MoaClient client = market.client(market.registry(redis));
            Traffic traffic = market.traffic(client);
            Market.eventually().until(() -> dying.till().served.get() > 10, () -> "it is not called");
            int port = dying.server().port();
            dying.die();
            traffic.more(300);
            assertThat(traffic.failedAgain).isEmpty();

            Market.Provider stranger = market.hidden("bank", port);
            int failedBefore = traffic.failed.size();
            traffic.more(500);
            assertThat(client.explain(Market.TILL)).contains("4 of 4"); // nobody has taken it off the list
            traffic.close();
            assertThat(stranger.till().served.get())
                    .as("calls that the stranger ran")
                    .isZero();
            assertThat(traffic.failedAgain).isEmpty();
            assertThat(traffic.failed.size() - failedBefore)
                    .as("calls that were lost with the stranger there: none was sent to it")
                    .isZero();
            assertThat(market.account.verify().executedTwice()).isZero();
        }
    }

    /** A11, small: everything ends and begins again at once. */
    @Test
    void allProvidersAndClientsBeginTogetherAndReadTheRegistryOnceEach() throws Exception {
        int consumers = 20;
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            for (int round = 0; round < 2; round++) {
                List<Market.Provider> servers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    servers.add(market.beginning(market.registry(redis)));
                }
                List<RedisRegistry> registries = new ArrayList<>();
                List<MoaClient> clients = new ArrayList<>();
                for (int i = 0; i < consumers; i++) {
                    // Whole lists are read every minute besides, as by default.
                    RedisConfig config = Market.brisk(redis.config()).toBuilder()
                            .fullRead(Duration.ofMinutes(1))
                            .build();
                    RedisRegistry registry = market.keep(RedisRegistry.open(config));
                    registries.add(registry);
                    clients.add(market.client(registry));
                }
                List<Till> tills =
                        clients.stream().map(client -> client.stub(Till.class)).toList();
                for (Till till : tills) {
                    Market.eventually().until(() -> called(market.account, till), () -> "no call succeeds");
                }
                for (int i = 0; i < consumers; i++) {
                    MoaClient client = clients.get(i);
                    Market.eventually()
                            .value(() -> client.explain(Market.TILL), text -> text.contains("4 of "), "all four");
                    assertThat(registries.get(i).fullReads())
                            .as("whole lists read by client %d", i)
                            .isLessThanOrEqualTo(1);
                }
                clients.forEach(MoaClient::close);
                servers.forEach(Market.Provider::die);
            }
            assertThat(market.account.verify().ok()).isEqualTo(2 * consumers);
        }
    }

    /** A registry that has no provider yet says so. */
    private static boolean called(CallAccount account, Till till) {
        long id = account.sent(true);
        try {
            account.ok(id, till.again(id));
            return true;
        } catch (CallException e) {
            account.outcome(id, CallAccount.Outcome.REJECTED);
            return false;
        }
    }

    /** B15. */
    @Test
    void badEntriesAreSkippedAloneCountedAndReported() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            OperatorDesk desk = new OperatorDesk(market.keep(RedisLink.open(redis.config())));
            providers(market, redis, 3);
            RedisRegistry registry = market.registry(redis);
            MoaClient client = market.client(registry);
            Traffic traffic = market.traffic(client);
            FewestCallable fewest = market.keep(new FewestCallable(client, 3));
            String list = "{moa}:s:" + Market.TILL;
            List<String> bad =
                    new ArrayList<>(List.of("", "no json", "{\"v\":99}", "[".repeat(5_000), "x".repeat(10 << 20)));
            for (String address : List.of(
                    "tcp://0.0.0.0:1",
                    "tcp://[::]:1",
                    "tcp://[::0]:1",
                    "tcp://0:1",
                    "tcp://:1",
                    "tcp://h:-1",
                    "tcp://h:0",
                    "tcp://h:65536",
                    "tcp://224.0.0.1:1")) {
                // With its own name, and offering the service: nothing but the address is wrong with it.
                bad.add("{\"v\":1,\"uuid\":\"bad-" + bad.size() + "\",\"application\":\"shop\",\"addresses\":[\""
                        + address + "\"],\"exports\":[{\"service\":\"" + Market.TILL + "\"}]}");
            }
            bad.add("{\"v\":1,\"uuid\":\"somebody\",\"application\":\"shop\"}");
            try (RawRedis raw = new RawRedis(redis.config())) {
                for (int i = 0; i < bad.size(); i++) {
                    raw.call("HSET", "{moa}:p", "bad-" + i, bad.get(i));
                    raw.call("HSET", list, "bad-" + i, "");
                }
                raw.call("HSET", list, "without-a-record", "");
                raw.call("XADD", "{moa}:g:" + Market.TILL, "*", "u", "bad-0", "w", "nonsense");
                raw.call("PUBLISH", "{moa}:h:" + Market.TILL, "");
            }
            Market.eventually()
                    .until(() -> registry.badEntries() >= bad.size(), () -> registry.badEntries() + " bad entries");
            traffic.more(200);
            assertThat(FewestCallable.callable(client)).isEqualTo(3);
            assertThat(fewest.fewest()).isEqualTo(3);
            List<InstanceReport> reports = desk.instances(Market.TILL).join();
            assertThat(reports)
                    .filteredOn(report -> String.valueOf(report.problem()).contains("nobody can call"))
                    .as("the zeros, port 0 and the group")
                    .hasSize(5);
            assertThat(reports)
                    .filteredOn(report -> report.uuid().startsWith("bad-"))
                    .hasSize(bad.size())
                    .allSatisfy(report -> assertThat(report.problem()).isNotBlank());
            assertNothingFailed(market.account, traffic);
        }
    }

    /** B16, small. */
    @Test
    void aListThatChangesAllTheTimeFailsNoCallAndIsCompiledABoundedNumberOfTimes() throws Exception {
        int entries = 200;
        int changes = 3_000;
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            List<Market.Provider> real = providers(market, redis, 3);
            RedisRegistry announcing = market.registry(redis);
            Random chance = new Random(5);
            List<io.moa.discovery.Registry.Registration> registrations = new ArrayList<>();
            List<Instance> instances = new ArrayList<>();
            for (int i = 0; i < entries; i++) {
                // Weight 0: listed, and not called, because nobody is there.
                Instance listed = Instance.builder("listed-" + i, Market.APPLICATION)
                        .addresses(real.get(0).server().instance().addresses())
                        .exports(real.get(0).server().instance().exports())
                        .weight(0)
                        .build();
                instances.add(listed);
                registrations.add(announcing.register(listed));
            }
            RedisConfig config = Market.brisk(redis.config()).toBuilder()
                    .coalesce(Duration.ofMillis(500))
                    .poll(Duration.ofSeconds(2))
                    .fullRead(Duration.ofSeconds(10))
                    .build();
            CountingRegistry counting = new CountingRegistry(market.keep(RedisRegistry.open(config)));
            MoaClient client = market.client(counting);
            Traffic traffic = market.traffic(client);
            FewestCallable fewest = market.keep(new FewestCallable(client, 3));
            Market.eventually()
                    .value(
                            () -> client.explain(Market.TILL),
                            text -> text.contains("3 of " + (entries + 3) + " instances"),
                            "the whole list");
            long toldBefore = counting.told.get();
            long begun = System.nanoTime();
            for (int i = 0; i < changes; i++) {
                int which = chance.nextInt(entries);
                instances.set(
                        which,
                        instances.get(which).toBuilder()
                                .metadata("change", Integer.toString(i))
                                .build());
                registrations.get(which).update(instances.get(which));
                if (i % 100 == 0) {
                    traffic.more(10);
                }
            }
            traffic.more(100);
            Market.eventually().until(() -> counting.told.get() > toldBefore, () -> "no change was told");
            long told = counting.told.get() - toldBefore;
            double seconds = (System.nanoTime() - begun) / 1e9;
            // Gathered for half a second, looked at every two (1.6 at least), read whole every ten: no more than these.
            double bound = 5 + seconds / 0.5 + seconds / 1.6 + seconds / 8;
            System.out.printf(
                    "churn: %d changes of %d entries, %d compiles, at most %.0f%n", changes, entries, told, bound);
            assertThat((double) told).isLessThanOrEqualTo(bound);
            assertThat(fewest.fewest()).isEqualTo(3);
            assertNothingFailed(market.account, traffic);
        }
    }
}
