package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.Calls;
import io.moa.client.disk.DiskConfig;
import io.moa.client.disk.DiskSnapshots;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that begins with a list on disk, which is read when the test says so. */
class RememberedListTest {

    @TempDir
    private Path folder;

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final StagedTransport transport = new StagedTransport();
    private final Moa moa = Moa.builder("caller")
            .ticker(ticker)
            .scheduler(scheduler)
            .transport(transport)
            .chance(new Random(1))
            .callbacks(Runnable::run)
            .build();
    private final Endpoints endpoints = new Endpoints(moa, EndpointConfig.DEFAULT);
    private final Queue<Runnable> diskThread = new ArrayDeque<>();
    private final List<Consumer<Snapshot>> followers = new ArrayList<>();
    private Clusters clusters;
    private ClusterInvoker invoker;

    @BeforeEach
    void anEarlierProcessKnew() {
        try (DiskSnapshots earlier = disk(Runnable::run)) {
            earlier.keep(snapshot("a", "b"));
        }
        clusters = new Clusters(
                moa, endpoints, this::subscribe, BeliefConfig.DEFAULT, OutlierConfig.DEFAULT, disk(diskThread::add));
        invoker = new ClusterInvoker(
                clusters, endpoints, ticker, new FirstAnswer(moa), SilentAttempts.WAIT, DirectAnswer.UNSUPPORTED);
    }

    private DiskSnapshots disk(Executor writer) {
        return new DiskSnapshots(
                "caller", folder, DiskConfig.in(folder), ticker, System::currentTimeMillis, scheduler, writer);
    }

    private Registry.Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        followers.add(listener);
        listener.accept(Snapshot.unknown(service, ticker.nanos()));
        return new Registry.Subscription() {
            @Override
            public Snapshot current() {
                return Snapshot.unknown(service, ticker.nanos());
            }

            @Override
            public void close() {
                followers.remove(listener);
            }
        };
    }

    private Snapshot snapshot(String... uuids) {
        return snapshot(Liveness.ONLINE, uuids);
    }

    private Snapshot snapshot(Liveness liveness, String... uuids) {
        return new Snapshot(
                Calls.SERVICE,
                1,
                Arrays.stream(uuids)
                        .map(uuid -> new Snapshot.Entry(
                                Instance.builder(uuid, "provider")
                                        .addresses(List.of(new Address.Tcp("10.0.0.1", uuid.charAt(0))))
                                        .build(),
                                liveness,
                                OperatorState.NONE))
                        .toList(),
                ticker.nanos(),
                "test",
                Set.of());
    }

    private void tell(String... uuids) {
        List.copyOf(followers).forEach(each -> each.accept(snapshot(uuids)));
    }

    private void read() {
        for (Runnable next = diskThread.poll(); next != null; next = diskThread.poll()) {
            next.run();
        }
    }

    private Invocation call() {
        return Calls.of(ticker, Duration.ofSeconds(1)).build();
    }

    @AfterEach
    void close() {
        clusters.close();
        endpoints.close();
        moa.close();
    }

    @Test
    void theFirstCallDoesNotReadTheFileAndGoesAsSoonAsItIsRead() {
        Invocation call = call();
        CompletableFuture<Reply> first = invoker.invoke(call);
        assertThat(diskThread).as("left to the disk's own thread").hasSize(1);
        assertThat(call.ledger().sentTo()).isEmpty();
        long before = ticker.nanos();
        read();
        assertThat(call.ledger().sentTo()).as("the registry has not answered").isIn("a", "b");
        assertThat(ticker.nanos()).as("no timer had to end").isEqualTo(before);
        assertThat(first).isNotDone();
        assertThat(clusters.of(Calls.SERVICE).explain()).contains("says disk, written");
    }

    @Test
    void aDiskThatHangsDoesNotKeepTheRegistrysAnswerFromCalls() {
        Invocation call = call();
        invoker.invoke(call);
        tell("c");
        assertThat(call.ledger().sentTo()).isEqualTo("c");
    }

    /** A service that was stopped in order and is started again, and its callers with it. */
    @Test
    void aListInWhichNobodyCanBeCalledIsNoAnswer() {
        for (Snapshot kept : List.of(snapshot(), snapshot(Liveness.OFFLINE, "a"))) {
            try (DiskSnapshots earlier = disk(Runnable::run)) {
                earlier.keep(kept);
            }
            Clusters own = new Clusters(
                    moa,
                    endpoints,
                    this::subscribe,
                    BeliefConfig.DEFAULT,
                    OutlierConfig.DEFAULT,
                    disk(diskThread::add));
            ClusterInvoker calls = new ClusterInvoker(
                    own, endpoints, ticker, new FirstAnswer(moa), SilentAttempts.WAIT, DirectAnswer.UNSUPPORTED);
            Invocation call = call();
            CompletableFuture<Reply> first = calls.invoke(call);
            read();
            assertThat(first).as("it waits for the registry").isNotDone();
            tell("c");
            assertThat(call.ledger().sentTo()).isEqualTo("c");
            own.close();
        }
    }

    @Test
    void whenTheRegistryTooKnowsNobodyTheCallFails() {
        try (DiskSnapshots earlier = disk(Runnable::run)) {
            earlier.keep(snapshot());
        }
        CompletableFuture<Reply> first = invoker.invoke(call());
        read();
        assertThat(first).isNotDone();
        tell();
        assertThat(first)
                .isCompletedWithValueMatching(reply -> reply instanceof Reply.Failure failure
                        && failure.message().contains("No instance for"));
    }

    @Test
    void whoIsInTheFileAndNotInTheRegistryIsMissingWhicheverIsReadFirst() {
        for (boolean fileFirst : List.of(true, false)) {
            Clusters own = new Clusters(
                    moa,
                    endpoints,
                    this::subscribe,
                    BeliefConfig.DEFAULT,
                    OutlierConfig.DEFAULT,
                    disk(diskThread::add));
            own.of(Calls.SERVICE);
            if (fileFirst) {
                read();
            }
            tell("b", "c");
            read();
            Cluster cluster = own.of(Calls.SERVICE);
            assertThat(cluster.plan().last()).as("file first: " + fileFirst).containsOnlyKeys("a");
            assertThat(cluster.plan().usable()).isEqualTo(3);
            tell("a", "b", "c");
            assertThat(cluster.plan().last()).isEmpty();
            own.close();
        }
    }
}
