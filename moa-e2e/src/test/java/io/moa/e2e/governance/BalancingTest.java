package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Balancing;
import io.moa.annotation.LoadBalance;
import io.moa.annotation.MoaService;
import io.moa.annotation.ZoneChoice;
import io.moa.annotation.ZonePreference;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.CallException;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Methods of one service, each balanced in its own way, over sockets. */
@Timeout(120)
class BalancingTest {

    /** The service. Each method answers with the name of the server. */
    @MoaService(name = "balancing.Shop")
    @io.moa.annotation.Timeout(millis = 30_000) // nothing here is about time
    public interface Shop {
        String better();

        @LoadBalance(Balancing.WEIGHTED_RANDOM)
        String any();

        @LoadBalance(Balancing.WEIGHTED_ROUND_ROBIN)
        String next();

        @LoadBalance(Balancing.LEAST_IN_FLIGHT)
        String idle();

        String own();

        @ZonePreference(ZoneChoice.PREFER)
        String near();

        @ZonePreference(ZoneChoice.REQUIRE)
        String here();
    }

    private static final ServiceId SHOP = ServiceId.of("balancing.Shop");

    /** One server. */
    private static final class Counter implements Shop {
        private final String name;
        private final AtomicInteger busy = new AtomicInteger();
        private volatile CountDownLatch gate = new CountDownLatch(0);

        Counter(String name) {
            this.name = name;
        }

        private String answer() {
            busy.incrementAndGet();
            try {
                if (!gate.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody opened the gate");
                }
                return name;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                busy.decrementAndGet();
            }
        }

        @Override
        public String better() {
            return answer();
        }

        @Override
        public String any() {
            return answer();
        }

        @Override
        public String next() {
            return answer();
        }

        @Override
        public String idle() {
            return answer();
        }

        @Override
        public String own() {
            return answer();
        }

        @Override
        public String near() {
            return answer();
        }

        @Override
        public String here() {
            return answer();
        }
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final Map<String, Counter> counters = new HashMap<>();
    private final Map<String, MoaServer> servers = new HashMap<>();
    private volatile String customer = "nobody";

    private void serve(String name, int weight, String zone) {
        Counter counter = new Counter(name);
        servers.put(name, processes.serve("shop", server -> server.weight(weight)
                .labels(Map.of(Instance.ZONE, zone))
                .export(counter)));
        counters.put(name, counter);
    }

    private void serveThree() {
        serve("a", 100, "north");
        serve("b", 100, "south");
        serve("c", 100, "south");
    }

    private MoaClient client(UnaryOperator<MoaClient.Builder> more) {
        return processes.client("caller", more);
    }

    private Shop shop() {
        return client(UnaryOperator.identity()).stub(Shop.class);
    }

    private static Map<String, Integer> count(Shop shop, Function<Shop, String> call, int times) {
        Map<String, Integer> count = new HashMap<>();
        for (int i = 0; i < times; i++) {
            count.merge(call.apply(shop), 1, Integer::sum);
        }
        return count;
    }

    /** How many calls each server has while none is answered. */
    private Map<String, Integer> whileAllWait(Function<Shop, String> call, int times) {
        CountDownLatch gate = new CountDownLatch(1);
        counters.values().forEach(counter -> counter.gate = gate);
        MoaClient client = client(UnaryOperator.identity());
        Shop shop = client.stub(Shop.class);
        List<CompletableFuture<String>> replies = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            replies.add(client.async(shop, call));
        }
        Eventually.within(Duration.ofSeconds(20))
                .until(
                        () -> counters.values().stream()
                                        .mapToInt(each -> each.busy.get())
                                        .sum()
                                == times,
                        () -> client.explain(SHOP));
        Map<String, Integer> busy = new HashMap<>();
        counters.forEach((name, counter) -> busy.put(name, counter.busy.get()));
        gate.countDown();
        replies.forEach(CompletableFuture::join);
        return busy;
    }

    @Test
    @Shows("load-balance")
    void eachMethodIsBalancedInItsOwnWay() {
        serveThree();
        Shop shop = shop();
        assertThat(count(shop, Shop::next, 300).values()).as("in turn").containsOnly(100);
        for (int i = 0; i < 50; i++) {
            assertThat(List.of(shop.next(), shop.next(), shop.next())).doesNotHaveDuplicates();
        }
        assertThat(count(shop, Shop::any, 600).values()).as("by lot").allSatisfy(given -> assertThat(given)
                .isBetween(130, 270));
        assertThat(count(shop, Shop::idle, 300)).hasSize(3);
    }

