package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.Eventually;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client whose runtime was closed before it. */
class CloseOrderTest {

    @TempDir
    private Path folder;

    private final FakeTicker ticker = new FakeTicker();

    /** A service. */
    @MoaService
    public interface Shop {
        CompletableFuture<String> open();
    }

    @Test
    void whatWaitsForTheDiskIsWrittenThoughConnectionsCannotBeClosedAnyMore() {
        StagedTransport transport = new StagedTransport();
        Moa moa = Moa.builder("caller")
                .ticker(ticker)
                .scheduler(new FakeScheduler(ticker))
                .transport(transport)
                .callbacks(Runnable::run)
                .registry(new OneInstance())
                .build();
        MoaClient client = MoaClient.builder(moa).disk(DiskConfig.in(folder)).build();
        CompletableFuture<String> open = client.stub(Shop.class).open();
        StagedTransport.Line line = transport.last().succeed("provider", "a");
        moa.close();
        line.refusesToClose = new RejectedExecutionException("event executor terminated");
        assertThatCode(client::close).doesNotThrowAnyException();
        assertThat(open).isNotDone();
        Eventually.within(Duration.ofMinutes(1)).until(() -> !written().isEmpty(), () -> "nothing is written");
        assertThatCode(client::close).doesNotThrowAnyException();
    }

    private List<Path> written() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".instances")).toList();
        } catch (IOException e) {
            return List.of(); // a file beside it was just renamed
        }
    }

    private final class OneInstance implements Registry {

        @Override
        public Registration register(Instance instance) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
            Instance instance = Instance.builder("a", "provider")
                    .addresses(List.of(new Address.Tcp("10.0.0.1", 1)))
                    .build();
            Snapshot snapshot = new Snapshot(
                    service,
                    1,
                    List.of(new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE)),
                    ticker.nanos(),
                    "test");
            listener.accept(snapshot);
            return new Subscription() {
                @Override
                public Snapshot current() {
                    return snapshot;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
