package io.moa.client.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.Calls;
import io.moa.client.cluster.Attempt;
import io.moa.client.cluster.ClusterLink;
import io.moa.client.cluster.Clusters;
import io.moa.client.cluster.EndpointConfig;
import io.moa.client.cluster.Endpoints;
import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import io.moa.transport.TransportConfig;
import io.moa.transport.inprocess.InProcessTransport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many of a thousand calls are sent a second time, by what their method says of the service's budgets. */
class AttemptBudgetsTest {

    private static final int CALLS = 1_000;
    private static final Duration AFTER = Duration.ofMillis(50);
    private static final Reply FAULT =
            Reply.failure(Status.APPLICATION, Executed.YES, "the disk is full").withHints(Hints.FAULT);
    private static final MethodPolicy IDEMPOTENT =
            MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "").withCode(PolicyKey.ATTEMPTS, 2, "");
    private static final MethodPolicy HEDGED = IDEMPOTENT.withCode(PolicyKey.HEDGE_AFTER, AFTER, "");

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final InProcessTransport transport = new InProcessTransport(TransportConfig.DEFAULT, ticker, scheduler);
    private final Moa moa = Moa.builder("caller")
            .transport(transport)
            .scheduler(scheduler)
            .ticker(ticker)
            .callbacks(Runnable::run)
            .build();
    private final Endpoints endpoints = new Endpoints(moa, EndpointConfig.DEFAULT);
    private int sent;

    @AfterEach
    void close() {
        endpoints.close();
        moa.close();
        transport.close();
    }

    /** A service that nobody has called yet. */
    private Clusters clusters() {
        return new Clusters(
                moa,
                endpoints,
                (service, listener) -> new Registry.Subscription() {
                    @Override
                    public Snapshot current() {
                        return Snapshot.unknown(service, ticker.nanos());
                    }

                    @Override
                    public void close() {}
                },
                BeliefConfig.DEFAULT,
                OutlierConfig.DEFAULT,
                null);
    }

    private Invocation call(ClusterLink link, MethodPolicy policy) {
        return Calls.of(ticker, Duration.ofSeconds(1))
                .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy).with(ClusterLink.KEY, link))
                .build();
    }

    /** Of a thousand calls that all servers fail. */
    private int sentAgain(MethodPolicy policy) {
        Clusters clusters = clusters();
        ClusterLink link = clusters.link(Calls.SERVICE);
        RetryFilter filter = new RetryFilter(ticker);
        Invoker below = call -> {
            sent++;
            call.ledger().enter(Phase.BACK, ticker.nanos());
            call.ledger().sentTo("instance " + sent);
            return CompletableFuture.completedFuture(FAULT);
        };
        sent = 0;
        for (int i = 0; i < CALLS; i++) {
            assertThat(filter.apply(call(link, policy), below)).isCompleted();
        }
        clusters.close();
        return sent - CALLS;
    }

    /** Of a thousand calls that nobody answers. */
    private int hedged(MethodPolicy policy) {
        Clusters clusters = clusters();
        ClusterLink link = clusters.link(Calls.SERVICE);
        HedgeFilter filter = new HedgeFilter(ticker, scheduler);
        Invoker below = call -> {
            sent++;
            call.ledger().enter(Phase.PICK, ticker.nanos());
            call.ledger().sentTo("instance " + sent);
            return new Attempt();
        };
        sent = 0;
        for (int i = 0; i < CALLS; i++) {
            link.retries().called(ticker.nanos()); // as the filter above it says
            assertThat(filter.apply(call(link, policy), below)).isNotDone();
        }
        scheduler.advance(AFTER);
        clusters.close();
        return sent - CALLS;
    }

    @Test
    @Shows("retry-budget")
    void soManyOfAHundredAreSentAgainAsTheMethodSays() {
        assertThat(sentAgain(IDEMPOTENT)).isEqualTo(100);
        assertThat(sentAgain(IDEMPOTENT.withCode(PolicyKey.RETRY_BUDGET, 30, "")))
                .isEqualTo(300);
        assertThat(sentAgain(IDEMPOTENT.withCode(PolicyKey.RETRY_BUDGET, 0, "")))
                .isZero();
    }

    @Test
    @Shows("hedge-budget")
    void soManyOfAHundredHaveASecondAttemptAsTheMethodSays() {
        assertThat(hedged(HEDGED)).isEqualTo(50);
        assertThat(hedged(HEDGED.withCode(PolicyKey.HEDGE_BUDGET, 30, ""))).isEqualTo(300);
        assertThat(hedged(IDEMPOTENT)).as("without a hedge").isZero();
    }
}
