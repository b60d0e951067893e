package io.moa.benchmarks.decision;

import com.sun.management.ThreadMXBean;
import io.moa.Moa;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import io.moa.client.MoaClient;
import io.moa.client.cluster.ClusterInvoker;
import io.moa.client.cluster.ClusterLink;
import io.moa.client.cluster.Clusters;
import io.moa.client.cluster.EndpointConfig;
import io.moa.client.cluster.Endpoints;
import io.moa.client.cluster.FirstAnswer;
import io.moa.client.filter.DeadlineFilter;
import io.moa.client.filter.FaultFilter;
import io.moa.client.filter.HedgeFilter;
import io.moa.client.filter.RetryFilter;
import io.moa.client.filter.SampleFilter;
import io.moa.client.filter.ThrottleFilter;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.gate.GateFilter;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.observe.Observation;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.plan.Vantage;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.governance.sample.Samples;
import io.moa.invoke.Attributes;
import io.moa.invoke.Backstop;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Deadline;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
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
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The decision of a client about one call, with five rules and a hundred instances: the client's own route from the first filter to the
 * connection, and what waits for the reply until it comes. Beside it, in the same run and measured in the same way, whole calls of 1 KiB over loopback to a server in
 * this process: the processor time of both ends.
 */
public final class DecisionBenchmark {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final int INSTANCES = 100;
    private static final int CALLERS = 8;
    private static final int ROUNDS = 7;

