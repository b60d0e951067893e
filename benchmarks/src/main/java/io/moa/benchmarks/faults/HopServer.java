package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.CallScope;
import io.moa.invoke.Ticker;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One server of a row. Argument: the port of the next one, or 0. It says {@code @ready port=…}, and answers {@code told} with {@code @told
 * calls=… late=… remaining=… withdrawn=…}: how many calls came, how many of them were begun when their time was up, how much time was left at most, in
 * nanoseconds, and when the latest one was withdrawn by {@link System#nanoTime()}, which all processes of a host share. After {@code fail} each call fails,
 * after {@code work} each takes 10 ms; both are answered by {@code @so}.
 */
public final class HopServer {

    private static final Ticker TICKER = Ticker.system();

    private HopServer() {}

    /** What is seen of the calls, and what is done about them. */
    private static final class Step implements Hop {
        private final @Nullable Hop next;
        private final LongAdder calls = new LongAdder();
        private final LongAdder late = new LongAdder();
        private final AtomicLong remaining = new AtomicLong();
        private final AtomicLong withdrawn = new AtomicLong();
        private final AtomicBoolean failing = new AtomicBoolean();

        Step(@Nullable Hop next) {
            this.next = next;
        }

        @Override
        public long go(long id) {
            came();
            if (next != null) {
                return next.go(id);
            }
            if (failing.get()) {
                throw new IllegalStateException("this server is broken");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return id;
        }

        @Override
        public CompletableFuture<Long> keep(long id) {
            CallScope scope = came();
            if (next != null) {
                return next.keep(id);
            }
            CompletableFuture<Long> kept = new CompletableFuture<>();
            scope.cancellation().add(reason -> {
                withdrawn.set(System.nanoTime());
                kept.complete(id);
            });
            return kept;
        }

        private CallScope came() {
            CallScope scope = CallScope.current();
            if (scope == null) {
                throw new IllegalStateException("nothing is being served");
            }
            calls.increment();
            long left = scope.deadline().remainingNanos(TICKER.nanos());
            remaining.accumulateAndGet(left, Math::max);
            if (left <= 0) {
                late.increment();
            }
            return scope;
        }

        String told() {
            return "told calls=" + calls.sumThenReset() + " late=" + late.sumThenReset() + " remaining="
                    + remaining.getAndSet(0) + " withdrawn=" + withdrawn.getAndSet(0);
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        Moa moa = Moa.builder("hop").eventLoops(1).build();
        int port = Integer.parseInt(args[0]);
        Step step = new Step(
                port == 0
                        ? null
                        : MoaClient.builder(moa)
                                .addresses(new Address.Tcp("127.0.0.1", port))
                                .build()
                                .stub(Hop.class));
        MoaServer server = MoaServer.builder(moa)
                .host("127.0.0.1")
                .export(step)
                .closeOnShutdown(false)
                .start();
        System.out.println(ChildProcess.MARK + "ready port=" + server.port());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("told")) {
                System.out.println(ChildProcess.MARK + step.told());
            } else {
                step.failing.set(order.equals("fail"));
                System.out.println(ChildProcess.MARK + "so");
            }
        }
        Runtime.getRuntime().halt(0);
    }
}
