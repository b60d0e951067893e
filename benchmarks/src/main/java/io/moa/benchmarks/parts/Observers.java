package io.moa.benchmarks.parts;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.moa.discovery.ServiceId;
import io.moa.governance.observe.Observation;
import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.observe.ObserverFilter;
import io.moa.governance.observe.RecentCalls;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.log.CallLog;
import io.moa.log.CallLogConfig;
import io.moa.micrometer.MoaMeters;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to tell of a call: the filter and what it tells, above a route whose reply comes later, as it does over a socket. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseG1GC"})
public class Observers {

    private static final Reply DONE = new Reply.Value(Payload.EMPTY);

    /** A route and who observes it. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls make() first
    public static class Route {
        @Param({"nobody", "silent", "recent", "log", "client-meters", "server-meters"})
        public String observer = "nobody";

        private CompletableFuture<Reply> pending;
        private Invoker invoker;
        private Attributes attributes;
        private ServiceId service;
        private MethodId method;

        @Setup
        public void make() {
            service = ServiceId.of("shop.Stock");
            method = MethodId.parse("reserve(java.lang.String)");
            Invoker end = call -> pending;
            CallObserver told = told();
            Observation observation = Observation.by(told == null ? List.of() : List.of(told), thrown -> {
                throw new IllegalStateException(thrown);
            });
            ObservedMethod unknown = observation.ofUnknown();
            ObservedMethod observed = observation.of(service, method);
            invoker = unknown == null ? end : new ObserverFilter(unknown, Ticker.system()).before(end);
            attributes = observed == null ? Attributes.EMPTY : Attributes.EMPTY.with(ObservedMethod.KEY, observed);
        }

        private @Nullable CallObserver told() {
            return switch (observer) {
                case "nobody" -> null;
                case "silent" -> new Silent();
                case "recent" -> new RecentCalls(Ticker.system());
                case "log" -> CallLog.ofClient(CallLogConfig.DEFAULT);
                case "client-meters" -> MoaMeters.in(new SimpleMeterRegistry()).ofClient();
                case "server-meters" -> MoaMeters.in(new SimpleMeterRegistry()).ofServer();
                default -> throw new IllegalArgumentException(observer);
            };
        }
    }

    /** Does nothing with what it is told. */
    private static final class Silent implements CallObserver {
        private static final CallEnd NOTHING = (call, reply, tookNanos) -> {};

        @Override
        public MethodObserver of(ServiceId service, MethodId method) {
            return call -> NOTHING;
        }

        @Override
        public MethodObserver ofUnknown() {
            return call -> NOTHING;
        }
    }

    @Benchmark
    public Reply told(Route route) {
        CompletableFuture<Reply> pending = new CompletableFuture<>();
        route.pending = pending;
        Invocation call = Invocation.of(
                        route.service, route.method, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, System.nanoTime()))
                .attributes(route.attributes)
                .build();
        CompletableFuture<Reply> reply = route.invoker.invoke(call);
        pending.complete(DONE);
        return reply.join();
    }
}
