package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.ConcurrencyLimit;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.stub.GenericStub;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.Caller;
import io.moa.micrometer.MeterLimits;
import io.moa.micrometer.MoaMeters;
import io.moa.server.MoaServer;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the meters of a client and of servers say of calls over sockets. */
@Timeout(120)
class MetersTest {

    private static final int MANY = 2_000;

    /** The service. */
    @MoaService(name = "metered.Stock")
    @io.moa.annotation.Timeout(millis = 60_000)
    public interface Stock {
        @Idempotent
        String count(String item);

        @Idempotent
        @Hedge(afterMillis = 20)
        String find(String item);

        @ConcurrencyLimit(1)
        void take(String item);

        @ConcurrencyLimit(value = 1, at = EnforcedAt.CALLER)
        void put(String item);

        @CircuitBreaker(minCalls = 2)
        void lose(String item);
    }

    /** One server. */
    private static final class Shelf implements Stock {
        private final AtomicInteger findings;
        private final CountDownLatch go = new CountDownLatch(1);
        private final CountDownLatch inside = new CountDownLatch(1);
        private volatile boolean broken;

        Shelf(AtomicInteger findings) {
            this.findings = findings;
        }

        @Override
        public String count(String item) {
            if (broken) {
                throw new IllegalStateException("the disk is full");
            }
            return "1";
        }

        @Override
        public String find(String item) {
            return findings.getAndIncrement() == 0 ? stay() : "here";
        }

        @Override
        public void take(String item) {
            stay();
        }

        @Override
        public void put(String item) {
            stay();
        }

        @Override
        public void lose(String item) {
            throw new IllegalStateException("it is gone");
        }

        private String stay() {
            inside.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "late";
        }
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final SimpleMeterRegistry called = new SimpleMeterRegistry();
    private final SimpleMeterRegistry served = new SimpleMeterRegistry();
    private final AtomicInteger findings = new AtomicInteger();

    private Shelf shelf() {
        Shelf shelf = new Shelf(findings);
        processes.serve("stock", server -> server.export(shelf)
                .observer(MoaMeters.in(served).ofServer()));
        return shelf;
    }

    private MoaClient client() {
        return processes.client(
                "web",
                client -> Seats.isGoverning()
                        ? client.observer(MoaMeters.in(called).ofClient())
                        : client);
    }

