package io.moa.client.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RetryOutcomeTest {

    private static final Reply MAY_HAVE_RUN = Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "broke");
    private static final Reply DID_NOT_RUN = Reply.failure(Status.UNIMPLEMENTED, Executed.NO, "full");

    private final FakeTicker ticker = new FakeTicker();
    private final Queue<CompletableFuture<Reply>> attempts = new ArrayDeque<>();

    @Test
    void aCallDidNotRunOnlyIfNoAttemptMayHaveRun() {
        for (List<Reply> replies : List.of(
                List.of(MAY_HAVE_RUN, DID_NOT_RUN, DID_NOT_RUN),
                List.of(DID_NOT_RUN, MAY_HAVE_RUN, DID_NOT_RUN),
                List.of(DID_NOT_RUN, DID_NOT_RUN, MAY_HAVE_RUN))) {
            assertThat(end(replies, false)).as("%s", replies).matches(reply -> executed(reply) == Executed.MAYBE);
            assertThat(end(replies, true)).as("%s, later", replies).matches(reply -> executed(reply) == Executed.MAYBE);
        }
        assertThat(end(List.of(DID_NOT_RUN, DID_NOT_RUN, DID_NOT_RUN), true)).isSameAs(DID_NOT_RUN);
    }

    @Test
    void whatAnEarlierAttemptDidIsSaidBesideTheLastReason() {
        assertThat(end(List.of(MAY_HAVE_RUN, DID_NOT_RUN, DID_NOT_RUN), true))
                .isInstanceOfSatisfying(Reply.Failure.class, failure -> {
                    assertThat(failure.status()).isEqualTo(Status.UNIMPLEMENTED);
                    assertThat(failure.message()).isEqualTo("full (attempt 3; an earlier one may have run)");
                });
    }

    @Test
    void aValueIsPassedOnAsItIs() {
        Reply value = new Reply.Value(Payload.EMPTY);
        assertThat(end(List.of(MAY_HAVE_RUN, value), true)).isSameAs(value);
    }

    private Reply end(List<Reply> replies, boolean later) {
        List<CompletableFuture<Reply>> futures = replies.stream()
                .map(reply -> later ? new CompletableFuture<Reply>() : CompletableFuture.completedFuture(reply))
                .toList();
        attempts.addAll(futures);
        CompletableFuture<Reply> end = new RetryFilter(ticker).apply(call(), attempt -> attempts.remove());
        for (int i = 0; i < replies.size(); i++) {
            futures.get(i).complete(replies.get(i));
        }
        assertThat(attempts).isEmpty();
        return end.join();
    }

    private Invocation call() {
        MethodPolicy idempotent = MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "");
        return Invocation.of(
                        ServiceId.of("shop.Stock"),
                        MethodId.of("left"),
                        Payload.EMPTY,
                        new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, idempotent))
                .build();
    }

    private static Executed executed(Reply reply) {
        return ((Reply.Failure) reply).executed();
    }
}
