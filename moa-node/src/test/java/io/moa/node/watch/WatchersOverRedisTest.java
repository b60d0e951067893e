package io.moa.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.node.quickstart.ProviderMain;
import io.moa.node.quickstart.SampleGreeter;
import io.moa.node.quickstart.WatcherMain;
import io.moa.registry.embedded.EmbeddedRedis;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisWatchStore;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Probe;
import io.moa.registry.watch.Round;
import io.moa.registry.watch.Verdict;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.Written;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two watchers over a real Redis, with real probes of servers on sockets: B10, B11 and A13 in small. */
@Tag("once")
class WatchersOverRedisTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(120));

    private EmbeddedRedis redis;
    private RedisConfig config;
    private RedisLink link;
    private WatchStore store;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        redis = EmbeddedRedis.start();
        config = RedisConfig.parse(redis.url()).toBuilder()
                .heartbeat(Duration.ofSeconds(1))
                .lease(Duration.ofSeconds(3))
                .build();
        link = RedisLink.open(config);
        store = new RedisWatchStore(link);
    }

    @AfterEach
    void end() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        link.close();
        redis.close();
    }

    private <T extends AutoCloseable> T opened(T one) {
        opened.add(one);
        return one;
    }

    private Instance server(String application, int port) {
        return server(application, UUID.randomUUID().toString(), port);
    }

    private Instance server(String application, String uuid, int port) {
        Moa moa = opened(Moa.builder(application)
                .instance(uuid)
                .registry(opened(RedisRegistry.open(config)))
                .build());
        return opened(MoaServer.builder(moa)
                        .export(new SampleGreeter("sample"))
                        .port(port)
                        .closeOnShutdown(false)
                        .start())
                .instance();
    }

    private NodeProcess provider() throws IOException {
        return opened(new NodeProcess(ProviderMain.class, "provider", redis.url()));
    }

    private Map<Integer, Round.Holding> parts() {
        Map<Integer, Round.Holding> parts =
                store.renew("observer", false, Duration.ofSeconds(1)).join().parts();
        store.leave("observer").join();
        return parts;
    }

    private static boolean watches(Map<Integer, Round.Holding> parts, String watcher, String uuid) {
        Round.Holding holding = parts.get(WatchStore.partOf(uuid));
        return holding != null && holding.watcher().equals(watcher);
    }

    private Set<String> offline() {
        Map<String, Liveness> marks =
                new ConcurrentHashMap<>(store.list().join().marks());
        marks.values().removeIf(mark -> mark != Liveness.OFFLINE);
        return marks.keySet();
    }

    private void awaitRegistered(int count) {
        SOON.until(
                () -> store.list().join().revisions().size() == count,
                () -> "registered: " + store.list().join().revisions());
    }

    private void awaitOffline(String uuid) {
        SOON.until(() -> offline().contains(uuid), () -> "OFFLINE: " + offline());
    }

    private static void awaitShared(WatcherProcess one, WatcherProcess other) {
        SOON.until(
                () -> one.status().parts() > 0
                        && other.status().parts() > 0
                        && one.status().parts() + other.status().parts() == WatchStore.PARTS,
                () -> one.status() + " and " + other.status());
    }

    @Test
    void aWatcherThatIsCutOffFromTwoRemovesNeitherAndTheKilledOneGoes() throws IOException {
        Set<String> unreachable = ConcurrentHashMap.newKeySet();
        List<String> living = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            living.add(server("shop", 0).uuid());
        }
        NodeProcess provider = provider();
        String killed = provider.said(1);
        awaitRegistered(5);
        WatcherProcess cut = opened(WatcherProcess.builder(store)
                .probe(probe -> instance -> unreachable.contains(instance.uuid())
                        ? CompletableFuture.completedFuture(Probe.Finding.failed("the network is cut"))
                        : probe.probe(instance))
                .name("cut")
                .start());
        SOON.until(() -> cut.status().parts() == WatchStore.PARTS, cut::toString);
        SOON.until(() -> cut.status().probes() >= 10, () -> cut.status().toString());
        WatcherProcess whole =
                opened(WatcherProcess.builder(store).name("whole").start());
        awaitShared(cut, whole);

        // The two are of those that it watches itself: of four it may happen to watch fewer.
        Map<Integer, Round.Holding> parts = parts();
        List<String> lost = new ArrayList<>();
        living.stream().filter(uuid -> watches(parts, "cut", uuid)).limit(2).forEach(lost::add);
        while (lost.size() < 2) {
            String uuid = UUID.randomUUID().toString();
            if (watches(parts, "cut", uuid)) {
                lost.add(server("shop", uuid, 0).uuid());
            }
        }
        SOON.until(() -> cut.status().instances() >= 2, () -> cut.status().toString());
        unreachable.addAll(lost);
        long before = cut.status().failedProbes();
        // More than unreachableFor: a failing one is probed about once a second.
        SOON.until(
                () -> cut.status().failedProbes() > before + 30 || !cut.status().fit(),
                () -> cut.status().toString());
        assertThat(offline()).isEmpty();

        provider.kill();
        awaitOffline(killed);
        assertThat(offline()).containsExactly(killed);
        assertThat(cut.status().removed() + whole.status().removed()).isEqualTo(1);
        assertThat(store.evidence(killed).join().get(0).lines())
                .anySatisfy(line -> assertThat(line).contains("lease has lapsed"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("probe: ")); // mostly refused, unless somebody was given the port
    }

    @Test
    void aWatcherThatFreezesOrDiesIsReplacedAndItsOldWritesAreRefused() throws IOException {
        for (int i = 0; i < 3; i++) {
            server("shop", 0);
        }
        NodeProcess provider = provider();
        String killed = provider.said(1);
        awaitRegistered(4);
        NodeProcess other = opened(new NodeProcess(WatcherMain.class, "other", redis.url()));
        WatcherProcess here = opened(WatcherProcess.builder(store).name("here").start());
        Map<Integer, Round.Holding> before = SOON.value(
                this::parts,
                parts -> parts.size() == WatchStore.PARTS
                        && parts.values().stream()
                                        .map(Round.Holding::watcher)
                                        .distinct()
                                        .count()
                                == 2,
                "two that share all parts");

        other.signal("STOP");
        SOON.until(() -> here.status().parts() == WatchStore.PARTS, () -> here.status()
                .toString());
        // What the frozen one would write when it wakes up, under the fences that it knows.
        int tried = 0;
        for (String uuid : store.list().join().revisions().keySet()) {
            int part = WatchStore.partOf(uuid);
            Round.Holding held = before.get(part);
            if (held != null && held.watcher().equals("other")) {
                assertThat(written("other", part, held.fence(), uuid)).isEqualTo(Written.Result.STALE);
                tried++;
            }
        }
        // And for a part in which there is nobody: the fence is asked for before anything else.
        int stale = before.entrySet().stream()
                .filter(entry -> entry.getValue().watcher().equals("other"))
                .mapToInt(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        assertThat(written("other", stale, before.get(stale).fence(), killed)).isEqualTo(Written.Result.STALE);
        assertThat(tried).isLessThanOrEqualTo(4);
        provider.kill();
        awaitOffline(killed);

        other.signal("CONT");
        SOON.until(() -> here.status().parts() < WatchStore.PARTS, () -> here.status()
                .toString());
        other.kill();
        SOON.until(() -> here.status().parts() == WatchStore.PARTS, () -> here.status()
                .toString());
        assertThat(offline()).containsExactly(killed);
        assertThat(here.status().removed()).isEqualTo(1);
    }

    private Written.Result written(String watcher, int part, long fence, String uuid) {
        Evidence evidence = new Evidence(
                uuid, Change.REMOVE, watcher, part, fence, 0, "too late", Evidence.NOT_ASKED, List.of(), List.of(), "");
        return store.write(watcher, List.of(new Verdict(part, fence, uuid, Change.REMOVE, List.of(), evidence)))
                .join()
                .get(0)
                .result();
    }

    @Test
    void anotherServiceAtTheAddressOfTheDeadIsNoSignOfItsLife() throws IOException {
        server("shop", 0);
        NodeProcess provider = provider();
        String killed = provider.said(1);
        awaitRegistered(2);
        int port = Integer.parseInt(provider.said(2).replaceAll(".*:", ""));
        provider.kill();
        String stranger = server("bank", port).uuid();
        opened(WatcherProcess.builder(store).name("watcher").start());
        awaitOffline(killed);
        assertThat(store.evidence(killed).join().get(0).lines())
                .anySatisfy(
                        line -> assertThat(line).startsWith("probe: ").contains("bank", "given to another process"));
        assertThat(offline()).containsExactly(killed).doesNotContain(stranger);
    }
}