    @Test
    void weightsHoldWhereTimesDoNotMatter() {
        serve("a", 100, "");
        serve("b", 300, "");
        Shop shop = shop();
        assertThat(count(shop, Shop::next, 400)).containsEntry("a", 100).containsEntry("b", 300);
        for (Function<Shop, String> method : List.<Function<Shop, String>>of(Shop::any, Shop::idle)) {
            assertThat(count(shop, method, 800).get("a")).isBetween(120, 280);
        }
    }

    @Test
    void whereCallsLastTheFewestInFlightAreFound() {
        serveThree();
        assertThat(whileAllWait(Shop::idle, 30).values()).containsOnly(10);
        assertThat(whileAllWait(Shop::better, 30).values())
                .allSatisfy(busy -> assertThat(busy).isBetween(7, 13));
    }

    /** The keys are set by a filter here, as a caller does whose arguments do not say them. */
    private Shop shopOfCustomers() {
        return client(builder -> builder.filter((call, next) -> next.invoke(
                        call.toBuilder().callKeys(Map.of("customer", customer)).build())))
                .stub(
                        Shop.class,
                        StubConfig.ANNOTATED
                                .with("own", PolicyKey.LOAD_BALANCE, Balancing.CONSISTENT_HASH)
                                .with("own", PolicyKey.HASH_BY, "customer"));
    }

    private Map<String, String> homes(Shop shop) {
        Map<String, String> homes = new HashMap<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 100; i++) {
                customer = "customer " + i;
                String home = shop.own();
                assertThat(homes.getOrDefault(customer, home)).isEqualTo(home);
                homes.put(customer, home);
            }
        }
        return homes;
    }

    @Test
    @Shows("hash-by")
    void aCustomerStaysAtItsServerUntilThatIsGone() throws Exception {
        serveThree();
        Map<String, String> before = homes(shopOfCustomers());
        Shop other = shopOfCustomers();
        assertThat(homes(other)).as("another process places them alike").isEqualTo(before);
        assertThat(new HashSet<>(before.values())).containsExactlyInAnyOrder("a", "b", "c");
        servers.get("b").close();
        Map<String, String> after = homes(other);
        before.forEach((who, home) -> {
            if (home.equals("b")) {
                assertThat(after.get(who)).isIn("a", "c");
            } else {
                assertThat(after.get(who)).isEqualTo(home);
            }
        });
    }

    @Test
    @Shows("zone")
    void theOwnZoneIsPreferredOrRequired() {
        serveThree();
        Shop north = client(builder -> builder.zone("north")).stub(Shop.class);
        assertThat(count(north, Shop::near, 100)).containsOnlyKeys("a");
        assertThat(count(north, Shop::here, 100)).containsOnlyKeys("a");
        assertThat(count(north, Shop::any, 100)).containsOnlyKeys("a", "b", "c");
        servers.get("a").close();
        assertThat(count(north, Shop::near, 100).keySet()).isSubsetOf("b", "c");
        assertThatThrownBy(north::here)
                .isInstanceOf(CallException.class)
                .hasMessageContaining("zone north")
                .hasMessageContaining("@ZonePreference on Shop.here");
        assertThat(count(shop(), Shop::here, 20).keySet())
                .as("it knows no zone of its own")
                .isSubsetOf("b", "c");
    }

    @Test
    void aSubsetIsAllThatIsCalledUntilSomebodyOfItIsGone() {
        serveThree();
        MoaClient one = client(builder -> builder.subset(1));
        Shop shop = one.stub(Shop.class);
        Set<String> called = count(shop, Shop::any, 50).keySet();
        assertThat(called).hasSize(1);
        String name = called.iterator().next();
        assertThat(one.explain(SHOP)).contains("1 of 3 instances may be called").contains("calls a subset of 1");
        servers.get(name).close();
        Set<String> next = count(shop, Shop::any, 50).keySet();
        assertThat(next).hasSize(1).doesNotContain(name);
    }
}
