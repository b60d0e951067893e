package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.CallException;
import io.moa.invoke.Criticality;
import io.moa.invoke.Status;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Callers of {@link Busy}, each with a runtime and a connection of its own, that do not mind how late answers are: each calls by chance, so
 * often on average. Arguments: the port. After the order {@code load NAME/METHOD/ARGUMENT/CRITICALITY=RATE …} these call, in place of those
 * before; {@code turn NAME} begins another stretch of time for one of them, and so does {@code seen NAME}, which answers, when all calls of the stretch
 * before have ended, {@code seen sent=… ok=… refused=… late=… other=… p99=… refusedP99=…}, in microseconds from the moment that chance named.
 */
public final class BusyClients {

    private static final int EXAMPLES = 3;
    private static final byte[] BODY = new byte[100_000];

    private final int port;
    private final Map<String, Load> loads = new LinkedHashMap<>();

    /** What one caller does. */
    private static final class Load implements Runnable {
        private final MoaClient client;
        private final Busy busy;
        private final String method;
        private final int argument;
        private final SplittableRandom chance;
        private volatile double perSecond;
        private volatile Window window = new Window();

        Load(int port, String name, String method, int argument, Criticality criticality) {
            Moa moa = Moa.builder(name).eventLoops(1).build();
            this.client = MoaClient.builder(moa)
                    .addresses(new Address.Tcp("127.0.0.1", port))
                    .build();
            this.busy = client.with(client.stub(Busy.class), CallOptions.NONE.withCriticality(criticality));
            this.method = method;
            this.argument = argument;
            this.chance = new SplittableRandom(name.hashCode());
            Thread thread = new Thread(this, "load-" + name);
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            long next = System.nanoTime();
            while (true) {
                double rate = perSecond;
                if (rate == 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                    next = System.nanoTime();
                    continue;
                }
                next += Math.round(-Math.log(1 - chance.nextDouble()) * 1e9 / rate);
                for (long now = System.nanoTime(); now - next < 0; now = System.nanoTime()) {
                    LockSupport.parkNanos(next - now);
                }
                call(next);
            }
        }

        private void call(long intended) {
            Window now = window;
            now.sent.increment();
            CompletableFuture<Integer> reply =
                    switch (method) {
                        case "sleep" -> busy.sleep(argument);
                        case "keep" -> busy.keep(BODY, argument);
                        default -> busy.compute(argument);
                    };
            reply.whenComplete((answer, failure) -> now.ended(failure, System.nanoTime() - intended));
        }
    }

    /** What became of the calls of one stretch of time. */
    private static final class Window {
        private final LongAdder sent = new LongAdder();
        private final LongAdder ok = new LongAdder();
        private final LongAdder refused = new LongAdder();
        private final LongAdder late = new LongAdder();
        private final LongAdder other = new LongAdder();
        private final Recorder okNanos = new Recorder(TimeUnit.SECONDS.toNanos(60), 3);
        private final Recorder refusedNanos = new Recorder(TimeUnit.SECONDS.toNanos(60), 3);

        void ended(@Nullable Throwable failure, long nanos) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause == null) {
                ok.increment();
                okNanos.recordValue(Math.max(0, nanos));
            } else if (cause instanceof CallException call && call.status() == Status.OVERLOADED) {
                refused.increment();
                refusedNanos.recordValue(Math.max(0, nanos));
            } else if (cause instanceof CallException call && call.status() == Status.DEADLINE_EXCEEDED) {
                late.increment();
            } else {
                other.increment();
                if (other.sum() <= EXAMPLES) {
                    System.err.println(cause);
                }
            }
        }

        boolean settled() {
            return sent.sum() == ok.sum() + refused.sum() + late.sum() + other.sum();
        }

        @Override
        public String toString() {
            return "sent=" + sent.sum() + " ok=" + ok.sum() + " refused=" + refused.sum() + " late=" + late.sum()
                    + " other=" + other.sum() + " p99="
                    + okNanos.getIntervalHistogram().getValueAtPercentile(99) / 1_000 + " refusedP99="
                    + refusedNanos.getIntervalHistogram().getValueAtPercentile(99) / 1_000;
        }
    }

    private BusyClients(int port) {
        this.port = port;
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BusyClients clients = new BusyClients(Integer.parseInt(args[0]));
        answers.println(ChildProcess.MARK + "ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            List<String> words = List.of(order.split(" "));
            switch (words.get(0)) {
                case "load" -> {
                    clients.load(words.subList(1, words.size()));
                    answers.println(ChildProcess.MARK + "loaded");
                }
                default -> {
                    Load load = Objects.requireNonNull(clients.loads.get(words.get(1)), order);
                    Window before = load.window;
                    load.window = new Window();
                    while (words.get(0).equals("seen") && !before.settled()) {
                        TimeUnit.MILLISECONDS.sleep(5);
                    }
                    answers.println(ChildProcess.MARK + "seen " + before);
                }
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private void load(List<String> wanted) {
        List<String> named = new ArrayList<>();
        for (String each : wanted) {
            String[] what = each.substring(0, each.indexOf('=')).split("/");
            named.add(what[0]);
            loads.computeIfAbsent(
                                    what[0],
                                    name -> new Load(
                                            port,
                                            name,
                                            what[1],
                                            Integer.parseInt(what[2]),
                                            Criticality.valueOf(what[3])))
                            .perSecond =
                    Double.parseDouble(each.substring(each.indexOf('=') + 1));
        }
        loads.forEach((name, load) -> {
            if (!named.contains(name)) {
                load.perSecond = 0;
            }
        });
    }
}
