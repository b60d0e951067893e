package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.transport.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of a connection to one instance, on a clock that the test moves. */
class EndpointTest {

    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final StagedTransport transport = new StagedTransport();
    private double draw = 0.5; // where in its range the next pause is

    private final Moa moa = Moa.builder("caller")
            .ticker(ticker)
            .scheduler(scheduler)
            .transport(transport)
            .chance(new RandomGenerator() {
                @Override
                public long nextLong() {
                    throw new AssertionError("not asked for");
                }

                @Override
                public long nextLong(long bound) {
                    return (long) (draw * bound);
                }
            })
            .build();

    private final ConnectSpread spread = new ConnectSpread(moa.chance());
    private boolean servedElsewhere;
    private final List<String> heard = new ArrayList<>();
    private final Hearing hearing = new Hearing() {
        @Override
        public void silent(String uuid) {
            heard.add("silent " + uuid);
        }

        @Override
        public void heard(String uuid) {
            heard.add("heard " + uuid);
        }

        @Override
        public void leaves(String uuid) {
            heard.add("leaves " + uuid);
        }
    };

    @AfterEach
    void close() {
        moa.close();
    }

    private static Instance instance(Address... addresses) {
        return new Instance("uuid-of-it", "provider", List.of(addresses), List.of(), 100, 0, Map.of());
    }

    private Endpoint endpoint(EndpointConfig config) {
        return endpoint(config, ticker.nanos());
    }

    private Endpoint endpoint(EndpointConfig config, long knownSinceNanos) {
        return new Endpoint(
                moa,
                instance(new Address.Tcp("10.0.0.1", 7)),
                config,
                unheard(),
                spread,
                service -> servedElsewhere,
                knownSinceNanos,
                hearing);
    }

    private Invocation call() {
        return Calls.of(ticker, TEN_SECONDS).build();
    }

    private static Reply.Failure failure(CompletableFuture<Reply> reply) {
        assertThat(reply).isCompleted();
        return (Reply.Failure) reply.join();
    }

