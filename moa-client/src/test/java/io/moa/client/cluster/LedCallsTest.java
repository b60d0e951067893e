package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.client.filter.HedgeFilter;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.CallHeader;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.transport.WireForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Calls that a rule leads to another service, without sockets. */
class LedCallsTest {

    private static final ServiceId OLD = Calls.SERVICE;
    private static final ServiceId NEW = ServiceId.parse("x.Y:2");

    @AutoClose
    private final ClusterStage stage = new ClusterStage();

    private final FakeTicker ticker = stage.ticker;
    private final FakeScheduler scheduler = stage.scheduler;
    private final StagedTransport transport = stage.transport;
    private final Map<ServiceId, Consumer<Snapshot>> followed = stage.followed;
    private final Clusters clusters = stage.clusters();
    private final ClusterInvoker invoker = stage.invoker(clusters);
    private RuleBook book = RuleBook.none(new LocalProcess("self", "caller", Map.of()));

    private void tell(ServiceId service, String... uuids) {
        stage.tell(
                service,
                ClusterStage.online(Arrays.stream(uuids)
                        .map(uuid -> Instance.builder(uuid, "provider")
                                .addresses(List.of(address(uuid)))
                                .build())
                        .toArray(Instance[]::new)));
    }

    private static Map<String, Object> led(Object... more) {
        Map<String, Object> rule = new LinkedHashMap<>(Map.of("kind", "route", "service", "x.Y"));
        rule.put("redirect", Map.of("service", "x.Y:2"));
        for (int i = 0; i < more.length; i += 2) {
            rule.put((String) more[i], more[i + 1]);
        }
        return rule;
    }

    private void rules(Map<String, ?> rules) {
        book = book.next(book.revision() + 1, rules);
        assertThat(book.bad()).isEmpty();
        clusters.rules(book);
    }

    private Invocation.Builder call() {
        return Calls.of(ticker, Duration.ofSeconds(10));
    }

    private static Address address(String uuid) {
        return new Address.Tcp("10.0.0.1", 1 + (uuid.hashCode() & 0xfff));
    }

    private StagedTransport.Line line(String uuid) {
        for (StagedTransport.Dial dial : transport.dials) {
            if (dial.address().equals(address(uuid))) {
                return (StagedTransport.Line)
                        (dial.coming().isDone() ? dial.coming().join() : dial.succeed("provider", uuid));
            }
        }
        throw new AssertionError("nobody connected to " + uuid);
    }

    private static Reply.Failure failure(CompletableFuture<Reply> reply) {
        assertThat(reply).as("else it waits for something").isCompleted();
        return (Reply.Failure) reply.join();
    }

    private String sentTo(Invocation call) {
        invoker.invoke(call);
        return call.ledger().sentTo();
    }

