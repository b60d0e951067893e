package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.server.filter.DedupFilter;
import io.moa.testkit.FakeTicker;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RELIABILITY S25: keys that never come twice. */
@Timeout(120)
class DedupFloodTest {

    private static final int KEYS = 1_000_000;
    private static final int MIB = 1 << 20;
    private static final String LONG_KEY = "k".repeat(1_000); // nearly the longest that the wire carries

    private final DedupFilter filter = new DedupFilter(new FakeTicker(), DedupFilter.Window.DEFAULT);
    private final Invoker route =
            filter.before(call -> CompletableFuture.completedFuture(new Reply.Value(Payload.EMPTY)));

    @Test
    void aMillionFreshKeysOfOneCallerKeepTheHeapFlat() {
        flood(0, 10_000, 1, "");
        long before = heap();
        flood(10_000, KEYS, 1, "");
        assertThat(heap() - before)
                .as("more heap after a million keys than after ten thousand")
                .isLessThan(2L * MIB);
    }

    /** A caller says itself who it is, so one that means harm is many. */
    @Test
    void longKeysUnderManyNamesStayWithinTheBoundOfBytes() {
        long before = heap();
        flood(0, 300_000, DedupFilter.Window.DEFAULT.callers(), LONG_KEY);
        assertThat(heap() - before)
                .as("heap held for long keys of many callers; what the window allows is " + DedupFilter.Window.DEFAULT)
                .isLessThan(DedupFilter.Window.DEFAULT.maxTotalBytes() + 16L * MIB);
    }

    @Test
    void floodOfOneCallerDoesNotMakeTheWindowForgetAnother() {
        AtomicInteger runs = new AtomicInteger();
        Invoker counted = filter.before(call -> {
            runs.incrementAndGet();
            return CompletableFuture.completedFuture(new Reply.Value(Payload.EMPTY));
        });
        counted.invoke(call("quiet", "order-7")).join();
        flood(0, 100_000, 100, LONG_KEY);
        counted.invoke(call("quiet", "order-7")).join();
        assertThat(runs).as("runs of the call that was repeated").hasValue(1);
    }

    private void flood(int from, int to, int callers, String suffix) {
        for (int i = from; i < to; i++) {
            route.invoke(call("caller-" + i % callers, i + suffix)).join();
        }
    }

    private static Invocation call(String application, String key) {
        return Invocation.of(
                        ServiceId.of("shop.Stock"),
                        MethodId.parse("take()"),
                        Payload.EMPTY,
                        new Ledger(Phase.SERVER_QUEUE, 0))
                .caller(new Caller(application, "1"))
                .idempotencyKey(key)
                .build();
    }

    /** What is in use after everything that can go has gone. */
    private long heap() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        assertThat(filter).isNotNull(); // and is not garbage itself
        return used;
    }
}
