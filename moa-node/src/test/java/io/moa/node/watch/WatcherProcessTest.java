package io.moa.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.invoke.Ticker;
import io.moa.node.quickstart.SampleGreeter;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Welcome;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.watch.MemoryWatchStore;
import io.moa.registry.watch.Probe;
import io.moa.registry.watch.WatchConfig;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
            HandshakeProbe probe = new HandshakeProbe(
                    watcher.transport(),
                    watcher.self(),
                    watcher.scheduler(),
                    watcher.ticker(),
                    Duration.ofSeconds(30),
                    "here");
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
            assertThat(probe.probe(nowhere).join().nameless()).isFalse();
            Instance unnamed = Instance.builder("u", "shop")
                    .addresses(List.of(new Address.Tcp("nowhere.invalid", 9000)))
                    .build();
            Probe.Finding nameless = probe.probe(unnamed).join();
            assertThat(nameless.nameless()).as(nameless.toString()).isTrue();
            assertThat(nameless.reached()).isFalse();
            Instance elsewhere = Instance.builder("u", "shop")
                    .host("another host")
                    .addresses(List.of(new Address.Unix("/run/docker.sock")))
                    .build();
            assertThat(probe.probe(elsewhere).join().failure()).contains("can be reached");
            assertThat(probe.probe(elsewhere.toBuilder().host("").build())
                            .join()
                            .failure())
                    .contains("can be reached");
            assertThat(probe.probe(elsewhere.toBuilder().host("here").build())
                            .join()
                            .failure())
                    .doesNotContain("can be reached");
        }
    }

    @Test
    void aProcessThatGreetsAndThenDoesNothingIsNotReached() throws Exception {
        FakeTicker ticker = new FakeTicker();
        FakeScheduler scheduler = new FakeScheduler(ticker);
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Moa watcher = Moa.builder("moa-watcher")
                        .registry(new MemoryRegistry(Ticker.system()))
                        .transportConfig(TransportConfig.DEFAULT.toBuilder()
                                .connectTimeout(Duration.ofSeconds(60))
                                .build())
                        .build()) {
            HandshakeProbe probe = new HandshakeProbe(
                    watcher.transport(), watcher.self(), scheduler, ticker, Duration.ofMillis(1_500), "here");
            Instance instance = Instance.builder("hung", "shop")
                    .addresses(List.of(new Address.Tcp("127.0.0.1", listener.getLocalPort())))
                    .build();
            CompletableFuture<Probe.Finding> finding = probe.probe(instance);
            try (Socket accepted = listener.accept()) {
                ByteBuf welcome = Unpooled.buffer();
                Frames.message(
                        welcome,
                        FrameKind.WELCOME,
                        new Welcome(
                                true,
                                "",
                                "shop",
                                "hung",
                                1,
                                0,
                                64 << 10,
                                64 << 20,
                                1 << 20,
                                new byte[0],
                                List.of(),
                                0));
                accepted.getOutputStream().write(ByteBufUtil.getBytes(welcome));
                welcome.release();
                SOON.until(() -> scheduler.pending() == 1, () -> "it does not wait for a pong");
                scheduler.advance(Duration.ofMillis(1_500));
                assertThat(finding.get(60, TimeUnit.SECONDS).failure())
                        .contains("it greeted", "did not answer a ping within 1500 ms");
            }
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
        try (WatcherProcess watcher = WatcherProcess.builder(store)
                .config(config)
                .probeTimeout(Duration.ofSeconds(10)) // a busy machine is no dead process
                .start()) {
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
