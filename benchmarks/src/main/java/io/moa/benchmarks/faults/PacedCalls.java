package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a process of many clients does beside what it looks at: it makes calls at a pace, counts them, and takes orders on its
 * standard input. Any number of threads may make calls.
 */
final class PacedCalls {

    private static final int EXAMPLES = 5; // of failures, in each turn

    private final PrintStream answers = System.out;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger examples = new AtomicInteger();

    /** Answers an order with a line. */
    @FunctionalInterface
    interface Answer {
        String to(String order) throws Exception;
    }

    /** From now on what is printed goes to the error stream, and answers alone to the standard output. */
    PacedCalls() {
        System.setOut(System.err);
    }

    /** Makes one call, and counts it. */
    <T> void make(Supplier<CompletableFuture<T>> call, Consumer<T> answered) {
        sent.increment();
        CompletableFuture<T> reply;
        try {
            reply = call.get();
        } catch (RuntimeException e) {
            reply = CompletableFuture.failedFuture(e);
        }
        reply.whenComplete((answer, failure) -> {
            if (failure == null) {
                answered.accept(answer);
                return;
            }
            failed.increment();
            if (examples.getAndIncrement() < EXAMPLES) {
                System.err.println(failure.getMessage());
            }
        });
    }

    /** Runs what makes a call so many times a second from now on; returns when all have connected to all servers. */
    void begin(int aSecond, Runnable next) throws InterruptedException {
        Executors.newSingleThreadScheduledExecutor()
                .scheduleAtFixedRate(next, 0, 1_000_000 / aSecond, TimeUnit.MICROSECONDS);
        TimeUnit.SECONDS.sleep(5);
    }

    /** The calls and failures since the last turn. */
    String turn() {
        examples.set(0);
        return "sent=" + sent.sumThenReset() + " failed=" + failed.sumThenReset();
    }

    /** Says that it is ready, answers orders until there are no more, and ends the process. */
    void takeOrders(Answer answer) throws Exception {
        answers.println(ChildProcess.MARK + "ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            answers.println(ChildProcess.MARK + answer.to(order));
        }
        Runtime.getRuntime().halt(0);
    }
}
