package io.moa.server.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.server.dispatch.Served;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ExpiryFilterTest {

    private final FakeTicker ticker = new FakeTicker();
    private int ran;
    private final Invoker route = new ExpiryFilter(ticker).before(call -> {
        ran++;
        return CompletableFuture.completedFuture(new Reply.Value(Payload.EMPTY));
    });

    @Test
    void callWhoseTimeIsUpNeverStarts() {
        Invocation call = within(Duration.ofMillis(10));
        ticker.advance(Duration.ofMillis(10));
        Reply.Failure refused = (Reply.Failure) route.invoke(call).join();
        assertThat(ran).isZero();
        assertThat(refused.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.message())
                .isEqualTo("The call to shop.Stock take() arrived after its time was up; it was not run");
    }

    @Test
    void callWithTheLeastTimeLeftStarts() {
        Invocation call = within(Duration.ofMillis(10));
        ticker.advance(Duration.ofMillis(10).minusNanos(1));
        assertThat(route.invoke(call).join()).isInstanceOf(Reply.Value.class);
        assertThat(ran).isEqualTo(1);
    }

    @Test
    void callWithoutDeadlineNeverExpires() {
        Invocation call = Served.call(null).build();
        ticker.advance(Duration.ofDays(365));
        assertThat(route.invoke(call).join()).isInstanceOf(Reply.Value.class);
    }

    private Invocation within(Duration timeout) {
        return Served.call(null).deadline(Deadline.after(timeout, ticker)).build();
    }
}
