package io.moa.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.invoke.Ticker;
import io.moa.node.quickstart.SampleGreeter;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.watch.MemoryWatchStore;
import io.moa.registry.watch.Probe;
import io.moa.registry.watch.WatchConfig;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatcherProcessTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(40));

    private static Moa moa(String application) {
        return Moa.builder(application)
                .registry(new MemoryRegistry(Ticker.system()))
                .build();
    }

    @Test
    void aProbeReachesTheInstanceAndNoOther() {
        try (Moa provider = moa("shop");
                MoaServer server = MoaServer.builder(provider)
                        .export(new SampleGreeter("sample"))
                        .closeOnShutdown(false)
                        .start();
                Moa watcher = moa("moa-watcher")) {
            HandshakeProbe probe = new HandshakeProbe(watcher.transport(), watcher.self());
            Instance instance = server.instance();
            assertThat(probe.probe(instance).join()).isEqualTo(Probe.Finding.REACHED);
            Instance restarted = Instance.builder("another", "shop")
                    .addresses(instance.addresses())
                    .build();
            assertThat(probe.probe(restarted).join().failure()).contains("another process", instance.uuid());
            Instance stranger = Instance.builder(instance.uuid(), "bank")
                    .addresses(instance.addresses())
                    .build();
            assertThat(probe.probe(stranger).join().failure()).contains("bank", "given to another process");
            Instance nowhere = Instance.builder("u", "shop")
                    .addresses(List.of(new Address.InProcess("x")))
                    .build();
            assertThat(probe.probe(nowhere).join().failure()).contains("can be reached");
        }
    }

    @Test
    void aDeadProcessIsMarkedAndTheEvidenceSaysWhy() {
        MemoryWatchStore store = new MemoryWatchStore(Ticker.system());
        WatchConfig config = WatchConfig.builder()
                .probeEvery(Duration.ofMillis(500))
                .lapsedAfter(Duration.ofSeconds(4))
                .build();
        Moa provider = moa("shop");
        MoaServer server = MoaServer.builder(provider)
                .export(new SampleGreeter("sample"))
                .closeOnShutdown(false)
                .start();
        Instance instance = server.instance();
        try (WatcherProcess watcher =
                WatcherProcess.builder(store).config(config).start()) {
            store.register(instance);
            SOON.value(watcher::status, status -> status.probes() > 3, "probes");
            assertThat(watcher.status().failedProbes()).isZero();
            server.closeNow();
            SOON.value(() -> store.liveness(instance.uuid()), Liveness.OFFLINE::equals, "OFFLINE");
            assertThat(store.evidence(instance.uuid()).join().get(0).lines())
                    .anySatisfy(line -> assertThat(line).contains("lease"))
                    .anySatisfy(line -> assertThat(line).startsWith("probe: "));
        } finally {
            server.closeNow();
            provider.close();
        }
    }
}
