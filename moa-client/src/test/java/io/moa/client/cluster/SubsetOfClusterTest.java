package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.Vantage;
import io.moa.invoke.Executed;
import io.moa.invoke.Lease;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that calls two of six. */
class SubsetOfClusterTest {

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final Moa moa = Moa.builder("caller")
            .ticker(ticker)
            .scheduler(scheduler)
            .transport(new StagedTransport())
            .chance(new Random(1))
            .callbacks(Runnable::run)
            .build();
    private final Endpoints endpoints = new Endpoints(moa, EndpointConfig.DEFAULT);
    private final Clusters clusters = new Clusters(
            moa,
            endpoints,
            this::subscribe,
            BeliefConfig.DEFAULT,
            OutlierConfig.DEFAULT,
            new Vantage("caller", null, 2),
            null);

    private Registry.Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            Instance instance = Instance.builder("i" + i, "provider")
                    .addresses(List.of(new Address.Tcp("10.0.0." + i, 9000)))
                    .build();
            entries.add(new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE));
        }
        Snapshot snapshot = new Snapshot(service, 1, entries, ticker.nanos(), "test");
        listener.accept(snapshot);
        return new Registry.Subscription() {
            @Override
            public Snapshot current() {
                return snapshot;
            }

            @Override
            public void close() {}
        };
    }

    @AfterEach
    void close() {
        clusters.close();
        endpoints.close();
        moa.close();
    }

    private Plan plan() {
        return clusters.of(Calls.SERVICE).plan();
    }

    private void call(Reply reply) {
        Lease lease = plan().pick(Calls.of(ticker, Duration.ofSeconds(1)).build());
        lease.settle(reply, ticker.nanos());
    }

    @Test
    void whenOneIsEjectedAThirdIsCalledAtOnceAndNotAnyMoreWhenItIsBack() {
        assertThat(plan().usable()).isEqualTo(2);
        assertThat(plan().passedOver()).hasSize(4);
        call(Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "the connection broke"));
        scheduler.advance(Duration.ZERO);
        assertThat(plan().usable()).isEqualTo(3);
        assertThat(plan().passedOver()).hasSize(3);
        for (int i = 0; i < 20; i++) {
            scheduler.advance(Duration.ofMillis(100));
            call(new Reply.Value(Payload.EMPTY));
        }
        scheduler.advance(Duration.ZERO);
        assertThat(plan().usable()).isEqualTo(2);
    }
}
