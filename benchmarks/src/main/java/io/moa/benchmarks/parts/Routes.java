package io.moa.benchmarks.parts;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.governance.route.Elsewhere;
import io.moa.governance.route.Route;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
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

/** What rules cost a call to one of a hundred instances: with none, with the built-in ones alone, and with five of the users' too. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseG1GC"})
public class Routes {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);
    private static final int INSTANCES = 100;

    /** Which rules. */
    public enum Rules {
        NONE,
        BUILT_IN,
        FIVE
    }

    /** A plan, and a call that is made again and again. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls fill() first
    public static class Routed {
        @Param
        public Rules rules = Rules.FIVE;

        private final Ticker ticker = Ticker.system();
        private final RandomGenerator chance = new SplittableRandom(1); // of the one thread that measures
        private final OwnPause pause = new OwnPause(ticker.nanos());
        private Plan plan;
        private Invocation call;

        @Setup
        public void fill() {
            List<Snapshot.Entry> entries = new ArrayList<>();
            for (int i = 0; i < INSTANCES; i++) {
                Instance.Builder instance = Instance.builder("instance-" + (100 + i), "stock")
                        .addresses(List.of(new Address.Tcp("10.0.0." + i, 9000)))
                        .label("zone", i % 2 == 0 ? "east" : "west");
                if (i % 10 == 0) {
                    instance.label("tag", "gray");
                }
                entries.add(new Snapshot.Entry(instance.build(), Liveness.ONLINE, OperatorState.NONE));
            }
            PlanCompiler compiler = new PlanCompiler(
                    chance,
                    ticker,
                    System::currentTimeMillis,
                    instance -> null,
                    new Ejections(OutlierConfig.DEFAULT, chance, Ejections.SILENT),
                    pause);
            compiler.routes(table(), Elsewhere.NOBODY);
            plan = compiler.compile(new Snapshot(SERVICE, 1, entries, ticker.nanos(), "test"));
            call = Invocation.of(
                            SERVICE,
                            MethodId.parse("reserve()"),
                            Payload.EMPTY,
                            new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                    .caller(new Caller("web-7", "caller"))
                    .callKeys(Map.of("customer", "4711"))
                    .baggage(Baggage.EMPTY.withAttachment("region", "eu"))
                    .build();
        }

        private RouteTable table() {
            RuleBook book = RuleBook.none(new LocalProcess("caller", "web", Map.of("zone", "east")));
            if (rules == Rules.FIVE) {
                book = book.next(1, fiveRules());
                if (!book.bad().isEmpty()) {
                    throw new IllegalStateException(book.bad().toString());
                }
            }
            return rules == Rules.NONE ? RouteTable.NONE : book.routes(SERVICE);
        }
    }

    private static Map<String, Object> fiveRules() {
        return Map.of(
                "a-zone", rule(Map.of("label.zone", "$caller"), Map.of("method", "re*")),
                "b-region", rule(Map.of("host", "10.0.*"), Map.of("attachment.region", List.of("eu", "us"))),
                "c-callers", rule(Map.of("application", "stock"), Map.of("caller", "web-*")),
                "d-customers", rule(Map.of("label.tag", "gray"), Map.of("key.customer", Map.of("from", 1, "to", 999))),
                "e-halves",
                        Map.of(
                                "kind", "route",
                                "service", "shop.Stock",
                                "to",
                                        List.of(
                                                Map.of("where", Map.of("host", "*0"), "share", 10),
                                                Map.of("where", Map.of(), "share", 90)),
                                "sticky", "key.customer"));
    }

    private static Map<String, Object> rule(Map<String, Object> where, Map<String, Object> when) {
        return Map.of("kind", "route", "service", "shop.Stock", "when", when, "to", List.of(Map.of("where", where)));
    }

    @Benchmark
    public Route route(Routed routed) {
        return routed.plan.route(routed.call);
    }

    @Benchmark
    public Lease routePickAndSettle(Routed routed) {
        Lease lease = routed.plan.pick(routed.call);
        if (lease == null) {
            throw new IllegalStateException("somebody can always be picked");
        }
        long now = routed.ticker.nanos();
        routed.pause.beat(now); // as a timer does
        lease.settle(DONE, now + TimeUnit.MICROSECONDS.toNanos(200));
        return lease;
    }
}
