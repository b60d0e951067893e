package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.client.disk.DiskConfig;
import io.moa.client.disk.DiskSnapshots;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Snapshot;
import io.moa.governance.plan.Vantage;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.testkit.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that begins with a list on disk, which is read when the test says so. */
class RememberedListTest {

    @TempDir
    private Path folder;

    @AutoClose
    private final ClusterStage stage = new ClusterStage();

    private final FakeTicker ticker = stage.ticker;
    private final Queue<Runnable> diskThread = new ArrayDeque<>();
    private Clusters clusters;
    private ClusterInvoker invoker;

    @BeforeEach
    void anEarlierProcessKnew() {
        try (DiskSnapshots earlier = disk(Runnable::run)) {
            earlier.keep(snapshot("a", "b"));
        }
        stage.atOnce = service -> Snapshot.unknown(service, ticker.nanos());
        clusters = stage.clusters(Vantage.ANYWHERE, disk(diskThread::add));
        invoker = stage.invoker(clusters);
    }

    private DiskSnapshots disk(Executor writer) {
        return new DiskSnapshots(
                "caller", folder, DiskConfig.in(folder), ticker, System::currentTimeMillis, stage.scheduler, writer);
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
        stage.tell(snapshot(uuids));
    }

    private void read() {
        for (Runnable next = diskThread.poll(); next != null; next = diskThread.poll()) {
            next.run();
        }
    }

    private Invocation call() {
        return Calls.of(ticker, Duration.ofSeconds(1)).build();
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
            Clusters own = stage.clusters(Vantage.ANYWHERE, disk(diskThread::add));
            ClusterInvoker calls = stage.invoker(own);
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
            Clusters own = stage.clusters(Vantage.ANYWHERE, disk(diskThread::add));
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
