package io.moa.client.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeadlineFilterTest {

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicInteger sent = new AtomicInteger();

    private Reply run(Invocation call) {
        return new DeadlineFilter(ticker)
                .apply(call, any -> {
                    sent.incrementAndGet();
                    return CompletableFuture.completedFuture(new Reply.Value(Payload.EMPTY));
                })
                .join();
    }

    @Test
    void callWithTimeLeftGoesOn() {
        Invocation call = Calls.of(ticker, Duration.ofMillis(10)).build();
        ticker.advance(Duration.ofMillis(10).minusNanos(1));
        assertThat(run(call)).isInstanceOf(Reply.Value.class);
        assertThat(sent).hasValue(1);
    }

    @Test
    void callWhoseTimeIsUpIsNotSent() {
        Invocation call = Calls.of(ticker, Duration.ofMillis(10)).build();
        ticker.advance(Duration.ofMillis(10));
        Reply.Failure failure = (Reply.Failure) run(call);
        assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(failure.executed()).isEqualTo(Executed.NO);
        assertThat(sent).hasValue(0);
    }

    @Test
    void withdrawnCallIsNotSent() {
        Invocation call = Calls.of(ticker, Duration.ofMillis(10)).build();
        call.cancellation().fire(Cancellation.Reason.CALLER);
        Reply.Failure failure = (Reply.Failure) run(call);
        assertThat(failure.status()).isEqualTo(Status.CANCELLED);
        assertThat(failure.executed()).isEqualTo(Executed.NO);
        assertThat(failure.message()).contains("x.Y").contains("withdrawn");
        assertThat(sent).hasValue(0);
    }
}
