package io.moa.benchmarks.decision;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.moa.Moa;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import io.moa.client.MoaClient;
import io.moa.client.filter.DeadlineFilter;
import io.moa.client.filter.HedgeFilter;
import io.moa.client.filter.RetryFilter;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.gate.GateFilter;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.route.Elsewhere;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Backstop;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Deadline;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Lease;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.RuleText;
import io.moa.server.MoaServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The decision of a client about one call, with five rules and a hundred instances: the filters, the plan, the route and the pick, and what waits for
 * the reply until it comes. Beside it, in the same run and measured in the same way, whole calls of 1 KiB over loopback to a server in
 * this process: the processor time of both ends.
 */
public final class DecisionBenchmark {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final int INSTANCES = 100;
    private static final int CALLERS = 8;
    private static final int ROUNDS = 7;

    private static final String[] RULES = {
        "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"method\": \"re*\"}, \"to\": [{\"where\": {\"label.zone\": \"$caller\"}}]}",
        "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"attachment.region\": [\"eu\", \"us\"]}, \"to\": [{\"where\": {\"host\": \"10.0.*\"}}]}",
        "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"caller\": \"web-*\"}, \"to\": [{\"where\": {\"application\": \"stock\"}}]}",
        "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"key.customer\": {\"from\": 1, \"to\": 999}}, \"deny\": \"no\"}",
        "{\"kind\": \"policy\", \"service\": \"shop.Stock\", \"set\": {\"timeout\": \"2s\", \"concurrency-limit\": 1000, \"concurrency-limit-at\": \"caller\"}}"
    };

    /** The service of whole calls. */
    @MoaService(name = "shop.Stock")
    public interface Stock {
        @Idempotent
        byte[] reserve(byte[] what);
    }

    private DecisionBenchmark() {}

    /** Measures. */
    public static void main(String[] args) throws Exception {
        String name = args.length == 2 && args[0].equals("--report") ? args[1] : null;
        if (args.length > 0 && name == null) {
            throw new IllegalArgumentException("expected nothing, or --report NAME");
        }
        if (name != null) {
            Report.checkName(name);
        }
        Table surroundings = Surroundings.describe();
        Supplier<CompletableFuture<Reply>> decision = decision();
        List<Double> decisions = new ArrayList<>();
        List<Double> calls = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        double bytes = 0;
        try (Moa there = Moa.builder("stock").build();
                MoaServer server = MoaServer.builder(there)
                        .address(new Address.Tcp("127.0.0.1", 0))
                        .export(Stock.class, what -> what)
                        .closeOnShutdown(false)
                        .start();
                Moa here = Moa.builder("web").build();
                MoaClient client =
                        MoaClient.builder(here).addresses(server.address()).build()) {
            Stock stock = client.stub(Stock.class);
            decide(decision, 300_000);
            call(stock, 20_000);
            for (int round = 0; round < ROUNDS; round++) {
                double one = decide(decision, 500_000);
                double whole = call(stock, 15_000);
                decisions.add(one);
                calls.add(whole);
                ratios.add(100 * one / whole);
            }
            bytes = bytesOf(decision);
        }
        Report report = new Report();
        report.title("What a decision costs")
                .add(surroundings)
                .add(new Table("what", "median", "best", "worst", "wanted")
                        .row(
                                "a decision, processor time in ns",
                                median(decisions),
                                best(decisions),
                                worst(decisions),
                                "")
                        .row(
                                "a whole call of 1 KiB, both ends, processor time in ns",
                                median(calls),
                                best(calls),
                                worst(calls),
                                "")
                        .row(
                                "the decision's share, in percent",
                                median(ratios),
                                best(ratios),
                                worst(ratios),
                                "10 at most")
                        .row("a decision, bytes allocated", "%.0f".formatted(bytes), "", "", "less than 400"))
                .add(
                        "A decision: filters, plan, route by 4 rules of the user behind the built-in ones and a policy by rule, pick among "
                                + INSTANCES
                                + " instances, what waits for the reply, and the end of the lease. Made by one thread; whole calls by "
                                + CALLERS
                                + " threads. " + ROUNDS
                                + " rounds by turns, each measured by the process's clock of processor time, so that what the"
                                + " collector and the compiler do meanwhile counts.");
        report.write(name);
    }

