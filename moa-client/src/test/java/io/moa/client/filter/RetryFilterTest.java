package io.moa.client.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.FailureMode;
import io.moa.client.Calls;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetryFilterTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);

    private final FakeTicker ticker = new FakeTicker();
    private final RetryFilter filter = new RetryFilter(ticker);

    /** Answers one after the other, and keeps what it was asked. */
    private final class Scripted implements Invoker {
        private final List<Reply> answers;
        private final List<Invocation> seen = new ArrayList<>();

        Scripted(Reply... answers) {
            this.answers = List.of(answers);
        }

        @Override
        public CompletableFuture<Reply> invoke(Invocation call) {
            seen.add(call);
            call.ledger().sentTo("instance " + seen.size());
            return CompletableFuture.completedFuture(answers.get(seen.size() - 1));
        }
    }

    private static Reply failed(Status status, Executed executed) {
        return Reply.failure(status, executed, "because");
    }

    private Reply run(Invoker below, MethodPolicy policy) {
        return filter.apply(
                        Calls.of(ticker, SECOND)
                                .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy))
                                .build(),
                        below)
                .join();
    }

    private Reply run(Invoker below, boolean idempotent, int attempts) {
        return filter.apply(
                        Calls.of(ticker, SECOND)
                                .attributes(Calls.policy(idempotent, attempts))
                                .build(),
                        below)
                .join();
    }

    @Test
    void whatCertainlyDidNotRunIsSentAgainWhateverTheMethod() {
        Scripted below =
                new Scripted(failed(Status.UNAVAILABLE, Executed.NO), failed(Status.DRAINING, Executed.NO), DONE);
        assertThat(run(below, false, 3)).isEqualTo(DONE);
        assertThat(below.seen).hasSize(3);
        assertThat(below.seen).extracting(call -> call.hop().attempt()).containsExactly(0, 1, 2);
        assertThat(below.seen)
                .extracting(call -> call.attributes().get(CandidateSet.TRIED))
                .containsExactly(null, Set.of("instance 1"), Set.of("instance 1", "instance 2"));
    }

    @Test
    @Shows("idempotent")
    void whatMayHaveRunIsSentAgainOnlyIfTheMethodIsIdempotent() {
        Reply lost = failed(Status.UNAVAILABLE, Executed.MAYBE);
        Scripted plain = new Scripted(lost, DONE);
        assertThat(run(plain, false, 3)).isEqualTo(lost);
        assertThat(plain.seen).hasSize(1);
        Scripted idempotent = new Scripted(lost, DONE);
        assertThat(run(idempotent, true, 3)).isEqualTo(DONE);
        assertThat(idempotent.seen).hasSize(2);
    }

    @Test
    @Shows("attempts")
    void attemptsAreBounded() {
        Reply first = failed(Status.UNAVAILABLE, Executed.NO);
        Reply last = failed(Status.DRAINING, Executed.NO);
        Scripted byDefault = new Scripted(first, first, last, DONE);
        assertThat(run(byDefault, MethodPolicy.DEFAULT)).isEqualTo(last);
        assertThat(byDefault.seen).hasSize(3);
        Scripted below = new Scripted(first, last, DONE);
        assertThat(run(below, true, 2)).isEqualTo(last);
        Scripted once = new Scripted(first, DONE);
        assertThat(run(once, true, 1)).isEqualTo(first);
        assertThat(once.seen).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(FailureMode.class)
    @Shows("on-failure")
    void onlyFailoverAndFailsafeSendAgain(FailureMode mode) {
        Reply lost = failed(Status.UNAVAILABLE, Executed.MAYBE);
        Scripted below = new Scripted(lost, DONE);
        MethodPolicy idempotent = MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "");
        boolean again = mode == FailureMode.FAILOVER || mode == FailureMode.FAILSAFE;
        assertThat(run(below, idempotent.withCode(PolicyKey.ON_FAILURE, mode, "")))
                .isEqualTo(again ? DONE : lost);
        assertThat(below.seen).hasSize(again ? 2 : 1);
    }

    @Test
    void aThirdServerIsNotAskedWhenTwoHaveTooMuchToDo() {
        Reply busy = failed(Status.OVERLOADED, Executed.NO);
        Scripted below = new Scripted(busy, busy, DONE);
        assertThat(run(below, true, 5)).isEqualTo(busy);
        assertThat(below.seen).hasSize(2);
    }

    /** Nobody listens at the first ten of a list, as after a crash of many: the call gets to the one that lives. */
    @Test
    void anAttemptThatFoundNoConnectionIsNotCounted() {
        int[] tries = {0};
        assertThat(run(
                        call -> {
                            call.ledger().enter(Phase.CONNECT_WAIT, ticker.nanos());
                            call.ledger().sentTo("instance " + tries[0]);
                            return CompletableFuture.completedFuture(
                                    tries[0]++ < 10 ? failed(Status.UNAVAILABLE, Executed.NO) : DONE);
                        },
                        false,
                        2))
                .isEqualTo(DONE);
        assertThat(tries[0]).isEqualTo(11);
    }

    @Test
    void attemptsThatFindNoConnectionAreBoundedToo() {
        int[] tries = {0};
        Reply nobody = failed(Status.UNAVAILABLE, Executed.NO);
        Invoker others = call -> {
            call.ledger().enter(Phase.PICK, ticker.nanos());
            call.ledger().sentTo("instance " + tries[0]++);
            return CompletableFuture.completedFuture(nobody);
        };
        assertThat(run(others, true, 2)).isEqualTo(nobody);
        assertThat(tries[0]).isEqualTo(RetryFilter.MAX_UNSENT + 2);
        tries[0] = 0;
        Invoker theSame = call -> {
            call.ledger().enter(Phase.PICK, ticker.nanos());
            call.ledger().sentTo("the only one");
            tries[0]++;
            return CompletableFuture.completedFuture(nobody);
        };
        assertThat(run(theSame, true, 2)).isEqualTo(nobody);
        assertThat(tries[0]).isEqualTo(3);
    }

    /** What would end the same way anywhere. */
    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {
                "DEADLINE_EXCEEDED",
                "APPLICATION",
                "REJECTED",
                "INVALID_ARGUMENT",
                "UNSUPPORTED",
                "TOO_LARGE",
                "UNAUTHENTICATED",
                "PERMISSION_DENIED",
                "CANCELLED"
            })
    void whatWouldEndTheSameAnywhereIsNotSentAgain(Status status) {
        Reply answer = failed(status, Executed.NO);
        Scripted below = new Scripted(answer, DONE);
        assertThat(run(below, true, 3)).isEqualTo(answer);
        assertThat(below.seen).hasSize(1);
    }

    @Test
    void serverThatForbidsItIsObeyed() {
        Reply forbidden = Reply.failure(Status.OVERLOADED, Executed.NO, "enough")
                .withHints(new Hints(0, true, Hints.UNKNOWN_LOAD));
        Scripted below = new Scripted(forbidden, DONE);
        assertThat(run(below, true, 3)).isEqualTo(forbidden);
        assertThat(below.seen).hasSize(1);
    }

    @Test
    void callWhoseTimeIsUpIsNotSentAgain() {
        Invocation call =
                Calls.of(ticker, SECOND).attributes(Calls.policy(true, 3)).build();
        List<Invocation> seen = new ArrayList<>();
        Reply answer = filter.apply(call, sent -> {
                    seen.add(sent);
                    ticker.advance(SECOND);
                    return CompletableFuture.completedFuture(failed(Status.UNAVAILABLE, Executed.NO));
                })
                .join();
        assertThat(((Reply.Failure) answer).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(seen).hasSize(1);
    }

    @Test
    void withdrawnCallIsNotSentAgain() {
        Invocation call =
                Calls.of(ticker, SECOND).attributes(Calls.policy(true, 3)).build();
        List<Invocation> seen = new ArrayList<>();
        filter.apply(call, sent -> {
                    seen.add(sent);
                    call.cancellation().fire(Cancellation.Reason.CALLER);
                    return CompletableFuture.completedFuture(failed(Status.UNAVAILABLE, Executed.NO));
                })
                .join();
        assertThat(seen).hasSize(1);
    }

    /** If every seat on the way repeated calls, three seats with three attempts each would make 27 of one. */
    @Test
    void callThatAnotherSeatRepeatsIsLeftToIt() {
        Invocation call = Calls.of(ticker, SECOND)
                .attributes(Calls.policy(true, 3))
                .hop(new Hop(0, Seat.LOCAL, Hop.DEFAULT_HOPS, Seat.DIRECT))
                .build();
        Scripted below = new Scripted(failed(Status.UNAVAILABLE, Executed.NO), DONE);
        filter.apply(call, below).join();
        assertThat(below.seen).hasSize(1);
    }

    @Test
    void whatIsDoneForARepeatedCallIsRepeatedOnlyIfItDidNotRun() {
        Invocation call = Calls.of(ticker, SECOND)
                .attributes(Calls.policy(true, 3))
                .hop(Hop.REPEATED)
                .build();
        Scripted ran = new Scripted(failed(Status.UNAVAILABLE, Executed.MAYBE), DONE);
        assertThat(filter.apply(call, ran).join()).isNotEqualTo(DONE);
        assertThat(ran.seen).hasSize(1);
        Scripted busy = new Scripted(failed(Status.OVERLOADED, Executed.NO), DONE);
        filter.apply(call, busy).join();
        assertThat(busy.seen).hasSize(1);
        Scripted left = new Scripted(failed(Status.DRAINING, Executed.NO), DONE);
        assertThat(filter.apply(call, left).join()).isEqualTo(DONE);
        assertThat(left.seen)
                .as("and the next server sees it")
                .extracting(each -> each.hop().attempt())
                .containsExactly(1, 2);
    }

    @Test
    void repliesThatComeLaterAreTreatedTheSame() {
        List<CompletableFuture<Reply>> open = new ArrayList<>();
        CompletableFuture<Reply> result = filter.apply(
                Calls.of(ticker, SECOND).attributes(Calls.policy(false, 3)).build(), call -> {
                    CompletableFuture<Reply> reply = new CompletableFuture<>();
                    open.add(reply);
                    return reply;
                });
        open.get(0).complete(failed(Status.UNAVAILABLE, Executed.NO));
        assertThat(open).hasSize(2);
        assertThat(result).isNotDone();
        open.get(1).complete(DONE);
        assertThat(result).isCompletedWithValue(DONE);
    }

    @Test
    void breachOfContractBelowEndsTheCallAndDoesNotHang() {
        List<CompletableFuture<Reply>> open = new ArrayList<>();
        Invocation call =
                Calls.of(ticker, SECOND).attributes(Calls.policy(false, 3)).build();
        CompletableFuture<Reply> result = filter.apply(call, sent -> {
            if (open.size() == 1) {
                throw new IllegalStateException("second attempt breaks");
            }
            CompletableFuture<Reply> reply = new CompletableFuture<>();
            open.add(reply);
            return reply;
        });
        open.get(0).complete(failed(Status.UNAVAILABLE, Executed.NO));
        assertThatThrownBy(result::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("second attempt breaks");
    }
}
