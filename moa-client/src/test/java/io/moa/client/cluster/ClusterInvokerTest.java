package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.FailureMode;
import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ClusterInvokerTest {

    @AutoClose
    private final ClusterStage stage = new ClusterStage();

    private final FakeTicker ticker = stage.ticker;
    private final FakeScheduler scheduler = stage.scheduler;
    private final StagedTransport transport = stage.transport;
    private final Clusters clusters = stage.clusters();
    private final ClusterInvoker invoker = stage.invoker(clusters);

    private void tell(Instance... instances) {
        tell(Set.of(), instances);
    }

    private void tell(Set<String> goodbyes, Instance... instances) {
        clusters.of(Calls.SERVICE);
        stage.tell(stage.snapshot(Calls.SERVICE, ClusterStage.online(instances), goodbyes));
    }

    private static Instance instance(String uuid, int port) {
        return new Instance(uuid, "provider", List.of(new Address.Tcp("10.0.0.1", port)), List.of(), 100, 0, Map.of());
    }

    private Invocation call() {
        return Calls.of(ticker, Duration.ofSeconds(1)).build();
    }

    private int inFlight() {
        CandidateSet set = clusters.of(Calls.SERVICE).plan().candidates();
        return set.candidates().stream()
                .mapToInt(each -> each.load().inFlight())
                .sum();
    }

    @Test
    void callGoesToTheInstanceThatIsThereAndItsLeaseEndsWithIt() {
        tell(instance("a", 1));
        Invocation call = call();
        CompletableFuture<Reply> reply = invoker.invoke(call);
        StagedTransport.Line line = transport.last().succeed("provider", "a");
        assertThat(call.ledger().sentTo()).isEqualTo("a");
        assertThat(inFlight()).isEqualTo(1);
        line.replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        assertThat(reply).isCompleted();
        assertThat(inFlight()).isZero();
    }

    /** How many of four instances a call goes to at once. */
    private int calledAtOnce(MethodPolicy policy) {
        tell(instance("a", 1), instance("b", 2), instance("c", 3), instance("d", 4));
        Set<String> called = new HashSet<>();
        Invocation call = Calls.of(ticker, Duration.ofSeconds(1))
                .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy))
                .build();
        CompletableFuture<Reply> reply = invoker.invoke(call);
        clusters.of(Calls.SERVICE).plan().candidates().candidates().stream()
                .filter(each -> each.load().inFlight() > 0)
                .forEach(each -> called.add(each.instance().uuid()));
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertThat(reply).isCompleted();
        return called.size();
    }

    @Test
    @Shows({"on-failure", "forks"})
    void aCallGoesToAsManyAtOnceAsItsMethodSays() {
        MethodPolicy forking = MethodPolicy.DEFAULT
                .withCode(PolicyKey.IDEMPOTENT, true, "")
                .withCode(PolicyKey.ON_FAILURE, FailureMode.FORKING, "");
        assertThat(calledAtOnce(MethodPolicy.DEFAULT)).isOne();
        assertThat(calledAtOnce(forking)).isEqualTo(2);
        assertThat(calledAtOnce(forking.withCode(PolicyKey.FORKS, 3, ""))).isEqualTo(3);
        assertThat(calledAtOnce(MethodPolicy.DEFAULT.withCode(PolicyKey.ON_FAILURE, FailureMode.BROADCAST, "")))
                .isEqualTo(4);
    }

    @Test
    void whoSpeaksOnlyWhatThisProcessDoesNotIsPassedOver() {
        tell(instance("a", 1).toBuilder().protocol("moa/7").build());
        assertThat(((Reply.Failure) invoker.invoke(call()).join()).message())
                .contains("a is not called: it speaks [moa/7], and this process moa/1");
        assertThat(transport.dials).isEmpty();
        tell(instance("a", 1).toBuilder().protocol("moa/7").protocol("moa/1").build());
        invoker.invoke(call());
        assertThat(transport.dials).hasSize(1);
    }

    @Test
    void leaseEndsAlsoIfTheConnectionThrows() {
        tell(instance("a", 1));
        invoker.invoke(call());
        transport.dials.get(0).coming().complete(new BrokenLine());
        assertThat(inFlight()).as("the first call was told of the breach").isZero();
        assertThatThrownBy(() -> invoker.invoke(call())).hasMessage("this line throws");
        assertThat(inFlight()).isZero();
    }

    @Test
    void theFirstCallsWaitForTheRegistry() {
        CompletableFuture<Reply> first = invoker.invoke(call());
        CompletableFuture<Reply> second = invoker.invoke(call());
        assertThat(transport.dials).isEmpty();
        tell(instance("a", 1));
        assertThat(transport.dials).as("both go to the one instance").hasSize(1);
        assertThat(first).as("its wait is over, its call is not").isNotDone();
        assertThat(second).isNotDone();
    }

    @Test
    void aRegistryThatKnowsNobodyIsAnAnswer() {
        CompletableFuture<Reply> waiting = invoker.invoke(call());
        tell();
        assertThat(((Reply.Failure) waiting.join()).message()).contains("no instance of x.Y is registered");
    }

    @Test
    void whoSaysNothingIsPassedByUntilItIsHeard() {
        tell(instance("a", 1), instance("b", 2));
        StagedTransport.Line[] lines = {line(), line()};
        StagedTransport.Line silent = lines[0];
        StagedTransport.Line other = lines[1];
        Objects.requireNonNull(silent.signs).silent();
        int before = silent.calls.size();
        for (int i = 0; i < 50; i++) {
            invoker.invoke(call());
        }
        assertThat(silent.calls).hasSize(before);
        assertThat(other.calls.size()).isGreaterThanOrEqualTo(50);
        Objects.requireNonNull(silent.signs).heard();
        for (int i = 0; i < 50; i++) {
            invoker.invoke(call());
        }
        assertThat(silent.calls).as("one tries").hasSize(before + 1);
        silent.replies.get(before).complete(new Reply.Value(Payload.EMPTY));
        for (int i = 0; i < 50; i++) {
            invoker.invoke(call());
        }
        assertThat(silent.calls.size()).isGreaterThan(before + 20);
    }

    /** A connection to the instance that is connected to next. */
    private StagedTransport.Line line() {
        int dials = transport.dials.size();
        while (transport.dials.size() == dials) {
            invoker.invoke(call());
        }
        StagedTransport.Dial dial = transport.last();
        return dial.succeed("provider", dial.wanted().instance());
    }

    @Test
    void aCallThatIsOfUseOnlyElsewhereIsNotSentToWhomItTried() {
        tell(instance("a", 1));
        CompletableFuture<Reply> reply = invoker.invoke(Calls.of(ticker, Duration.ofSeconds(1))
                .hop(Hop.DIRECT.withAttempt(1))
                .attributes(Attributes.EMPTY
                        .with(CandidateSet.TRIED, Set.of("a"))
                        .with(ClusterInvoker.ONLY_ELSEWHERE, true))
                .build());
        assertThat(((Reply.Failure) reply.join()).message()).startsWith("No other instance for x.Y");
        assertThat(transport.dials).isEmpty();
        assertThat(inFlight()).isZero();
    }

    @Test
    void whoMadeACallIsToldThatItsServerSaysNothing() {
        tell(instance("a", 1));
        List<Invocation> silent = new ArrayList<>();
        Invocation call = call();
        ClusterInvoker listening = new ClusterInvoker(
                clusters,
                stage.endpoints,
                ticker,
                new FirstAnswer(stage.moa),
                (which, attempt, withdraw, route) -> {
                    silent.add(which);
                    assertThat(attempt.divert(reply -> withdraw.cancelled(Cancellation.Reason.SUPERSEDED)))
                            .isTrue();
                },
                DirectAnswer.UNSUPPORTED,
                OverloadThrottle.OFF);
        CompletableFuture<Reply> reply = listening.invoke(call);
        StagedTransport.Line line = transport.last().succeed("provider", "a");
        List<Cancellation.Reason> withdrawn = new ArrayList<>();
        call.ledger().silent(withdrawn::add);
        call.ledger().silent(withdrawn::add);
        assertThat(silent).as("once").containsExactly(call);
        line.replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        assertThat(withdrawn).as("the end goes where it was diverted to").hasSize(1);
        assertThat(reply).isNotDone();
        assertThat(inFlight()).as("and the lease ends all the same").isZero();
    }

    @Test
    void withoutInstancesTheReasonIsSaid() {
        CompletableFuture<Reply> waiting = invoker.invoke(call());
        assertThat(waiting).as("a registry may just be about to answer").isNotDone();
        scheduler.advance(FirstAnswer.PATIENCE);
        Reply.Failure none = (Reply.Failure) waiting.join();
        assertThat(none.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(none.executed()).isEqualTo(Executed.NO);
        assertThat(none.message()).contains("x.Y z()").contains("no registry has answered yet");
        tell();
        Reply.Failure empty = (Reply.Failure) invoker.invoke(call()).join();
        assertThat(empty.message()).contains("no instance of x.Y is registered");
    }

    @Test
    void callsThatGaveUpWaitingLeaveNothingBehind() {
        for (int i = 0; i < 100; i++) {
            invoker.invoke(call());
        }
        Cancellation withdrawing = new Cancellation();
        CompletableFuture<Reply> withdrawn = invoker.invoke(Calls.of(ticker, Duration.ofSeconds(1))
                .cancellation(withdrawing)
                .build());
        Cluster cluster = clusters.of(Calls.SERVICE);
        assertThat(cluster.waiting()).isEqualTo(101);
        withdrawing.fire(Cancellation.Reason.CALLER);
        assertThat(((Reply.Failure) withdrawn.join()).status()).isEqualTo(Status.CANCELLED);
        assertThat(cluster.waiting()).isEqualTo(100);
        scheduler.advance(FirstAnswer.PATIENCE);
        assertThat(cluster.waiting()).isZero();
        assertThat(scheduler.pending())
                .as("but the look for what is unused, and the beat")
                .isEqualTo(2);
    }

    @Test
    void callWhoseTimeIsUpAfterThePickIsNotSent() {
        tell(instance("a", 1));
        Invocation late = call();
        ticker.advance(Duration.ofSeconds(1));
        Reply.Failure failure = (Reply.Failure) invoker.invoke(late).join();
        assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(failure.executed()).isEqualTo(Executed.NO);
        assertThat(transport.dials).isEmpty();
        assertThat(inFlight()).isZero();
        assertThat(late.ledger().spentNanos(Phase.CLIENT_QUEUE)).isEqualTo(1_000_000_000);
    }

    @Test
    void instanceThatTheRegistryDropsIsLetGoOfWhenItsCallsHaveEnded() {
        tell(instance("a", 1));
        CompletableFuture<Reply> reply = invoker.invoke(call());
        StagedTransport.Line line = transport.last().succeed("provider", "a");
        tell(Set.of("a"), instance("b", 2));
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(line.closed).isFalse();
        line.replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(line.closed).isTrue();
        assertThat(reply.join()).isInstanceOf(Reply.Value.class);
        invoker.invoke(call());
        assertThat(transport.last().address()).isEqualTo(new Address.Tcp("10.0.0.1", 2));
    }

    @Test
    void anInstanceThatMovesIsCalledAtItsNewAddress() {
        tell(instance("a", 1));
        invoker.invoke(call());
        StagedTransport.Line old = transport.last().succeed("provider", "a");
        tell(instance("a", 1).withWeight(50));
        scheduler.advance(Duration.ofSeconds(1));
        invoker.invoke(call());
        assertThat(transport.dials).as("the same address").hasSize(1);
        tell(instance("a", 2));
        invoker.invoke(call());
        assertThat(transport.last().address()).isEqualTo(new Address.Tcp("10.0.0.1", 2));
        old.replies.forEach(reply -> reply.complete(new Reply.Value(Payload.EMPTY)));
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(old.closed).isTrue();
    }

    @Test
    void aConnectionStaysWhileAnyServiceListsItsInstance() {
        Snapshot.Entry entry = new Snapshot.Entry(instance("a", 1), Liveness.ONLINE, OperatorState.NONE);
        ServiceId other = ServiceId.of("x.Other");
        stage.endpoints.list(other, List.of(entry));
        tell(instance("a", 1));
        invoker.invoke(call());
        StagedTransport.Line line = transport.last().succeed("provider", "a");
        line.replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        tell(Set.of("a"));
        assertThat(line.closed).isFalse();
        stage.endpoints.list(other, List.of());
        assertThat(line.closed).as("a call may be on its way there").isFalse();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(line.closed).isTrue();
        stage.endpoints.of(instance("a", 1)).invoke(call()); // picked from a list that is over
        StagedTransport.Line stray = transport.last().succeed("provider", "a");
        stray.replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        tell(instance("b", 2));
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(stray.closed).isTrue();
    }

    @Test
    void anInstanceThatIsMissingIsCalledLastUntilProbesProveThatItIsGone() {
        tell(instance("a", 1), instance("b", 2));
        tell(instance("b", 2));
        StagedTransport.Dial probe = transport.last();
        assertThat(probe.address()).isEqualTo(new Address.Tcp("10.0.0.1", 1));
        assertThat(probe.wanted().instance()).isEqualTo("a");
        for (int i = 0; i < 20; i++) {
            Invocation call = call();
            invoker.invoke(call);
            assertThat(call.ledger().sentTo()).isEqualTo("b");
        }
        assertThat(clusters.of(Calls.SERVICE).explain())
                .contains("2 of 2 instances may be called, 1 of them last")
                .contains("missing in the registry, without a goodbye")
                .contains("not probed yet");

        probe.succeed("provider", "a");
        assertThat(clusters.of(Calls.SERVICE).explain()).contains("reached by a probe");
        scheduler.advance(Duration.ofSeconds(20)); // it is asked again
        assertThat(transport.last()).isNotSameAs(probe);
        transport.last().succeed("provider", "another"); // now somebody else answers there
        scheduler.advance(Duration.ofSeconds(2));
        transport.last().fail("connection refused");
        assertThat(clusters.of(Calls.SERVICE).plan().snapshot().entries()).hasSize(1);
    }

    @Test
    void aProbeThatFailsWhileAConnectionIsOpenProvesNothing() {
        tell(instance("a", 1), instance("b", 2));
        tell(instance("a", 1)); // so that a call goes there
        invoker.invoke(call());
        StagedTransport.Line line = transport.last().succeed("provider", "a");
        tell(instance("b", 2));
        for (int probes = 0; probes < 3; probes++) {
            transport.dials.stream()
                    .filter(dial -> !dial.coming().isDone())
                    .forEach(dial -> dial.fail("too many connections"));
            scheduler.advance(Duration.ofSeconds(20));
        }
        assertThat(clusters.of(Calls.SERVICE).explain()).contains("connected, though not for a probe");
        assertThat(line.closed).isFalse();
        line.leave();
        for (int probes = 0; probes < 3; probes++) {
            transport.dials.stream()
                    .filter(dial -> !dial.coming().isDone())
                    .forEach(dial -> dial.fail("connection refused"));
            scheduler.advance(Duration.ofSeconds(20));
        }
        assertThat(clusters.of(Calls.SERVICE).plan().snapshot().entries()).hasSize(1);
    }

    @Test
    void aRegistryThatForgetsEverybodyFailsNoCallAndProbesAreFew() {
        Instance[] many = new Instance[100];
        for (int i = 0; i < many.length; i++) {
            many[i] = instance("i" + i, i + 1);
        }
        tell(many);
        tell();
        assertThat(clusters.of(Calls.SERVICE).plan().usable()).isEqualTo(100);
        Invocation call = call();
        invoker.invoke(call);
        assertThat(call.ledger().sentTo()).isNotNull();
        int callDials = 1;
        scheduler.advance(Duration.ofMillis(1_500));
        assertThat(transport.dials.size() - callDials)
                .as("probes that run at once")
                .isEqualTo(Prober.MAX_RUNNING);
        tell(many);
        assertThat(clusters.of(Calls.SERVICE).explain()).contains("100 of 100 instances may be called, 0 of them last");
    }

    @Test
    void whatAWatcherSuspectsIsCalledLastUnlessOwnCallsSucceed() {
        tell(instance("a", 1), instance("b", 2));
        Invocation proving = call();
        invoker.invoke(proving);
        transport.last().succeed("provider", "x").replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        String proven = proving.ledger().sentTo();
        String other = "a".equals(proven) ? "b" : "a";
        List<Snapshot.Entry> suspects = new ArrayList<>();
        for (Instance instance : List.of(instance("a", 1), instance("b", 2))) {
            suspects.add(new Snapshot.Entry(instance, Liveness.SUSPECT, OperatorState.NONE));
        }
        stage.tell(Calls.SERVICE, suspects);
        assertThat(clusters.of(Calls.SERVICE).plan().last()).containsOnlyKeys(other);
        for (int i = 0; i < 20; i++) {
            Invocation call = call();
            invoker.invoke(call);
            assertThat(call.ledger().sentTo()).isEqualTo(proven);
        }
    }

    @Test
    void closedClientRefusesAndSaysSo() {
        tell(instance("a", 1));
        stage.endpoints.close();
        Reply.Failure refused = (Reply.Failure) invoker.invoke(call()).join();
        assertThat(refused.message()).contains("The client is closed");
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.hints().neverRetry()).isTrue();
        clusters.close();
        assertThatThrownBy(() -> clusters.of(ServiceId.of("another.Service")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    /** A connection that breaks its contract. */
    private static final class BrokenLine implements Connection {
        @Override
        public Peer peer() {
            return new Peer("provider", "a");
        }

        @Override
        public Address address() {
            return new Address.Tcp("10.0.0.1", 1);
        }

        @Override
        public boolean usable() {
            return true;
        }

        @Override
        public int inFlight() {
            return 0;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public CompletableFuture<Reply> invoke(Invocation call) {
            throw new IllegalStateException("this line throws");
        }

        @Override
        public CompletableFuture<Void> unusable() {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {}
    }
}