    private static String median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return "%.1f".formatted(sorted[sorted.length / 2]);
    }

    private static String best(List<Double> all) {
        return "%.1f"
                .formatted(all.stream().mapToDouble(Double::doubleValue).min().orElse(0));
    }

    private static String worst(List<Double> all) {
        return "%.1f"
                .formatted(all.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static Invocation prepared(Ticker ticker, MethodPolicy policy, MethodGate gate) {
        return Invocation.of(
                        SERVICE,
                        MethodId.parse("reserve(byte[])"),
                        Payload.EMPTY,
                        new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .caller(new Caller("web-7", "caller"))
                .callKeys(Map.of("customer", "4711"))
                .baggage(Baggage.EMPTY.withAttachment("region", "eu"))
                .deadline(Deadline.after(Duration.ofHours(1), ticker))
                .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy).with(MethodGate.KEY, gate))
                .build();
    }

    private static Supplier<CompletableFuture<Reply>> decision() {
        Ticker ticker = Ticker.system();
        RandomGenerator chance = new RandomGenerator() {
            @Override
            public long nextLong() {
                return ThreadLocalRandom.current().nextLong();
            }
        };
        RuleBook book = RuleBook.none(new LocalProcess("caller", "web", Map.of("zone", "east")));
        Map<String, Object> rules = new TreeMap<>();
        for (int i = 0; i < RULES.length; i++) {
            rules.put("rule-" + i, Objects.requireNonNull(RuleText.read(RULES[i])));
        }
        book = book.next(1, rules);
        if (!book.bad().isEmpty()) {
            throw new IllegalStateException(book.bad().toString());
        }
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            entries.add(new Snapshot.Entry(
                    Instance.builder("instance-" + (100 + i), "stock")
                            .addresses(List.of(new Address.Tcp("10.0.0." + i, 9000)))
                            .label("zone", i % 2 == 0 ? "east" : "west")
                            .build(),
                    Liveness.ONLINE,
                    OperatorState.NONE));
        }
        PlanCompiler compiler = new PlanCompiler(
                chance,
                ticker,
                System::currentTimeMillis,
                instance -> null,
                new Ejections(OutlierConfig.DEFAULT, chance, Ejections.SILENT),
                new OwnPause(ticker.nanos()));
        compiler.routes(book.routes(SERVICE), Elsewhere.NOBODY);
        Plan plan = compiler.compile(new Snapshot(SERVICE, 1, entries, ticker.nanos(), "benchmark"));
        MethodPolicy policy = book.apply(
                SERVICE, "reserve", "web", MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "benchmark"));
        MethodGate gate = new MethodGate("shop.Stock reserve", EnforcedAt.CALLER, ticker);
        gate.govern(policy);
        Invocation call = prepared(ticker, policy, gate);
        Reply done = new Reply.Value(Payload.EMPTY);
        Sent[] waiting = new Sent[1];
        Invoker end = each -> {
            Lease lease = plan.pick(each);
            if (lease == null) {
                throw new IllegalStateException("somebody can always be picked");
            }
            Sent sent = new Sent(lease, ticker);
            waiting[0] = sent;
            return sent;
        };
        Runnable answer = () -> waiting[0].answer(done);
        Invoker route = Filter.stack(
                List.of(
                        Backstop.INSTANCE,
                        new DeadlineFilter(ticker),
                        new GateFilter(each -> each.attributes().get(MethodGate.KEY)),
                        new RetryFilter(ticker),
                        new HedgeFilter(ticker, (task, nanos) -> () -> {})),
                end);
        return () -> {
            CompletableFuture<Reply> reply = route.invoke(call);
            answer.run();
            return reply;
        };
    }

    /** An attempt that is answered later, as over a network: the stages above wait for it. */
    private static final class Sent extends CompletableFuture<Reply> {
        private final Lease lease;
        private final Ticker ticker;

        Sent(Lease lease, Ticker ticker) {
            this.lease = lease;
            this.ticker = ticker;
        }

        void answer(Reply reply) {
            lease.settle(reply, ticker.nanos());
            complete(reply);
        }
    }

    /** Nanoseconds of processor time for each decision. */
    private static double decide(Supplier<CompletableFuture<Reply>> decision, int times) {
        long before = cpuNanos();
        run(decision, times);
        return (cpuNanos() - before) / (double) times;
    }

    private static void run(Supplier<CompletableFuture<Reply>> decision, int times) {
        for (int i = 0; i < times; i++) {
            if (!decision.get().isDone()) {
                throw new IllegalStateException("an answered call has its reply");
            }
        }
    }

    private static double bytesOf(Supplier<CompletableFuture<Reply>> decision) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int times = 100_000;
        long before = threads.getCurrentThreadAllocatedBytes();
        run(decision, times);
        return (threads.getCurrentThreadAllocatedBytes() - before) / (double) times;
    }

    /** Nanoseconds of processor time for each whole call. */
    private static double call(Stock stock, int each) throws InterruptedException {
        byte[] body = new byte[1024];
        Arrays.fill(body, (byte) 7);
        CountDownLatch done = new CountDownLatch(CALLERS);
        long before = cpuNanos();
        for (int i = 0; i < CALLERS; i++) {
            new Thread(() -> {
                        for (int n = 0; n < each; n++) {
                            if (stock.reserve(body).length != body.length) {
                                throw new IllegalStateException("another body came back");
                            }
                        }
                        done.countDown();
                    })
                    .start();
        }
        if (!done.await(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the calls have not ended");
        }
        return (cpuNanos() - before) / (double) (each * CALLERS);
    }
}