    private static final String[] RULES = {
        "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"method\": \"re*\"}, \"to\": [{\"where\": {\"label.zone\": [\"east\", \"west\"]}}]}",
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
        List<Double> decisions = new ArrayList<>();
        List<Double> calls = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        double bytes = 0;
        try (Decision decision = new Decision();
                Moa there = Moa.builder("stock").build();
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
                                Figures.median(decisions),
                                Figures.best(decisions),
                                Figures.worst(decisions),
                                "")
                        .row(
                                "a whole call of 1 KiB, both ends, processor time in ns",
                                Figures.median(calls),
                                Figures.best(calls),
                                Figures.worst(calls),
                                "")
                        .row(
                                "the decision's share, in percent",
                                Figures.median(ratios),
                                Figures.best(ratios),
                                Figures.worst(ratios),
                                "10 at most")
                        .row("a decision, bytes allocated", "%.0f".formatted(bytes), "", "", "less than 400"))
                .add(
                        "A decision: the client's own route, that is its filters with samples, a limit, retries and hedges, the plan, 4 rules of the"
                                + " user behind the built-in ones and a policy by rule, the pick among "
                                + INSTANCES
                                + " instances, the way to the connection, what waits for the reply, and the end of the lease; the"
                                + " connection and its future are left out. Made by one thread; whole calls by "
                                + CALLERS
                                + " threads. " + ROUNDS
                                + " rounds by turns, each measured by the process's clock of processor time, so that what the"
                                + " collector and the compiler do meanwhile counts.");
        boolean met = bytes < 400 && Double.parseDouble(Figures.median(ratios)) <= 10;
        report.add(met ? "Everything wanted was seen." : "Not everything wanted was seen.");
        report.write(name);
        System.exit(met ? 0 : 1);
    }

    private static Invocation prepared(Ticker ticker, MethodPolicy policy, MethodGate gate, ClusterLink link) {
        return Invocation.of(
                        SERVICE,
                        MethodId.parse("reserve(byte[])"),
                        Payload.EMPTY,
                        new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .caller(new Caller("web-7", "caller"))
                .callKeys(Map.of("customer", "4711"))
                .baggage(Baggage.EMPTY.withAttachment("region", "eu"))
                .deadline(Deadline.after(Duration.ofHours(1), ticker))
                .attributes(Attributes.EMPTY
                        .with(MethodPolicy.KEY, policy)
                        .with(MethodGate.KEY, gate)
                        .with(ClusterLink.KEY, link))
                .build();
    }

    private static final class Decision implements Supplier<CompletableFuture<Reply>>, AutoCloseable {
        private final AnsweringTransport transport = new AnsweringTransport();
        private final Moa moa = Moa.builder("web")
                .transport(transport)
                .scheduler((task, nanos) -> () -> {})
                .build();
        private final Endpoints endpoints = new Endpoints(moa, EndpointConfig.DEFAULT);
        private final Clusters clusters = new Clusters(
                moa,
                endpoints,
                Decision::listed,
                BeliefConfig.DEFAULT,
                OutlierConfig.DEFAULT,
                Vantage.ANYWHERE,
                Observation.NONE,
                null);
        private final Reply done = new Reply.Value(Payload.EMPTY);
        private final Invoker route;
        private final Invocation call;

        Decision() {
            RuleBook book = RuleBook.none(new LocalProcess("caller", "web", Map.of("zone", "east")))
                    .next(1, rules());
            if (!book.bad().isEmpty()) {
                throw new IllegalStateException(book.bad().toString());
            }
            clusters.rules(book);
            HedgeFilter hedges = new HedgeFilter(moa.ticker(), moa.scheduler());
            OverloadThrottle throttle =
                    new OverloadThrottle(OverloadThrottle.DEFAULT_RATIO, moa.ticker(), moa.chance());
            Invoker end = new ClusterInvoker(
                    clusters,
                    endpoints,
                    moa.ticker(),
                    new FirstAnswer(moa),
                    hedges,
                    (each, answered) -> new Reply.Value(Payload.EMPTY),
                    throttle);
            route = Filter.stack( // as ClientStack does
                    List.of(
                            Backstop.INSTANCE,
                            new SampleFilter(new Samples(1_024, moa.chance(), moa.ticker())),
                            new DeadlineFilter(moa.ticker()),
                            new GateFilter(
                                    each -> each.attributes().get(MethodGate.KEY), moa.scheduler(), moa.ticker()),
                            new ThrottleFilter(throttle),
                            new RetryFilter(moa.ticker()),
                            hedges,
                            new FaultFilter(moa.ticker(), moa.scheduler(), moa.chance())),
                    end);
            MethodPolicy policy = book.apply(
                    SERVICE, "reserve", "web", MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "benchmark"));
            MethodGate gate = new MethodGate(
                    "shop.Stock reserve",
                    EnforcedAt.CALLER,
                    moa.ticker(),
                    new ServiceRates("shop.Stock reserve", moa.ticker()));
            gate.govern(policy);
            call = prepared(moa.ticker(), policy, gate, clusters.link(SERVICE));
        }

        private static Map<String, Object> rules() {
            Map<String, Object> rules = new TreeMap<>();
            for (int i = 0; i < RULES.length; i++) {
                rules.put("rule-" + i, Objects.requireNonNull(RuleText.read(RULES[i])));
            }
            return rules;
        }

        private static Registry.Subscription listed(ServiceId service, Consumer<Snapshot> listener) {
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
            Snapshot all = new Snapshot(service, 1, entries, System.nanoTime(), "benchmark");
            listener.accept(all);
            return new Registry.Subscription() {
                @Override
                public Snapshot current() {
                    return all;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public CompletableFuture<Reply> get() {
            CompletableFuture<Reply> reply = route.invoke(call);
            transport.answer(done);
            return reply;
        }

        @Override
        public void close() {
            clusters.close();
            endpoints.close();
            moa.close();
        }
    }

    /** Nanoseconds of processor time for each decision. */
    private static double decide(Supplier<CompletableFuture<Reply>> decision, int times) {
        long before = Figures.processorNanos();
        run(decision, times);
        return (Figures.processorNanos() - before) / (double) times;
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

    private static double call(Stock stock, int each) throws InterruptedException {
        byte[] body = new byte[1024];
        Arrays.fill(body, (byte) 7);
        return Figures.perCall(CALLERS, each, () -> {
            if (stock.reserve(body).length != body.length) {
                throw new IllegalStateException("another body came back");
            }
        });
    }
}
