package io.moa.benchmarks.decision;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.governance.policy.PolicyKey;
import io.moa.micrometer.MoaMeters;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What governing a call costs: whole calls of 1 KiB over loopback with a breaker, limits, a retry budget, meters and what protects from overload at
 * both ends, beside the same calls with all of that off, by turns in the same run. The limits are too high to refuse anything.
 */
public final class GovernanceBenchmark {

    private static final int CALLERS = 8;
    private static final int ROUNDS = 9;
    private static final int CALLS = 15_000;

    /** The service. */
    @MoaService(name = "shop.Stock")
    public interface Stock {
        byte[] reserve(byte[] what);
    }

    /** A server and its caller. */
    private static final class Pair implements AutoCloseable {
        private final Moa there = Moa.builder("stock").build();
        private final Moa here = Moa.builder("web").build();
        private final MoaMeters meters = MoaMeters.in(new SimpleMeterRegistry());
        private final MoaServer server;
        private final MoaClient client;
        private final Stock stock;

        Pair(boolean governed) {
            MoaServer.Builder serving = MoaServer.builder(there)
                    .address(new Address.Tcp("127.0.0.1", 0))
                    .adaptive(governed)
                    .export(
                            Stock.class,
                            what -> what,
                            governed
                                    ? ExportConfig.DEFAULT
                                            .with(PolicyKey.RATE_LIMIT, 10_000_000)
                                            .with(PolicyKey.CONCURRENCY_LIMIT, 100_000)
                                    : ExportConfig.DEFAULT)
                    .closeOnShutdown(false);
            server = (governed ? serving.observer(meters.ofServer()) : serving).start();
            MoaClient.Builder calling = MoaClient.builder(here).addresses(server.address());
            client = governed
                    ? calling.observer(meters.ofClient()).build()
                    : calling.samples(0).overloadThrottle(0).build();
            stock = client.stub(
                    Stock.class,
                    governed
                            ? StubConfig.ANNOTATED.with(PolicyKey.BREAKER_FAILURES, 50)
                            : StubConfig.ANNOTATED.with(PolicyKey.ATTEMPTS, 1));
        }

        double call(int each) throws InterruptedException {
            byte[] body = new byte[1024];
            Arrays.fill(body, (byte) 7);
            return Figures.perCall(CALLERS, each, () -> {
                if (stock.reserve(body).length != body.length) {
                    throw new IllegalStateException("another body came back");
                }
            });
        }

        @Override
        public void close() {
            client.close();
            server.close();
            here.close();
            there.close();
        }
    }

    private GovernanceBenchmark() {}

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
        List<Double> without = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        List<Double> more = new ArrayList<>();
        try (Pair bare = new Pair(false);
                Pair governed = new Pair(true)) {
            for (int i = 0; i < 2; i++) {
                bare.call(CALLS);
                governed.call(CALLS);
            }
            for (int round = 0; round < ROUNDS; round++) {
                double off;
                double on;
                if (round % 2 == 0) { // whoever is first may pay for what was before
                    off = bare.call(CALLS);
                    on = governed.call(CALLS);
                } else {
                    on = governed.call(CALLS);
                    off = bare.call(CALLS);
                }
                without.add(off);
                with.add(on);
                more.add(100 * on / off - 100);
            }
        }
        Report report = new Report();
        report.title("What governing a call costs")
                .add(surroundings)
                .add(new Table("processor time of both ends", "median", "best", "worst", "wanted")
                        .row(
                                "a call, all off, in ns",
                                Figures.median(without),
                                Figures.best(without),
                                Figures.worst(without),
                                "")
                        .row("a call, all on, in ns", Figures.median(with), Figures.best(with), Figures.worst(with), "")
                        .row(
                                "more, in percent",
                                Figures.median(more),
                                Figures.best(more),
                                Figures.worst(more),
                                "10 at most"))
                .add(
                        "All on: at the caller a breaker, a retry budget, samples and the throttle that holds calls back; at the provider a rate limit, a"
                                + " limit of calls at once, and how many run at once by the processors; at both meters."
                                + " All off: one attempt, and none of these."
                                + " Calls of 1 KiB over loopback, by " + CALLERS + " threads, " + CALLERS * CALLS
                                + " in each of " + ROUNDS + " rounds by turns.");
        boolean met = Double.parseDouble(Figures.median(more)) <= 10;
        report.add(met ? "Everything wanted was seen." : "Not everything wanted was seen.");
        report.write(name);
        System.exit(met ? 0 : 1);
    }
}