    @Test
    void nothingIsConnectedBeforeTheFirstCallAndCallsMeanwhileShareOneConnection() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        assertThat(transport.dials).isEmpty();
        CompletableFuture<Reply> first = endpoint.invoke(call());
        CompletableFuture<Reply> second = endpoint.invoke(call());
        assertThat(transport.dials).hasSize(1);
        assertThat(transport.last().wanted().application()).isEqualTo("provider");
        assertThat(transport.last().wanted().instance()).isEqualTo("uuid-of-it");
        assertThat(transport.last().wanted().services()).containsExactly(Calls.SERVICE);
        StagedTransport.Line line = transport.last().succeed("provider", "uuid-of-it");
        assertThat(line.calls).hasSize(2);
        endpoint.invoke(call());
        assertThat(line.calls).hasSize(3);
        assertThat(transport.dials).hasSize(1);
        line.replies.get(1).complete(DONE);
        assertThat(second).isCompletedWithValue(DONE);
        assertThat(first).isNotDone();
    }

    @Test
    void severalConnectionsTakeTurns() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT.withConnections(3));
        for (int i = 0; i < 6; i++) {
            endpoint.invoke(call());
        }
        assertThat(transport.dials).hasSize(3);
        transport.dials.forEach(
                dial -> assertThat(dial.succeed("provider", "uuid-of-it").calls).hasSize(2));
    }

    /** The bound of the pause doubles from backoffFirst to backoffMax, and the pause is drawn below it. */
    @Test
    void pauseAfterAFailedConnectIsDrawnBelowABoundThatDoubles() {
        Endpoint endpoint = endpoint(new EndpointConfig(1, Duration.ofMillis(100), Duration.ofMillis(1_000), 10));
        Set<Long> moments = new HashSet<>();
        long[] bounds = {100, 200, 400, 800, 1_000, 1_000};
        for (int i = 0; i < bounds.length; i++) {
            draw = i % 2 == 0 ? 0.5 : 0.999;
            CompletableFuture<Reply> waiting = endpoint.invoke(call());
            assertThat(transport.dials).hasSize(i + 1);
            transport.last().fail("nobody listens");
            assertThat(failure(waiting).executed()).isEqualTo(Executed.NO);
            assertThat(failure(waiting).message()).contains("nobody listens");
            long drawn = (long) (draw * bounds[i] * 1_000_000);
            boolean spreads = i + 1 >= ConnectionSlot.SPREAD_FROM;
            Duration pause = Duration.ofNanos(drawn + (spreads ? spread.untilMoment(ticker.nanos() + drawn) : 0));
            ticker.advance(pause.minusNanos(1));
            Reply.Failure early = failure(endpoint.invoke(call()));
            assertThat(early.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(early.message()).contains("next try in", "nobody listens");
            assertThat(transport.dials).as("no connect within the pause").hasSize(i + 1);
            ticker.advanceNanos(1);
            if (spreads) {
                moments.add(ticker.nanos() % ConnectSpread.PERIOD_NANOS);
            }
        }
        assertThat(moments).as("the client's own moment, each time").hasSize(1);
        endpoint.invoke(call());
        transport.last().succeed("provider", "uuid-of-it").leave();
        CompletableFuture<Reply> next = endpoint.invoke(call());
        assertThat(transport.dials)
                .as("no pause after a connection that worked")
                .hasSize(bounds.length + 2);
        transport.last().fail("gone");
        ticker.advance(Duration.ofMillis(100));
        assertThat(next).isCompleted();
        endpoint.invoke(call());
        assertThat(transport.dials).as("the bound began anew").hasSize(bounds.length + 3);
    }

    @Test
    void callThatWaitsForAConnectionTimesOutThere() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        Invocation call = call();
        CompletableFuture<Reply> reply = endpoint.invoke(call);
        scheduler.advance(TEN_SECONDS);
        assertThat(failure(reply).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(failure(reply).executed()).isEqualTo(Executed.NO);
        assertThat(call.ledger().guiltiest()).isEqualTo(Phase.CONNECT_WAIT);
        assertThat(transport.last().succeed("provider", "uuid-of-it").calls)
                .as("it is not sent after its end")
                .isEmpty();
    }

    @Test
    void callThatIsWithdrawnWhileItWaitsIsNotSent() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        Invocation call = call();
        CompletableFuture<Reply> reply = endpoint.invoke(call);
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertThat(failure(reply).status()).isEqualTo(Status.CANCELLED);
        assertThat(transport.last().succeed("provider", "uuid-of-it").calls).isEmpty();
        assertThat(scheduler.pending()).as("timers left behind").isZero();
    }

    @Test
    void onlySoManyCallsWait() {
        Endpoint endpoint = endpoint(new EndpointConfig(1, Duration.ofMillis(1), Duration.ofMillis(1), 2));
        endpoint.invoke(call());
        endpoint.invoke(call());
        Reply.Failure refused = failure(endpoint.invoke(call()));
        assertThat(refused.status()).isEqualTo(Status.OVERLOADED);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(transport.last().succeed("provider", "uuid-of-it").calls).hasSize(2);
    }

    @Test
    void serverThatLeavesIsConnectedToAnewAndItsCallsEndThere() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        CompletableFuture<Reply> old = endpoint.invoke(call());
        StagedTransport.Line leaving = transport.last().succeed("provider", "uuid-of-it");
        leaving.leave();
        assertThat(heard).containsExactly("leaves uuid-of-it");
        CompletableFuture<Reply> young = endpoint.invoke(call());
        StagedTransport.Line next = transport.last().succeed("provider", "another uuid");
        assertThat(transport.dials).hasSize(2);
        leaving.replies.get(0).complete(DONE);
        assertThat(old).isCompletedWithValue(DONE);
        next.replies.get(0).complete(DONE);
        assertThat(young).isCompletedWithValue(DONE);
    }

    @Test
    void retiredEndpointTakesNothingNewAndFinishesWhatItHas() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        CompletableFuture<Reply> old = endpoint.invoke(call());
        StagedTransport.Line line = transport.last().succeed("provider", "uuid-of-it");
        endpoint.retire();
        Reply.Failure refused = failure(endpoint.invoke(call()));
        assertThat(refused.status()).isEqualTo(Status.DRAINING);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(line.closed).isFalse();
        line.replies.get(0).complete(DONE);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(line.closed).isTrue();
        assertThat(old).isCompletedWithValue(DONE);
        assertThat(endpoint.isIdle()).isTrue();
    }

    @Test
    void closingEndsWaitingCallsAndThoseOnConnectionsThatLeave() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        CompletableFuture<Reply> onLeaving = endpoint.invoke(call());
        StagedTransport.Line leaving = transport.last().succeed("provider", "uuid-of-it");
        leaving.leave();
        CompletableFuture<Reply> waiting = endpoint.invoke(call());
        endpoint.close();
        assertThat(failure(waiting).message()).contains("closed");
        assertThat(failure(onLeaving).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(leaving.closed).isTrue();
        StagedTransport.Line late = transport.last().succeed("provider", "uuid-of-it");
        assertThat(late.closed).as("a connection that comes after closing").isTrue();
        assertThat(failure(endpoint.invoke(call())).message()).contains("closed");
    }

    @Test
    void instanceWithoutAnAddressOfAKnownKindIsSaidSo() {
        Endpoint endpoint = new Endpoint(
                moa,
                instance(new Address.InProcess("elsewhere")),
                EndpointConfig.DEFAULT,
                unheard(),
                spread,
                service -> false,
                0,
                hearing);
        Reply.Failure refused = failure(endpoint.invoke(call()));
        assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(refused.message()).contains("can only be reached at").contains("elsewhere");
    }

    @Test
    void transportThatBreaksItsContractDoesNotLeaveTheSlotConnectingForEver() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        CompletableFuture<Reply> reply = endpoint.invoke(call());
        transport.last().coming().completeExceptionally(new IllegalStateException("broken transport"));
        assertThat(failure(reply).message()).contains("broken transport");
        ticker.advance(TEN_SECONDS);
        endpoint.invoke(call());
        assertThat(transport.dials).hasSize(2);
    }

    private Unreachables unheard() {
        return new Unreachables(moa.ticker(), moa.scheduler(), 0, () -> 0, (instance, answer) -> {}, complaints -> {});
    }

    /** Servers that crashed together come back together; their clients must not. */
    @Test
    void whoHasJustFoundSomebodyDeadConnectsToSomebodyNewAtAMomentOfItsOwn() {
        loseSomebody();
        Endpoint fresh = endpoint(EndpointConfig.DEFAULT);
        Duration pause = Duration.ofNanos(spread.pauseNanos(Calls.SERVICE, ticker.nanos(), ticker.nanos()));
        assertThat(pause).isPositive().isLessThan(Duration.ofNanos(ConnectSpread.PERIOD_NANOS));
        CompletableFuture<Reply> hasty =
                fresh.invoke(Calls.of(ticker, pause.minusMillis(1)).build());
        CompletableFuture<Reply> patient = fresh.invoke(call());
        CompletableFuture<Reply> hastyToo =
                fresh.invoke(Calls.of(ticker, pause.minusMillis(1)).build());
        assertThat(failure(hastyToo).executed()).isEqualTo(Executed.NO);
        servedElsewhere = true;
        assertThat(failure(fresh.invoke(call())).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(patient)
                .as("waits on, for it was not served elsewhere when it came")
                .isNotDone();
        assertThat(failure(hasty).executed()).isEqualTo(Executed.NO);
        assertThat(failure(hasty).message()).contains("so that not all come at once");
        assertThat(transport.dials).hasSize(2);

        scheduler.advance(pause);
        assertThat(transport.dials).hasSize(3);
        StagedTransport.Line line = transport.last().succeed("provider", "uuid-of-it");
        assertThat(line.calls).hasSize(1);
        line.replies.get(0).complete(DONE);
        assertThat(patient).isCompletedWithValue(DONE);
    }

    @Test
    void whoIsServedElsewhereConnectsAtItsOwnMomentAllTheSame() {
        loseSomebody();
        servedElsewhere = true;
        Endpoint fresh = endpoint(EndpointConfig.DEFAULT);
        assertThat(failure(fresh.invoke(call())).executed()).isEqualTo(Executed.NO);
        assertThat(transport.dials).hasSize(2);
        scheduler.advance(Duration.ofNanos(ConnectSpread.PERIOD_NANOS));
        assertThat(transport.dials).hasSize(3);
        transport.last().succeed("provider", "uuid-of-it");
        CompletableFuture<Reply> next = fresh.invoke(call());
        assertThat(next).isNotDone(); // it is on the connection
        assertThat(transport.dials).hasSize(3);
    }

    /** It was never called before, and may be the only one that is left. */
    @Test
    void whoWasKnownBeforeTheLossIsConnectedToAtOnce() {
        long before = ticker.nanos();
        ticker.advanceNanos(1);
        loseSomebody();
        CompletableFuture<Reply> reply =
                endpoint(EndpointConfig.DEFAULT, before).invoke(call());
        assertThat(transport.dials).hasSize(3);
        assertThat(reply).isNotDone();
    }

    /** Of two servers that are restarted in turn the second one may go as soon as the first is back. */
    @Test
    void whoWasServedByOthersWhenHeLostSomebodyConnectsAtOnce() {
        servedElsewhere = true;
        loseSomebody();
        servedElsewhere = false;
        CompletableFuture<Reply> reply = endpoint(EndpointConfig.DEFAULT).invoke(call());
        assertThat(transport.dials).hasSize(3);
        assertThat(reply).isNotDone();
    }

    @Test
    void theLossOfOneServiceDelaysNoOther() {
        loseSomebody();
        assertThat(spread.pauseNanos(ServiceId.of("another"), ticker.nanos(), ticker.nanos()))
                .isZero();
    }

    /** Those that stay dead are tried again and again, which is no reason to greet a newcomer at once. */
    @Test
    void whoAppearedAfterTheFirstLossIsNewAlsoAfterTheNext() {
        loseSomebody();
        long appeared = ticker.nanos();
        ticker.advance(Duration.ofSeconds(3));
        spread.lost(Calls.SERVICE, ticker.nanos());
        ticker.advanceNanos(spread.untilMoment(ticker.nanos()) + ConnectSpread.LENGTH_NANOS + 1);
        assertThat(spread.pauseNanos(Calls.SERVICE, appeared, ticker.nanos())).isPositive();
    }

    @Test
    void whoLostNobodyLatelyConnectsAtOnce() {
        loseSomebody();
        scheduler.advance(Duration.ofNanos(ConnectSpread.MEMORY_NANOS));
        endpoint(EndpointConfig.DEFAULT).invoke(call());
        assertThat(transport.dials).hasSize(3);
    }

    /** A list of which most are dead, and a process that has just started: it is no crowd, and its first calls wait for it. */
    @Test
    void whoNeverReachedThoseThatAreDeadConnectsToTheNextAtOnce() {
        for (int dead = 1; dead <= 10; dead++) {
            endpoint(EndpointConfig.DEFAULT).invoke(call());
            assertThat(transport.dials).hasSize(dead);
            transport.last().fail("nobody listens");
            ticker.advance(Duration.ofMillis(70));
        }
    }

    @Test
    void whoFindsSomebodyDeadAtItsOwnMomentConnectsToTheNextAtOnce() {
        loseSomebody();
        ticker.advanceNanos(spread.untilMoment(ticker.nanos()));
        endpoint(EndpointConfig.DEFAULT).invoke(call());
        assertThat(transport.dials).hasSize(3);
        transport.last().fail("nobody listens");
        ticker.advanceNanos(ConnectSpread.LENGTH_NANOS - 1);
        endpoint(EndpointConfig.DEFAULT).invoke(call());
        assertThat(transport.dials).hasSize(4);
        ticker.advanceNanos(1);
        endpoint(EndpointConfig.DEFAULT).invoke(call());
        assertThat(transport.dials).as("the moment is over").hasSize(4);
    }

    /** Two connects: one that worked for a while, and one that found nobody; then some time, so that it is not this client's moment. */
    private void loseSomebody() {
        Endpoint dead = endpoint(EndpointConfig.DEFAULT);
        dead.invoke(call());
        transport.last().succeed("provider", "uuid-of-it").leave();
        dead.invoke(call());
        transport.last().fail("nobody listens");
        long over = spread.untilMoment(ticker.nanos()) + ConnectSpread.LENGTH_NANOS;
        ticker.advanceNanos(over + Duration.ofMillis(30).toNanos());
    }

    @Test
    void whoWaitsForAConnectLongerThanASilenceMayLastGoesToOthersIfThereAreSome() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        CompletableFuture<Reply> alone = endpoint.invoke(call());
        scheduler.advance(Duration.ofMillis(900));
        assertThat(alone).as("there is nobody else").isNotDone();
        CompletableFuture<Reply> waits = endpoint.invoke(call());
        servedElsewhere = true;
        Reply.Failure atOnce = failure(endpoint.invoke(call()));
        assertThat(atOnce.message()).contains("does not answer; the call goes to others");
        scheduler.advance(Duration.ofMillis(900));
        Reply.Failure elsewhere = failure(waits);
        assertThat(elsewhere.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(elsewhere.executed()).isEqualTo(Executed.NO);
        assertThat(elsewhere.message()).contains("within 900 ms");
        assertThat(alone).as("there is somebody else by now").isDone();
        StagedTransport.Line line = transport.last().succeed("provider", "uuid-of-it");
        assertThat(line.calls).isEmpty();
        endpoint.invoke(call());
        assertThat(line.calls).hasSize(1);
    }

    @Test
    void whoHasWaitedElsewhereAlreadyWaitsLess() {
        servedElsewhere = true;
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        CompletableFuture<Reply> again = endpoint.invoke(Calls.of(ticker, TEN_SECONDS)
                .attributes(Attributes.EMPTY.with(CandidateSet.TRIED, Set.of("another")))
                .build());
        scheduler.advance(Duration.ofMillis(299));
        assertThat(again).isNotDone();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(failure(again).message()).contains("within 300 ms");
    }

    @Test
    void silenceIsPassedOn() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT.withConnections(2));
        endpoint.invoke(call());
        endpoint.invoke(call());
        StagedTransport.Line one = transport.dials.get(0).succeed("provider", "uuid-of-it");
        StagedTransport.Line two = transport.dials.get(1).succeed("provider", "uuid-of-it");
        signs(one).silent();
        signs(two).silent();
        signs(one).heard();
        assertThat(heard).as("the other one is silent still").doesNotContain("heard uuid-of-it");
        signs(two).heard();
        assertThat(heard).containsExactly("silent uuid-of-it", "silent uuid-of-it", "heard uuid-of-it");
        assertThat(one.closed).as("silence alone closes nothing").isFalse();
    }

    /** It is stopped: the connection was given up, and it takes others without a word. */
    @Test
    void whoFellSilentIsSoughtWithoutACallUntilItAnswers() {
        servedElsewhere = true;
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        endpoint.invoke(call());
        StagedTransport.Line line = transport.last().succeed("provider", "uuid-of-it");
        signs(line).silent();
        line.close();
        for (int i = 1; i <= 10; i++) {
            assertThat(transport.dials).hasSize(i);
            scheduler.advance(Duration.ofMillis(500));
            assertThat(transport.dials).as("after a half of its longest pause").hasSize(i + 1);
            assertThat(failure(endpoint.invoke(call())).message()).contains("does not answer; the call goes to others");
            heard.clear();
            transport.last().fail("no handshake");
            assertThat(heard).containsExactly("silent uuid-of-it");
        }
        scheduler.advance(Duration.ofMillis(500));
        transport.last().succeed("provider", "uuid-of-it");
        assertThat(heard).endsWith("heard uuid-of-it");
        int dials = transport.dials.size();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(transport.dials).hasSize(dials);
    }

    @Test
    void whoLeftIsNotSought() {
        Endpoint endpoint = endpoint(EndpointConfig.DEFAULT);
        endpoint.invoke(call());
        StagedTransport.Line line = transport.last().succeed("provider", "uuid-of-it");
        signs(line).silent();
        endpoint.retire();
        assertThat(heard).as("nobody waits for it to speak").endsWith("heard uuid-of-it");
        line.close();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(transport.dials).hasSize(1);
    }

    private static Connection.SignsOfLife signs(StagedTransport.Line line) {
        return Objects.requireNonNull(line.signs);
    }
}
