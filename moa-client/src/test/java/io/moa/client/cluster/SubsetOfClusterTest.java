package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.Vantage;
import io.moa.invoke.Executed;
import io.moa.invoke.Lease;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that calls two of six. */
class SubsetOfClusterTest {

    @AutoClose
    private final ClusterStage stage = new ClusterStage();

    private final FakeScheduler scheduler = stage.scheduler;
    private final Clusters clusters = stage.clusters(new Vantage("caller", null, 2), null);

    @BeforeEach
    void sixAreThere() {
        clusters.of(Calls.SERVICE);
        stage.tell(
                Calls.SERVICE,
                ClusterStage.online(IntStream.rangeClosed(1, 6)
                        .mapToObj(i -> Instance.builder("i" + i, "provider")
                                .addresses(List.of(new Address.Tcp("10.0.0." + i, 9000)))
                                .build())
                        .toArray(Instance[]::new)));
    }

    private Plan plan() {
        return clusters.of(Calls.SERVICE).plan();
    }

    private void call(Reply reply) {
        Lease lease = plan().pick(Calls.of(stage.ticker, Duration.ofSeconds(1)).build());
        lease.settle(reply, stage.ticker.nanos());
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
