package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names of services out of users' hands, as at a gateway. */
class ClustersTest {

    /** As many as a follower of a lookup follows. */
    private static final int MAX_FOLLOWED = 5_000;

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final StagedTransport transport = new StagedTransport();
    private final Moa moa = Moa.builder("gateway")
            .ticker(ticker)
            .scheduler(scheduler)
            .transport(transport)
            .chance(new Random(1))
            .callbacks(Runnable::run)
            .build();
    private final Endpoints endpoints = new Endpoints(moa, EndpointConfig.DEFAULT);
    private final Map<ServiceId, Consumer<Snapshot>> followed = new HashMap<>();
    private boolean answering = true;
    private boolean known;
    private int most = MAX_FOLLOWED;
    private final Clusters clusters =
            new Clusters(moa, endpoints, this::subscribe, BeliefConfig.DEFAULT, OutlierConfig.DEFAULT, null);
    private final ClusterInvoker invoker = new ClusterInvoker(
            clusters, endpoints, ticker, new FirstAnswer(moa), SilentAttempts.WAIT, DirectAnswer.UNSUPPORTED);

    /** A registry that follows so many services, and knows one of them. */
    private Registry.Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        if (followed.size() >= most) {
            throw new IllegalStateException("followed are at most " + most + " services");
        }
        followed.put(service, listener);
        if (answering) {
            tell(service, known && service.equals(Calls.SERVICE) ? List.of(entry()) : List.of());
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

    private static Snapshot.Entry entry() {
        return new Snapshot.Entry(
                Instance.builder("a", "provider")
                        .addresses(List.of(new Address.Tcp("10.0.0.1", 1)))
                        .build(),
                Liveness.ONLINE,
                OperatorState.NONE);
    }

    private void tell(ServiceId service, List<Snapshot.Entry> entries) {
        Consumer<Snapshot> listener = followed.get(service);
        assertThat(listener).as("%s is followed", service).isNotNull();
        listener.accept(new Snapshot(service, 1, entries, ticker.nanos(), "test"));
    }

    private static ServiceId unknown(int number) {
        return ServiceId.of("no.such.S" + number);
    }

    private Invocation call(@Nullable ClusterLink link) {
        Invocation.Builder call = Calls.of(ticker, Duration.ofSeconds(1));
        return (link == null ? call : call.attributes(Attributes.EMPTY.with(ClusterLink.KEY, link))).build();
    }

    @AfterEach
    void close() {
        clusters.close();
        endpoints.close();
        moa.close();
        assertThat(followed).isEmpty();
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void namesThatNobodyOffersDoNotKeepARealServiceFromBeingCalled() {
        for (int i = 0; i < MAX_FOLLOWED; i++) {
            clusters.link(unknown(i));
        }
        assertThat(followed).hasSizeLessThanOrEqualTo(Clusters.MAX_EMPTY);
        assertThat(followed).as("the latest are kept").containsKey(unknown(MAX_FOLLOWED - 1));
        known = true;
        Invocation call = call(clusters.link(Calls.SERVICE));
        invoker.invoke(call);
        assertThat(call.ledger().sentTo()).isEqualTo("a");
    }

    @Test
    void aLongHeldStubOfAServiceThatWasLetGoOfWorksAgain() {
        ClusterLink held = clusters.link(Calls.SERVICE);
        Reply.Failure none = (Reply.Failure) invoker.invoke(call(held)).join();
        assertThat(none.message()).contains("no instance of x.Y is registered");
        scheduler.advance(Clusters.IDLE.plusMinutes(1));
        assertThat(followed).isEmpty();
        assertThat(clusters.followed()).isZero();
        known = true;
        for (int i = 0; i < 2; i++) {
            Invocation again = call(held);
            invoker.invoke(again);
            assertThat(again.ledger().sentTo()).isEqualTo("a");
        }
        scheduler.advance(Duration.ofHours(1));
        assertThat(followed).as("somebody is listed").containsOnlyKeys(Calls.SERVICE);
    }

    @Test
    void aServiceThatIsCalledIsFollowedOn() {
        ClusterLink used = clusters.link(Calls.SERVICE);
        clusters.link(unknown(1));
        for (int minute = 0; minute < 10; minute++) {
            scheduler.advance(Duration.ofMinutes(1));
            invoker.invoke(call(used));
        }
        assertThat(followed).containsOnlyKeys(Calls.SERVICE);
    }

    @Test
    void whoWaitsForTheFirstAnswerIsNotForgotten() {
        answering = false;
        most = 3;
        CompletableFuture<Reply> waiting = invoker.invoke(call(null));
        clusters.link(unknown(1));
        clusters.link(unknown(2));
        clusters.link(unknown(3)); // the registry refuses it, until the first two are let go of
        assertThat(followed).containsOnlyKeys(Calls.SERVICE, unknown(3));
        tell(Calls.SERVICE, List.of(entry()));
        assertThat(waiting).as("it is sent").isNotDone();
        assertThat(transport.dials).hasSize(1);
    }

    @Test
    void aRegistryFullOfServicesThatAreThereRefusesAnotherAndSaysSo() {
        known = true;
        most = 1;
        ClusterLink held = clusters.link(unknown(1));
        clusters.link(Calls.SERVICE); // takes the place of the one that nobody offers
        assertThatThrownBy(() -> clusters.link(unknown(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("followed are at most 1 services");
        Reply.Failure refused = (Reply.Failure) invoker.invoke(call(held)).join();
        assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.message()).contains("followed are at most 1 services");
    }

    @Test
    void aListThatComesLateFromOneThatWasLetGoOfIsNotTaken() {
        clusters.link(Calls.SERVICE);
        Consumer<Snapshot> late = followed.get(Calls.SERVICE);
        scheduler.advance(Clusters.IDLE.plusMinutes(1));
        known = true;
        invoker.invoke(call(clusters.link(Calls.SERVICE)));
        StagedTransport.Line line = transport.last().succeed("provider", "a");
        line.replies.get(0).complete(Reply.failure(Status.CANCELLED, Executed.NO, "done"));
        late.accept(new Snapshot(Calls.SERVICE, 2, List.of(), ticker.nanos(), "test"));
        assertThat(line.closed).isFalse();
    }
}