    private static double calls(SimpleMeterRegistry registry, String name, String... tags) {
        return registry.find(name).tags(tags).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private static double count(SimpleMeterRegistry registry, String name, String... tags) {
        return registry.find(name).tags(tags).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static double gauge(SimpleMeterRegistry registry, String name, String... tags) {
        return registry.find(name).tags(tags).gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
    }

    private static Set<String> values(SimpleMeterRegistry registry, String tag) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag(tag))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    @Test
    void bothSidesCountACallAndItsBytes() {
        shelf();
        MoaClient client = client();
        Stock stock = client.stub(Stock.class);
        for (int i = 0; i < 10; i++) {
            stock.count("pen");
        }
        assertThat(calls(called, "moa.client.calls", "service", "metered.Stock", "method", "count", "status", "OK"))
                .isEqualTo(10);
        assertThat(calls(served, "moa.server.calls", "method", "count", "caller", "web", "status", "OK"))
                .isEqualTo(10);
        assertThat(count(called, "moa.client.attempts", "kind", "FIRST", "status", "OK"))
                .isEqualTo(10);
        assertThat(count(called, "moa.client.sent")).isPositive().isEqualTo(count(served, "moa.server.received"));
        assertThat(count(called, "moa.client.received")).isPositive().isEqualTo(count(served, "moa.server.sent"));
        assertThat(gauge(called, "moa.client.instances")).isEqualTo(1);
        assertThat(gauge(called, "moa.client.usable")).isEqualTo(1);
        assertThat(gauge(called, "moa.client.registry.age")).isNotNaN().isNotNegative();
        assertThat(gauge(called, "moa.client.in.flight")).isZero();
        assertThat(gauge(served, "moa.server.connections")).isPositive();
        assertThat(gauge(served, "moa.server.workers.limit", "pool", "Stock")).isPositive();
        processes.closeWithItsAgent(client);
        assertThat(called.getMeters()).isEmpty();
    }

    @Test
    void retriesAndEjectionsAreCounted() {
        shelf().broken = true;
        shelf();
        shelf();
        Stock stock = client().stub(Stock.class);
        soon().until(
                        () -> {
                            stock.count("pen");
                            return count(called, "moa.client.ejections") > 0;
                        },
                        () -> "the broken one is not ejected");
        assertThat(count(called, "moa.client.attempts", "kind", "RETRY", "status", "OK"))
                .isPositive()
                .isEqualTo(count(called, "moa.client.attempts", "kind", "FIRST", "status", "FAULT"));
        assertThat(calls(called, "moa.client.calls", "status", "OK"))
                .isEqualTo(count(called, "moa.client.attempts", "kind", "FIRST"));
    }

    @Test
    void aHedgeIsAnAttemptOfItsOwn() {
        Shelf one = shelf();
        Shelf other = shelf();
        Stock stock = client().stub(Stock.class);
        assertThat(stock.find("pen")).isEqualTo("here");
        one.go.countDown();
        other.go.countDown();
        soon().until(
                        () -> count(called, "moa.client.attempts", "kind", "FIRST", "status", "CANCELLED") == 1,
                        () -> "the first attempt goes on");
        assertThat(count(called, "moa.client.attempts", "kind", "HEDGE", "status", "OK"))
                .isEqualTo(1);
        assertThat(calls(called, "moa.client.calls")).isEqualTo(1);
    }

    @Test
    void refusalsAreCountedWhereTheLimitIs() throws Exception {
        Shelf shelf = shelf();
        MoaClient client = client();
        Stock stock = client.stub(Stock.class);
        CompletableFuture<Void> taking = client.async(stock, each -> {
            each.take("pen");
            return null;
        });
        shelf.inside.await();
        assertThatThrownBy(() -> stock.take("pen")).isInstanceOf(CallException.class);
        CompletableFuture<Void> putting = client.async(stock, each -> {
            each.put("pen");
            return null;
        });
        soon().until(
                        () -> gauge(called, "moa.client.in.flight", "method", "put") == 1,
                        () -> "the call has not come to who governs it");
        assertThatThrownBy(() -> stock.put("pen")).isInstanceOf(CallException.class);
        shelf.go.countDown();
        taking.join();
        putting.join();
        assertThat(count(served, "moa.server.refusals", "method", "take", "cause", "CONCURRENCY"))
                .isPositive();
        assertThat(count(called, "moa.client.refusals", "method", "put", "cause", "CONCURRENCY"))
                .isEqualTo(1);
        assertThat(count(called, "moa.client.refusals", "method", "take")).isZero();
    }

    @Test
    void theStateOfABreakerIsAGauge() {
        shelf();
        Stock stock = client().stub(Stock.class);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> stock.lose("pen")).isInstanceOf(RuntimeException.class);
        }
        assertThat(gauge(called, "moa.client.breaker", "method", "lose")).isEqualTo(2);
        assertThat(count(called, "moa.client.refusals", "cause", "BREAKER")).isEqualTo(1);
    }

    @Test
    void namesThatCallersChooseMakeNoMoreSeriesThanTheLimits() {
        MoaServer server = processes.serve("stock", each -> each.export(new Shelf(findings))
                .observer(MoaMeters.in(served)
                        .within(new MeterLimits(1_000, 100, 10_000))
                        .ofServer()));
        AtomicInteger names = new AtomicInteger();
        MoaClient client = processes.client("web", each -> (Seats.isGoverning()
                        ? each.observer(MoaMeters.in(called).ofClient())
                        : each)
                .filter((call, next) -> next.invoke(call.toBuilder()
                        .caller(new Caller("caller-" + names.getAndIncrement(), "one"))
                        .build())));
        Stock stock = client.stub(Stock.class);
        GenericStub generic = client.generic(ServiceId.of("metered.Stock"));
        for (int i = 0; i < MANY; i++) {
            stock.count("pen");
            String method = "steal" + i + "()";
            assertThatThrownBy(() -> generic.call(method)).isInstanceOf(CallException.class);
        }
        assertThat(server.connections()).isPositive();
        assertThat(values(served, "caller")).hasSize(101).contains("other");
        assertThat(values(served, "method")).containsExactlyInAnyOrder("count", "other");
        assertThat(calls(served, "moa.server.calls", "method", "count")).isEqualTo(MANY);
        assertThat(calls(served, "moa.server.calls", "method", "other", "status", "UNIMPLEMENTED"))
                .isGreaterThanOrEqualTo(
                        MANY) // what is not there may be there at another instance, so some are repeated
                .isEqualTo(count(called, "moa.client.attempts", "status", "UNIMPLEMENTED"));
        assertThat(values(called, "method")).hasSize(1_001).contains("other", "count");
        assertThat(calls(called, "moa.client.calls")).isEqualTo(2.0 * MANY);
    }
}
