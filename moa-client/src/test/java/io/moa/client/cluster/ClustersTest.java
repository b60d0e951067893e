package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names of services out of users' hands, as at a gateway. */
class ClustersTest {

    /** As many as a follower of a lookup follows. */
    private static final int MAX_FOLLOWED = 5_000;

    private static final List<Snapshot.Entry> ENTRIES = ClusterStage.online(Instance.builder("a", "provider")
            .addresses(List.of(new Address.Tcp("10.0.0.1", 1)))
            .build());

    private final ClusterStage stage = new ClusterStage();
    private final FakeScheduler scheduler = stage.scheduler;
    private final StagedTransport transport = stage.transport;
    private final Map<ServiceId, Consumer<Snapshot>> followed = stage.followed;
    private final Clusters clusters = stage.clusters();
    private final ClusterInvoker invoker = stage.invoker(clusters);
    private boolean answering = true;
    private boolean known;

    /** A registry that follows so many services, and knows one of them. */
    @BeforeEach
    void registry() {
        stage.most = MAX_FOLLOWED;
        stage.atOnce = service -> answering
                ? stage.snapshot(service, known && service.equals(Calls.SERVICE) ? ENTRIES : List.of(), Set.of())
                : null;
    }

    private static ServiceId unknown(int number) {
        return ServiceId.of("no.such.S" + number);
    }

    private Invocation call(@Nullable ClusterLink link) {
        Invocation.Builder call = Calls.of(stage.ticker, Duration.ofSeconds(1));
        return (link == null ? call : call.attributes(Attributes.EMPTY.with(ClusterLink.KEY, link))).build();
    }

    @AfterEach
    void close() {
        stage.close();
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
        stage.most = 3;
        CompletableFuture<Reply> waiting = invoker.invoke(call(null));
        clusters.link(unknown(1));
        clusters.link(unknown(2));
        clusters.link(unknown(3)); // the registry refuses it, until the first two are let go of
        assertThat(followed).containsOnlyKeys(Calls.SERVICE, unknown(3));
        stage.tell(Calls.SERVICE, ENTRIES);
        assertThat(waiting).as("it is sent").isNotDone();
        assertThat(transport.dials).hasSize(1);
    }

    @Test
    void aRegistryFullOfServicesThatAreThereRefusesAnotherAndSaysSo() {
        known = true;
        stage.most = 1;
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
        late.accept(new Snapshot(Calls.SERVICE, 2, List.of(), stage.ticker.nanos(), "test"));
        assertThat(line.closed).isFalse();
    }
}
