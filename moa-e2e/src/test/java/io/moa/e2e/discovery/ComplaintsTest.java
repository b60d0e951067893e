package io.moa.e2e.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.node.watch.WatcherProcess;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisWatchStore;
import io.moa.registry.watch.WatchConfig;
import io.moa.testkit.ChaosProxy;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What consumers tell the watchers, with one real watcher and a real Redis. */
@Tag("once")
@Timeout(300)
class ComplaintsTest {

    /** Notices within a second or two what takes several otherwise. */
    private static final TransportConfig QUICK = TransportConfig.DEFAULT.toBuilder()
            .connectTimeout(Duration.ofSeconds(2))
            .heartbeat(Duration.ofMillis(200))
            .heartbeatLimit(Duration.ofMillis(1_500))
            .build();

    private static final WatchConfig WATCH = WatchConfig.builder()
            .probeEvery(Duration.ofMillis(500))
            .unreachableFor(Duration.ofSeconds(3))
            .build();

    /** Three providers that can be reached, and one whose accepted connections lead nowhere. */
    private static final class Scene {
        final EmbeddedRedis redis;
        final OperatorDesk desk;
        final ChaosProxy door;
        final String hanging;
        final List<CountingRegistry> consumers = new ArrayList<>();
        final List<Traffic> traffic = new ArrayList<>();

        Scene(Market market) throws Exception {
            redis = market.redis();
            desk = new OperatorDesk(market.keep(RedisLink.open(redis.config())));
            for (int i = 0; i < 3; i++) {
                market.provider(market.registry(redis));
            }
            Market.Provider behind = market.hidden();
            door = market.keep(ChaosProxy.to("127.0.0.1", behind.server().port()));
            Instance instance =
                    behind.server().instance().withAddresses(List.of(new Address.Tcp("127.0.0.1", door.port())));
            hanging = instance.uuid();
            market.registry(redis).register(instance);
            Market.eventually().until(() -> registered() == 4, () -> registered() + " registered");
            door.refuse();
        }

        private int registered() {
            return desk.instances(Market.TILL).join().size();
        }

        MoaClient consumer(Market market, TransportConfig config) {
            CountingRegistry registry = new CountingRegistry(market.registry(redis));
            consumers.add(registry);
            MoaClient client = market.client(registry, config, DiskConfig.OFF);
            traffic.add(market.traffic(client));
            return client;
        }

        WatcherProcess watcher(Market market) {
            RedisWatchStore store = new RedisWatchStore(market.keep(RedisLink.open(redis.config())));
            return market.keep(WatcherProcess.builder(store).config(WATCH).start());
        }

        InstanceReport report() {
            return desk.instance(hanging).join();
        }

        long complaints() {
            return consumers.stream().mapToLong(each -> each.complaints.get()).sum();
        }
    }

    @Test
    void whatOneWatcherAndThreeConsumersCannotReachIsRemoved() throws Exception {
        try (Market market = new Market()) {
            Scene scene = new Scene(market);
            for (int i = 0; i < 3; i++) {
                scene.consumer(market, QUICK);
            }
            scene.watcher(market);
            InstanceReport report =
                    Market.eventually().value(scene::report, each -> each.mark() == Liveness.OFFLINE, "removed");
            assertThat(report.leaseMillis()).as("its lease lives").isPositive();
            assertThat(report.evidence().get(0).lines())
                    .filteredOn(line -> line.contains("consumer "))
                    .hasSize(3)
                    .allSatisfy(line -> assertThat(line).contains("refused"));
            for (Traffic traffic : scene.traffic) {
                assertThat(traffic.failedAgain).isEmpty();
            }
        }
    }

    @Test
    void whatOneWatcherAloneCannotReachIsOnlySuspect() throws Exception {
        try (Market market = new Market()) {
            Scene scene = new Scene(market);
            // Two are one too few.
            scene.consumer(market, QUICK);
            scene.consumer(market, QUICK);
            WatcherProcess watcher = scene.watcher(market);
            Market.eventually().value(scene::report, each -> each.mark() == Liveness.SUSPECT, "suspect");
            Market.eventually()
                    .until(
                            () -> scene.consumers.stream().allMatch(each -> each.complaints.get() > 0),
                            () -> "not both have complained");
            long probes = watcher.status().failedProbes();
            Market.eventually()
                    .until(
                            () -> watcher.status().failedProbes() >= probes + 15,
                            () -> watcher.status().failedProbes() + " failed probes");
            assertThat(scene.report().mark()).isEqualTo(Liveness.SUSPECT);
        }
    }

    @Test
    void consumersThatAreThemselvesCutOffComplainOfNobody() throws Exception {
        try (Market market = new Market()) {
            EmbeddedRedis redis = market.redis();
            OperatorDesk desk = new OperatorDesk(market.keep(RedisLink.open(redis.config())));
            List<ChaosProxy> doors = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Market.Provider provider = market.hidden();
                ChaosProxy door =
                        market.keep(ChaosProxy.to("127.0.0.1", provider.server().port()));
                doors.add(door);
                market.registry(redis)
                        .register(provider.server()
                                .instance()
                                .withAddresses(List.of(new Address.Tcp("127.0.0.1", door.port()))));
            }
            List<CountingRegistry> consumers = new ArrayList<>();
            List<Traffic> traffic = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                CountingRegistry registry = new CountingRegistry(market.registry(redis));
                consumers.add(registry);
                Traffic calls = market.traffic(market.client(registry, QUICK, DiskConfig.OFF));
                calls.more(50);
                traffic.add(calls);
            }
            // Three of four doors: most of what they call.
            for (ChaosProxy door : doors.subList(0, 3)) {
                door.refuse();
                door.reset();
            }
            // Long enough for many a connect: each of them is tried again after half a second at most.
            for (int i = 0; i < 3; i++) {
                traffic.get(i).more(3_000);
            }
            assertThat(consumers)
                    .allSatisfy(each -> assertThat(each.complaints.get()).isZero());
            assertThat(desk.instances(Market.TILL).join()).hasSize(4).allSatisfy(report -> assertThat(report.mark())
                    .isEqualTo(Liveness.ONLINE));
        }
    }
}
