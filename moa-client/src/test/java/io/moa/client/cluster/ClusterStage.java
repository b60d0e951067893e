package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.disk.DiskSnapshots;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.observe.Observation;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.plan.Vantage;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What stands below the calls of one client, without sockets: the test moves the time, the connections and what a registry
 * says. Used by one thread.
 */
final class ClusterStage implements AutoCloseable {

    final FakeTicker ticker = new FakeTicker();
    final FakeScheduler scheduler = new FakeScheduler(ticker);
    final StagedTransport transport = new StagedTransport();
    final Moa moa = Moa.builder("caller")
            .ticker(ticker)
            .scheduler(scheduler)
            .transport(transport)
            .chance(new Random(1))
            .callbacks(Runnable::run)
            .build();
    final Endpoints endpoints = new Endpoints(moa, EndpointConfig.DEFAULT);

    /** Who follows a service now. */
    final Map<ServiceId, Consumer<Snapshot>> followed = new LinkedHashMap<>();

    /** So many services can be followed. */
    int most = Integer.MAX_VALUE;

    /** What who follows a service is told at once; null for nothing. */
    Function<ServiceId, @Nullable Snapshot> atOnce = service -> null;

    private final List<Clusters> opened = new ArrayList<>();
    private long revision;

    /** Clusters of a client that begins with nothing on disk and calls all instances. */
    Clusters clusters() {
        return clusters(Vantage.ANYWHERE, null);
    }

    /** Clusters over all this, which end with it. */
    Clusters clusters(Vantage vantage, @Nullable DiskSnapshots disk) {
        Clusters clusters = new Clusters(
                moa,
                endpoints,
                this::subscribe,
                BeliefConfig.DEFAULT,
                OutlierConfig.DEFAULT,
                vantage,
                Observation.NONE,
                disk);
        opened.add(clusters);
        return clusters;
    }

    ClusterInvoker invoker(Clusters clusters) {
        return new ClusterInvoker(
                clusters,
                endpoints,
                ticker,
                new FirstAnswer(moa),
                SilentAttempts.WAIT,
                DirectAnswer.UNSUPPORTED,
                OverloadThrottle.OFF);
    }

    private Registry.Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        if (followed.size() >= most) {
            throw new IllegalStateException("followed are at most " + most + " services");
        }
        followed.put(service, listener);
        Snapshot first = atOnce.apply(service);
        if (first != null) {
            listener.accept(first);
        }
        return new Registry.Subscription() {
            @Override
            public Snapshot current() {
                return Snapshot.unknown(service, ticker.nanos());
            }

            @Override
            public void close() {
                followed.remove(service, listener);
            }
        };
    }

    static List<Snapshot.Entry> online(Instance... instances) {
        return Arrays.stream(instances)
                .map(instance -> new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE))
                .toList();
    }

    Snapshot snapshot(ServiceId service, List<Snapshot.Entry> entries, Set<String> goodbyes) {
        return new Snapshot(service, ++revision, entries, ticker.nanos(), "test", goodbyes);
    }

    /** The registry says who offers a service. */
    void tell(ServiceId service, List<Snapshot.Entry> entries) {
        tell(snapshot(service, entries, Set.of()));
    }

    void tell(Snapshot snapshot) {
        assertThat(followed).containsKey(snapshot.service());
        followed.get(snapshot.service()).accept(snapshot);
    }

    @Override
    public void close() {
        opened.forEach(Clusters::close);
        endpoints.close();
        moa.close();
    }
}