    @Test
    void itGoesToTheOtherServiceByItsOwnNameAndWithAllThatItsCallerSaid() {
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("second", led()));
        tell(NEW, "new");
        MethodId method = MethodId.parse("z()");
        WireForm form = new WireForm(CallHeader.encodeTarget(OLD, method, 1), 1);
        Invocation call = call().attributes(
                        Attributes.EMPTY.with(WireForm.KEY, form).with(ClusterLink.KEY, clusters.link(OLD)))
                .idempotencyKey("once")
                .build();
        assertThat(sentTo(call)).isEqualTo("new");
        assertThat(call.ledger().ledTo()).isEqualTo(NEW);
        StagedTransport.Line line = line("new");
        assertThat(sentTo(call().attributes(call.attributes()).build())).isEqualTo("new");
        Invocation first = line.calls.get(0);
        assertThat(first.service()).isEqualTo(NEW);
        assertThat(first.method()).isEqualTo(method);
        assertThat(first.idempotencyKey()).isEqualTo("once");
        assertThat(first.deadline()).isEqualTo(call.deadline());
        assertThat(first.cancellation()).isSameAs(call.cancellation());
        assertThat(first.attributes().get(ClusterLink.KEY))
                .as("whose retries it may take")
                .isSameAs(call.attributes().get(ClusterLink.KEY));
        WireForm there = first.attributes().get(WireForm.KEY);
        assertThat(there.target()).isEqualTo(CallHeader.encodeTarget(NEW, method, 1));
        assertThat(line.calls.get(1).attributes().get(WireForm.KEY))
                .as("encoded once")
                .isSameAs(there);
    }

    @Test
    void namesOfMethodsOutOfUsersHandsAreRememberedOnlySoMany() {
        LedForms forms = new LedForms(NEW);
        WireForm any = new WireForm(new byte[0], 2);
        for (int i = 0; i < 2 * LedForms.REMEMBERED; i++) {
            forms.of(MethodId.parse("m" + i + "()"), any);
        }
        assertThat(forms.remembered()).isEqualTo(LedForms.REMEMBERED);
        MethodId method = MethodId.parse("m0()");
        assertThat(forms.of(method, new WireForm(new byte[0], 3)).target())
                .as("another stub may write other bytes")
                .isEqualTo(CallHeader.encodeTarget(NEW, method, 3));
    }

    @Test
    void aServiceToWhichRulesLeadCallsIsFollowedBeforeTheFirstOneAndAsLongAsTheyDo() {
        rules(Map.of("second", led()));
        assertThat(followed).as("nobody calls x.Y here").isEmpty();
        clusters.link(OLD);
        assertThat(followed).containsOnlyKeys(OLD, NEW);
        tell(OLD, "old");
        tell(NEW);
        Consumer<Snapshot> follower = followed.get(NEW);
        scheduler.advance(Clusters.IDLE.multipliedBy(3));
        assertThat(followed).as("though nobody is there").containsOnlyKeys(OLD, NEW);
        assertThat(followed.get(NEW)).as("all the time").isSameAs(follower);
        rules(Map.of("second", led("enabled", false)));
        scheduler.advance(Clusters.IDLE.plusMinutes(2));
        assertThat(followed).containsOnlyKeys(OLD);
        rules(Map.of("second", led()));
        assertThat(followed).containsOnlyKeys(OLD, NEW);
        rules(Map.of("second", led("redirect", Map.of("service", "x.Y:2", "percent", 0))));
        scheduler.advance(Clusters.IDLE.plusMinutes(2));
        assertThat(followed).as("a rule that leads nobody there").containsOnlyKeys(OLD);
    }

    @Test
    void itIsLetGoOfWithTheServiceThatNobodyCallsAnyMore() {
        rules(Map.of("second", led()));
        clusters.link(OLD);
        tell(OLD);
        tell(NEW);
        scheduler.advance(Clusters.IDLE.plusMinutes(3));
        assertThat(followed).isEmpty();
    }

    @Test
    void aCallWaitsUntilItIsKnownWhoOffersTheOtherService() {
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("second", led("redirect", Map.of("service", "x.Y:2", "percent", 50))));
        List<Invocation> calls = new ArrayList<>();
        int waiting = 0;
        for (int i = 0; i < 40; i++) {
            Invocation call = call().build();
            calls.add(call);
            invoker.invoke(call);
            waiting += call.ledger().sentTo().isEmpty() ? 1 : 0;
        }
        assertThat(waiting).isBetween(8, 32);
        tell(NEW, "new");
        assertThat(calls.stream().filter(each -> each.ledger().sentTo().equals("new")))
                .as("a lot is drawn once")
                .hasSize(waiting);
    }

    @Test
    void ifItTurnsOutThatNobodyDoesTheRuleIsPassedOver() {
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("second", led()));
        Invocation call = call().build();
        invoker.invoke(call);
        assertThat(call.ledger().sentTo()).isEmpty();
        tell(NEW);
        assertThat(call.ledger().sentTo()).isEqualTo("old");
        assertThat(call.ledger().ledTo()).as("after all").isNull();
        tell(NEW, "new");
        assertThat(sentTo(call().build())).isEqualTo("new");
        tell(NEW);
        scheduler.advance(Duration.ofMinutes(10)); // until it is believed that it has gone
        assertThat(sentTo(call().build())).isEqualTo("old");
    }

    @Test
    void orTheCallIsRefusedIfTheRuleSaysSo() {
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("second", led("otherwise", "refuse")));
        tell(NEW);
        Reply.Failure refused = failure(invoker.invoke(call().build()));
        assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.hints().neverRetry()).isTrue();
        assertThat(refused.message())
                .isEqualTo(
                        "No instance for x.Y z(): rule second, revision 1 leads it to x.Y:2, which nobody offers now, and"
                                + " refuses calls then; start a provider of that, or change the rule");
        assertThat(transport.dials).isEmpty();
    }

    @Test
    void aCallWhoseOtherServiceIsNotToldOfInTimeSaysOfWhichNothingIsKnown() {
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("second", led()));
        CompletableFuture<Reply> reply = invoker.invoke(call().build());
        scheduler.advance(FirstAnswer.PATIENCE);
        assertThat(failure(reply).message()).contains("no registry has answered yet about x.Y:2");
    }

    @Test
    void aServiceThatTheRegistryDoesNotFollowIsNotOffered() {
        stage.most = 1;
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("second", led()));
        assertThat(sentTo(call().build())).isEqualTo("old");
        stage.most = 2;
        invoker.invoke(call().build());
        tell(NEW, "new");
        assertThat(sentTo(call().build())).isEqualTo("new");
    }

    @Test
    void theRulesOfTheOtherServiceHoldAndNoneLeadsItOnOnceMore() {
        clusters.link(OLD);
        tell(OLD, "old");
        Map<String, Object> back = Map.of("kind", "route", "service", "x.Y:2", "redirect", Map.of("service", "x.Y"));
        rules(Map.of("second", led(), "back", back));
        tell(NEW, "new");
        assertThat(sentTo(call().build())).isEqualTo("new");
        assertThat(sentTo(Invocation.of(
                                NEW,
                                MethodId.parse("z()"),
                                Payload.EMPTY,
                                call().build().ledger())
                        .build()))
                .as("one that was made to it is led to the first one, and stays there")
                .isEqualTo("old");
        rules(Map.of(
                "second", led(), "closed", Map.of("kind", "route", "service", "x.Y:2", "deny", "it is being moved")));
        assertThat(failure(invoker.invoke(call().build())).message())
                .isEqualTo(
                        "x.Y:2 z() is refused by rule closed, revision 2: it is being moved (led to x.Y:2 from x.Y by"
                                + " rule second, revision 1)");
    }

    @Test
    void aFailureSaysWhichWayTheCallWent() {
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("second", led()));
        tell(NEW, "new");
        CompletableFuture<Reply> reply = invoker.invoke(call().build());
        line("new")
                .replies
                .get(0)
                .complete(Reply.failure(Status.UNIMPLEMENTED, Executed.NO, "x.Y:2 has no method z()"));
        assertThat(failure(reply).message())
                .isEqualTo("x.Y:2 has no method z() (led to x.Y:2 from x.Y by rule second, revision 1)");
        CompletableFuture<Reply> thrown = invoker.invoke(call().build());
        line("new").replies.get(1).complete(Reply.failure(Status.APPLICATION, Executed.YES, "sold out"));
        assertThat(failure(thrown).message()).as("what the service says").isEqualTo("sold out");
    }

    @Test
    void anotherAttemptGoesWhereTheFirstOneWasLed() {
        clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("half", led("redirect", Map.of("service", "x.Y:2", "percent", 50))));
        tell(NEW, "new");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            Invocation call = call().build();
            String first = sentTo(call);
            seen.add(first);
            for (int again = 0; again < 5; again++) {
                assertThat(sentTo(call.withAttributes(Attributes.EMPTY.with(CandidateSet.TRIED, Set.of("nobody")))))
                        .isEqualTo(first);
            }
        }
        assertThat(seen).containsExactlyInAnyOrder("old", "new");
    }

    /** The second attempt is made below the filters, of a call that was led already. */
    @Test
    void theSecondAttemptAtASilentServerIsMadeAtTheOtherServiceToo() {
        HedgeFilter hedges = new HedgeFilter(ticker, scheduler);
        ClusterInvoker hedging = new ClusterInvoker(
                clusters,
                stage.endpoints,
                ticker,
                new FirstAnswer(stage.moa),
                hedges,
                DirectAnswer.UNSUPPORTED,
                OverloadThrottle.OFF);
        ClusterLink link = clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("half", led("redirect", Map.of("service", "x.Y:2", "percent", 50))));
        tell(NEW, "new-1", "new-2");
        Invocation call = call().attributes(Calls.policy(true, 3).with(ClusterLink.KEY, link))
                .build();
        call.ledger().ledTo(NEW); // as if it had waited: by lot it might stay
        CompletableFuture<Reply> reply = hedging.invoke(call);
        String first = call.ledger().sentTo();
        StagedTransport.Line silent = line(first);
        silent.calls.get(0).ledger().silent(reason -> {});
        StagedTransport.Line other = line(first.equals("new-1") ? "new-2" : "new-1");
        assertThat(other).isNotSameAs(silent);
        assertThat(other.calls).singleElement().satisfies(second -> {
            assertThat(second.service()).isEqualTo(NEW);
            assertThat(second.hop().attempt()).isEqualTo(1);
        });
        other.replies.get(0).complete(new Reply.Value(Payload.EMPTY));
        assertThat(reply).isCompleted();
        assertThat(reply.join()).isInstanceOf(Reply.Value.class);
    }

    /** The second attempt is made above the route's end, of the call as its caller made it. */
    @Test
    void theSecondAttemptAtASlowServerIsMadeAtTheOtherServiceToo() {
        HedgeFilter hedges = new HedgeFilter(ticker, scheduler);
        ClusterLink link = clusters.link(OLD);
        tell(OLD, "old");
        rules(Map.of("half", led("redirect", Map.of("service", "x.Y:2", "percent", 50))));
        tell(NEW, "new-1", "new-2");
        MethodPolicy policy = MethodPolicy.DEFAULT
                .withCode(PolicyKey.IDEMPOTENT, true, "")
                .withCode(PolicyKey.HEDGE_AFTER, Duration.ofMillis(40), "");
        Invocation call = call().attributes(
                        Attributes.EMPTY.with(MethodPolicy.KEY, policy).with(ClusterLink.KEY, link))
                .build();
        call.ledger().ledTo(NEW); // as if it had waited: by lot it might stay
        hedges.apply(call, invoker);
        String first = call.ledger().sentTo();
        assertThat(line(first).calls).hasSize(1);
        scheduler.advance(Duration.ofMillis(40));
        StagedTransport.Line other = line(first.equals("new-1") ? "new-2" : "new-1");
        assertThat(other.calls).singleElement().satisfies(second -> assertThat(second.service())
                .isEqualTo(NEW));
    }

    @Test
    void aServiceWithoutAnyInstanceIsCalledByItsSuccessor() {
        clusters.link(OLD);
        tell(OLD);
        rules(Map.of("second", led()));
        tell(NEW, "new");
        for (int minute = 0; minute < 10; minute++) {
            assertThat(sentTo(call().build())).isEqualTo("new");
            scheduler.advance(Duration.ofMinutes(1));
        }
        assertThat(followed).as("it is called").containsOnlyKeys(OLD, NEW);
    }
}
