package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Baggage;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Criticality;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RoutedCallsTest {

    @AutoClose
    private final ClusterStage stage = new ClusterStage();

    private final FakeTicker ticker = stage.ticker;
    private final StagedTransport transport = stage.transport;
    private final Clusters clusters = stage.clusters();
    private final ClusterInvoker invoker = new ClusterInvoker(
            clusters,
            stage.endpoints,
            ticker,
            new FirstAnswer(stage.moa),
            SilentAttempts.WAIT,
            (call, answered) -> new Reply.Value(new Counted("" + answered.value())),
            OverloadThrottle.OFF);
    private RuleBook book = RuleBook.none(new LocalProcess("self", "caller", Map.of()));

    /** Counts its references, as pooled memory would. */
    private static final class Counted implements Payload {
        final String text;
        final AtomicInteger references = new AtomicInteger(1);

        Counted(String text) {
            this.text = text;
        }

        @Override
        public Payload retain() {
            assertThat(references.getAndIncrement()).isPositive();
            return this;
        }

        @Override
        public void release() {
            assertThat(references.decrementAndGet()).isNotNegative();
        }
    }

    private void tell(Instance... instances) {
        clusters.of(Calls.SERVICE);
        stage.tell(Calls.SERVICE, ClusterStage.online(instances));
    }

    private void rule(Object... fields) {
        Map<String, Object> rule = new LinkedHashMap<>(Map.of("kind", "route", "service", "x.Y"));
        for (int i = 0; i < fields.length; i += 2) {
            rule.put((String) fields[i], fields[i + 1]);
        }
        book = book.next(book.revision() + 1, Map.of("a", rule));
        assertThat(book.bad()).isEmpty();
        clusters.rules(book);
    }

    private void mirror(int percent) {
        rule(
                "to", List.of(Map.of("where", Map.of("uuid", "main"))),
                "mirror", Map.of("where", Map.of("label.tag", "shadow"), "percent", percent));
    }

    private static Instance instance(String uuid, int port, String tag) {
        Instance.Builder instance =
                Instance.builder(uuid, "provider").addresses(List.of(new Address.Tcp("10.0.0.1", port)));
        return (tag.isEmpty() ? instance : instance.label("tag", tag)).build();
    }

    private final Counted arguments = new Counted("arguments");

    private Invocation.Builder call() {
        return Calls.of(ticker, Duration.ofSeconds(1)).payload(arguments);
    }

    private static Reply ended(CompletableFuture<Reply> reply) {
        assertThat(reply).as("else it waits for something").isCompleted();
        return reply.join();
    }

    private static Reply.Failure failure(CompletableFuture<Reply> reply) {
        return (Reply.Failure) ended(reply);
    }

    private StagedTransport.Line line(int port) {
        for (StagedTransport.Dial dial : transport.dials) {
            if (((Address.Tcp) dial.address()).port() == port) {
                return (StagedTransport.Line)
                        (dial.coming().isDone()
                                ? dial.coming().join()
                                : dial.succeed("provider", port == 1 ? "main" : "shadow"));
            }
        }
        throw new AssertionError("nobody connected to port " + port);
    }

    @Test
    void aCallThatARuleDeniesGoesToNobodyAndIsNotSentAgain() {
        tell(instance("main", 1, ""));
        rule("deny", "the stock is being counted");
        Reply.Failure refused = failure(invoker.invoke(call().build()));
        assertThat(refused.status()).isEqualTo(Status.REJECTED);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.hints().neverRetry()).isTrue();
        assertThat(refused.message()).isEqualTo("x.Y z() is refused by rule a, revision 1: the stock is being counted");
        assertThat(transport.dials).isEmpty();
    }

    @Test
    void aCallForWhichARuleLeavesNobodyIsRefusedIfItSaysSo() {
        tell(instance("main", 1, ""));
        rule("to", List.of(Map.of("where", Map.of("label.zone", "north"))), "otherwise", "refuse");
        Reply.Failure refused = failure(invoker.invoke(call().build()));
        assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.message())
                .isEqualTo(
                        "No instance for x.Y z(): of 1 that could be called, rule a, revision 1 leaves none, and refuses"
                                + " calls then; check the labels of the instances, or the rule");
    }

    @Test
    void aRuleAnswersACallWithoutCallingAnybody() {
        rule("answer", Map.of("left", 0));
        Reply.Value answered = (Reply.Value) ended(invoker.invoke(call().build()));
        assertThat(((Counted) answered.payload()).text).isEqualTo("{left=0}");
        assertThat(failure(stage.invoker(clusters).invoke(call().build())).message())
                .contains("is to be answered by rule a, revision 1, and this client cannot answer calls itself");
    }

    @Test
    void changedRulesHoldFromTheNextCallOnWithoutANewSnapshot() {
        tell(instance("main", 1, ""), instance("other", 2, ""));
        rule("to", List.of(Map.of("where", Map.of("uuid", "other"))));
        Invocation first = call().build();
        invoker.invoke(first);
        assertThat(first.ledger().sentTo()).isEqualTo("other");
        rule("to", List.of(Map.of("where", Map.of("uuid", "main"))));
        Invocation second = call().build();
        invoker.invoke(second);
        assertThat(second.ledger().sentTo()).isEqualTo("main");
        var plan = clusters.of(Calls.SERVICE).plan();
        clusters.rules(book.next(9, Map.of("a", book.rules().get(0).toPlain())));
        assertThat(clusters.of(Calls.SERVICE).plan()).as("the same rules").isSameAs(plan);
        tell(instance("main", 1, ""), instance("other", 2, ""), instance("third", 3, ""));
        Invocation third = call().build();
        invoker.invoke(third);
        assertThat(third.ledger().sentTo())
                .as("nor are they lost with a new one")
                .isEqualTo("main");
    }

    @Test
    void callsWithATagGoToTheirLane() {
        tell(instance("main", 1, ""), instance("gray", 2, "gray"));
        for (int i = 0; i < 20; i++) {
            Invocation plain = call().build();
            invoker.invoke(plain);
            assertThat(plain.ledger().sentTo()).isEqualTo("main");
            Invocation gray = call().baggage(Baggage.EMPTY.withTag("gray")).build();
            invoker.invoke(gray);
            assertThat(gray.ledger().sentTo()).isEqualTo("gray");
        }
    }

    @Test
    void aCopyGoesAlongAndNobodyWaitsForIt() {
        tell(instance("main", 1, ""), instance("shadow", 2, "shadow"));
        mirror(100);
        Invocation call = call().idempotencyKey("once").build();
        CompletableFuture<Reply> reply = invoker.invoke(call);
        StagedTransport.Line main = line(1);
        StagedTransport.Line shadow = line(2);
        Invocation copy = shadow.calls.get(0);
        assertThat(arguments.references).hasValue(2);
        assertThat(copy.payload()).isSameAs(arguments);
        assertThat(copy.ledger()).isNotSameAs(call.ledger());
        assertThat(call.ledger().sentTo()).isEqualTo("main");
        assertThat(copy.ledger().sentTo()).isEqualTo("shadow");
        assertThat(copy.idempotencyKey()).isNull();
        assertThat(copy.deadline()).isEqualTo(call.deadline());
        assertThat(copy.baggage().criticality()).isEqualTo(Criticality.SHEDDABLE);
        Counted answer = new Counted("answer");
        main.replies.get(0).complete(new Reply.Value(answer));
        assertThat(((Reply.Value) ended(reply)).payload()).isSameAs(answer);
        assertThat(answer.references).hasValue(1);
        Counted ignored = new Counted("ignored");
        shadow.replies.get(0).complete(new Reply.Value(ignored));
        assertThat(ignored.references).hasValue(0);
        assertThat(arguments.references).hasValue(1);
    }

    @Test
    void aCopyThatFailsDoesNotHarmTheCall() {
        tell(instance("main", 1, ""), instance("shadow", 2, "shadow"));
        mirror(100);
        CompletableFuture<Reply> reply = invoker.invoke(call().build());
        line(2).replies.get(0).complete(Reply.failure(Status.INTERNAL, Executed.YES, "broken"));
        assertThat(reply).isNotDone();
        assertThat(arguments.references).hasValue(1);
        line(1).replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        assertThat(ended(reply)).isInstanceOf(Reply.Value.class);
    }

    @Test
    void aCopyIsWithdrawnWithItsCallButNotTheOtherWayRound() {
        tell(instance("main", 1, ""), instance("shadow", 2, "shadow"));
        mirror(100);
        Invocation call = call().build();
        invoker.invoke(call);
        Invocation copy = line(2).calls.get(0);
        assertThat(copy.cancellation().isCancelled()).isFalse();
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertThat(copy.cancellation().reason()).isEqualTo(Cancellation.Reason.CALLER);
        Invocation other = call().build();
        invoker.invoke(other);
        line(2).calls.get(1).cancellation().fire(Cancellation.Reason.SHUTDOWN);
        assertThat(other.cancellation().isCancelled()).isFalse();
    }

    @Test
    void onlyTheFirstAttemptIsCopied() {
        tell(instance("main", 1, ""), instance("shadow", 2, "shadow"));
        mirror(100);
        invoker.invoke(call().attributes(Attributes.EMPTY.with(CandidateSet.TRIED, Set.of("main")))
                .build());
        assertThat(transport.dials).hasSize(1);
        assertThat(arguments.references).hasValue(1);
    }

    @Test
    void soManyCallsAreCopiedAsTheRuleSays() {
        tell(instance("main", 1, ""), instance("shadow", 2, "shadow"));
        mirror(25);
        invoker.invoke(call().build());
        for (int i = 0; i < 400; i++) {
            invoker.invoke(call().build());
        }
        assertThat(line(1).calls.size()).isEqualTo(401);
        assertThat(line(2).calls.size()).isBetween(100 - 35, 100 + 35); // 4 sigma
    }
}
