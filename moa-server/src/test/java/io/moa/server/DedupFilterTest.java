package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BytesPayload;
import io.moa.server.filter.DedupFilter;
import io.moa.testkit.FakeTicker;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DedupFilterTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Deque<CompletableFuture<Reply>> runs = new ArrayDeque<>();
    private int ran;
    private final Invoker service = call -> {
        ran++;
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        runs.add(reply);
        return reply;
    };

    @Test
    void repetitionGetsTheReplyOfTheFirst() {
        Invoker route = filter(2).before(service);
        CompletableFuture<Reply> first = route.invoke(call("a"));
        CompletableFuture<Reply> second = route.invoke(call("a"));
        runs.remove().complete(value());
        assertThat(first.join()).isInstanceOf(Reply.Value.class);
        assertThat(second.join()).isInstanceOf(Reply.Value.class);
        assertThat(route.invoke(call("a")).join()).isInstanceOf(Reply.Value.class);
        assertThat(ran).isEqualTo(1);
    }

    @Test
    void repetitionRunsItselfIfTheFirstCertainlyDidNot() {
        Invoker route = filter(2).before(service);
        route.invoke(call("a"));
        CompletableFuture<Reply> waiting = route.invoke(call("a"));
        runs.remove().complete(Reply.failure(Status.CANCELLED, Executed.NO, "withdrawn before it began"));
        assertThat(ran).isEqualTo(2);
        runs.remove().complete(value());
        assertThat(waiting.join()).isInstanceOf(Reply.Value.class);
    }

    @Test
    void runningCallIsNeverForgottenHoweverManyKeysComeOrHoweverLongItTakes() {
        Invoker route = filter(2).before(service);
        for (String key : new String[] {"a", "b", "c", "d"}) {
            route.invoke(call(key));
        }
        ticker.advance(Duration.ofHours(1));
        for (String key : new String[] {"a", "b", "c", "d"}) {
            route.invoke(call(key));
        }
        assertThat(ran).isEqualTo(4);
    }

    @Test
    void endedCallsAreForgottenByAgeAndByNumberOldestFirst() {
        Invoker route = filter(2).before(service);
        for (String key : new String[] {"a", "b", "c"}) {
            route.invoke(call(key));
            runs.remove().complete(value());
        }
        assertThat(ran).isEqualTo(3);
        route.invoke(call("c"));
        assertThat(ran).as("c is remembered").isEqualTo(3);
        route.invoke(call("a"));
        assertThat(ran).as("a was displaced").isEqualTo(4);
        ticker.advance(Duration.ofMinutes(2));
        route.invoke(call("c"));
        assertThat(ran).as("c is over").isEqualTo(5);
    }

    @Test
    void breachOfContractBelowLeavesNobodyWaiting() {
        Invoker route = filter(2).before(call -> {
            throw new IllegalStateException("oops");
        });
        assertThatThrownBy(() -> route.invoke(call("a"))).hasMessage("oops");
        assertThat(route.invoke(call("a")).join()).isInstanceOf(Reply.Failure.class);

        Invoker failing = filter(2).before(service);
        failing.invoke(call("b"));
        CompletableFuture<Reply> waiting = failing.invoke(call("b"));
        runs.remove().completeExceptionally(new IllegalStateException("oops"));
        assertThat(waiting.join()).isInstanceOf(Reply.Failure.class);
    }

    private DedupFilter filter(int perCaller) {
        return new DedupFilter(ticker, new DedupFilter.Window(Duration.ofMinutes(1), perCaller, 4, 1024, 4096));
    }

    private Invocation call(String key) {
        return Invocation.of(
                        ServiceId.of("shop.Stock"),
                        MethodId.parse("take()"),
                        Payload.EMPTY,
                        new Ledger(Phase.SERVER_QUEUE, ticker.nanos()))
                .caller(new Caller("shop", "1"))
                .idempotencyKey(key)
                .build();
    }

    private static Reply value() {
        return new Reply.Value(new BytesPayload(Unpooled.wrappedBuffer(new byte[] {1})));
    }
}
